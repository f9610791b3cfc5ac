//! The keys of both kinds of token in memory, kept in step with the store.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};

use super::{
    Access, JsonWebKeySet, KeyRing, Keysmith, KeysmithError, Kind, Refresh, Ring, Rules, Verified,
    key_ring::{KeyRingError, Minted, OpenedKey},
    verify::{Refused, verify},
};
use crate::{
    clock::Timestamp,
    store::{StoreError, StoredKey},
};

/// How often, at most, the store is asked for a key because a token names one that is not known here.
const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// One kind of token: its keys as they are now, and what it must say.
#[derive(Debug)]
pub(crate) struct TokenKind<K: Kind> {
    ring: RwLock<Arc<KeyRing<K>>>,
    /// Those of the ring, to be put into the next.
    opened: Mutex<Vec<Arc<OpenedKey>>>,
    pub(crate) rules: Rules,
}

/// The keys of both kinds.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) access: TokenKind<Access>,
    pub(crate) refresh: TokenKind<Refresh>,
    smith: Keysmith,
    /// The rows that the rings were made of.
    known: tokio::sync::Mutex<Vec<StoredKey>>,
    /// When the store was last asked for a key that is not known here. Held while it is.
    asked: tokio::sync::Mutex<Option<Instant>>,
}

/// How long the key of a ring that signs now does so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub(crate) ring: Ring,
    /// Since when.
    pub(crate) from: Timestamp,
    /// When the next takes over; nothing, if that is left to the one who runs Latchkey.
    pub(crate) until: Option<Timestamp>,
}

impl Keys {
    /// Opens both rings, and makes what they lack.
    ///
    /// # Errors
    /// [`KeysmithError`], also when a single key does not open: the master secret is another one then, or somebody has altered the database.
    pub(crate) async fn open(
        smith: Keysmith,
        access: Rules,
        refresh: Rules,
    ) -> Result<Self, KeysmithError> {
        smith.prepare().await?;
        let stored = smith.stored().await?;
        Ok(Self {
            access: TokenKind::open(&stored, &smith, access)?,
            refresh: TokenKind::open(&stored, &smith, refresh)?,
            smith,
            known: stored.into(),
            asked: tokio::sync::Mutex::default(),
        })
    }

    /// The public halves of the access ring.
    pub(crate) fn public(&self, now: Timestamp) -> JsonWebKeySet {
        self.access.ring().public(now)
    }

    /// Since when each ring's key signs, and when the next takes over.
    pub(crate) fn terms(&self, now: Timestamp) -> Vec<Term> {
        let (access, refresh) = (self.access.ring().term(now), self.refresh.ring().term(now));
        let term = |ring, (from, waiting): (Timestamp, Option<Timestamp>)| Term {
            ring,
            from,
            until: waiting.or_else(|| self.smith.rotation().map(|rotation| from.plus(rotation))),
        };
        [(Ring::Access, access), (Ring::Refresh, refresh)]
            .into_iter()
            .filter_map(|(ring, found)| Some(term(ring, found?)))
            .collect()
    }

    /// Reads what became of the keys in the store.
    pub(crate) async fn read_again(&self) -> Result<(), StoreError> {
        let mut known = self.known.lock().await;
        let stored = self.smith.stored().await?;
        if *known != stored {
            self.access.take_over(&stored, &self.smith);
            self.refresh.take_over(&stored, &self.smith);
            *known = stored;
        }
        Ok(())
    }

    /// Publishes the next key when it is due, and retires those that are done.
    pub(crate) async fn keep_schedule(&self) -> Result<(), KeysmithError> {
        let stored = self.known.lock().await.clone();
        let all_open = self.access.has_opened(&stored) && self.refresh.has_opened(&stored);
        // A process that can't open what the others have sealed must not seal a key that they then can't open.
        if all_open && self.smith.keep_schedule(&stored).await? {
            self.read_again().await?;
        }
        Ok(())
    }

    /// Reads the store again if a token of the kind `K` names a key that is not known here: another process may have made it a moment ago, and
    /// signs with it already. Answers whether it is worth while to verify the token again.
    ///
    /// All who ask meanwhile share one look, which begins after they came, and a few times a second is as often as there is one, whatever
    /// strangers send.
    pub(crate) async fn look_for_key_of<K: Kind>(&self, kind: &TokenKind<K>, token: &str) -> bool {
        let header = token.split('.').next().unwrap_or_default();
        if kind.ring().knows(header) {
            return false;
        }
        let came = Instant::now();
        let mut asked = self.asked.lock().await;
        if asked.is_none_or(|asked| asked < came) {
            if let Some(asked) = *asked {
                sleep(ASKED_AGAIN_AFTER.saturating_sub(asked.elapsed())).await;
            }
            *asked = Some(Instant::now());
            match timeout(PATIENCE, self.read_again()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the signing keys could not be read"),
                Err(_) => tracing::warn!("the signing keys could not be read in time"),
            }
        }
        drop(asked);
        kind.ring().knows(header)
    }
}

impl<K: Kind> TokenKind<K> {
    fn open(stored: &[StoredKey], smith: &Keysmith, rules: Rules) -> Result<Self, KeyRingError> {
        let mut opened = Vec::new();
        let mut places = Vec::new();
        for row in rows_of::<K>(stored) {
            let key = Arc::new(OpenedKey::open::<K>(row, smith.seal())?);
            opened.push(Arc::clone(&key));
            places.push((row, key));
        }
        Ok(Self {
            ring: RwLock::new(Arc::new(KeyRing::of(places, rules.lifetime)?)),
            opened: Mutex::new(opened),
            rules,
        })
    }

    /// The ring as it is now.
    pub(crate) fn ring(&self) -> Arc<KeyRing<K>> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Verifies a token of this kind.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<Verified<K>, Refused> {
        verify(token, &self.ring(), &self.rules, now)
    }

    /// Signs claims of this kind.
    pub(crate) fn mint(&self, claims: &K::Claims, now: Timestamp) -> Result<Minted, KeyRingError> {
        self.ring().mint(claims, now)
    }

    /// Makes the ring anew of what the store holds. A key that does not open is left out, and those that were opened before stay in use.
    fn take_over(&self, stored: &[StoredKey], smith: &Keysmith) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = Vec::new();
        for row in rows_of::<K>(stored) {
            let key = opened.iter().find(|key| key.is(row)).map(Arc::clone);
            match key.map_or_else(|| OpenedKey::open::<K>(row, smith.seal()).map(Arc::new), Ok) {
                Ok(key) => places.push((row, key)),
                Err(error) => tracing::error!(
                    ring = %K::RING, %error,
                    "a signing key can't be used here; was the master secret changed, and this program not started again?"
                ),
            }
        }
        *opened = places.iter().map(|(_, key)| Arc::clone(key)).collect();
        match KeyRing::of(places, self.rules.lifetime) {
            Ok(ring) => {
                *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
            }
            Err(error) => {
                tracing::error!(ring = %K::RING, %error, "the signing keys can't be read anew; those before stay in use");
            }
        }
    }

    fn has_opened(&self, stored: &[StoredKey]) -> bool {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        rows_of::<K>(stored).all(|row| opened.iter().any(|key| key.is(row)))
    }
}

/// The keys of a kind that have not been retired.
fn rows_of<K: Kind>(stored: &[StoredKey]) -> impl Iterator<Item = &StoredKey> {
    stored
        .iter()
        .filter(|row| row.ring == K::RING.as_str() && row.retired_at.is_none())
}
