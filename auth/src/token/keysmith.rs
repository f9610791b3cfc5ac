//! Makes keys, puts them in the place of others, and takes them back: in the store, for every process.
//!
//! A rotation adds a key that signs from a moment on. Which key signs and which still verify follows from these moments alone, so that
//! processes need no word between them. Of any number that rotate at once one succeeds, since a place in a ring is taken once.

use std::{sync::Arc, time::Duration};

use thiserror::Error;

use super::{
    Access, Refresh, Ring, SigningAlgorithm,
    key_ring::{KeyRingError, OpenedKey, new_key, seal_context, verifies_until},
    seal::{Seal, SealError},
};
use crate::{
    EngineSettings, MasterSecret,
    audit::{Actor, AuditEvent, AuditKind, Operator},
    clock::{Clock, Timestamp},
    random::{Randomness, RandomnessError},
    session::EndReason,
    store::{MintedWithin, Store, StoreError, StoredKey},
};

/// How long a key is published before it signs: as long as others may keep the key set (five minutes), and what their clocks are behind.
pub(crate) const PUBLISHED_AHEAD: Duration = Duration::from_mins(6);

/// Works on the keys in the store. It needs the master secret, and nothing of an engine that runs.
#[derive(Debug)]
pub struct Keysmith {
    store: Store,
    seal: Seal,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    algorithm: SigningAlgorithm,
    rotation: Option<Duration>,
    access_token_lifetime: Duration,
    refresh_token_lifetime: Duration,
    /// On whose behalf; nobody's, where it is the schedule.
    operator: Option<Operator>,
}

/// When a new key takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchOver {
    /// Once everybody who keeps the key set has had time to read of it.
    PublishedAhead,
    /// Now. Whoever verifies tokens by a key set that they keep must ask for it anew.
    AtOnce,
}

/// What a key does at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is published, and will sign.
    Waiting,
    /// It signs.
    Signing,
    /// It signs no more, and verifies until its last token has expired.
    Verifying,
    /// Its last token has expired, or it was taken back: no token of it is good.
    Retired,
}

impl KeyState {
    /// The state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
            Self::Retired => "retired",
        }
    }
}

/// A key as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its id: the `kid` of what it signs.
    pub id: String,
    /// Its ring.
    pub ring: Ring,
    /// Its algorithm (RFC 7518).
    pub algorithm: String,
    /// What it does now.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began to sign, or will.
    pub signs_from: Timestamp,
    /// When the last of its tokens expires, if another key follows it.
    pub verifies_until: Option<Timestamp>,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
}

/// What came of taking a key back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The key.
    pub id: String,
    /// Its ring.
    pub ring: Ring,
    /// How many sessions ended by it.
    pub ended_sessions: u64,
    /// The key that signs in its place, if it was the one that signed.
    pub replacement: Option<String>,
}

/// Why the keys were not changed.
#[derive(Debug, Error)]
pub enum KeysmithError {
    /// There is no such key.
    #[error("there is no key {0}")]
    Unknown(String),
    /// It was retired before.
    #[error("key {0} is retired already")]
    RetiredAlready(String),
    /// A new key waits already.
    #[error("key {id} waits already, and signs from {signs_from} on")]
    WaitsAlready {
        /// The key.
        id: String,
        /// When it signs (RFC 3339, UTC).
        signs_from: String,
    },
    /// Another process was quicker.
    #[error("another process has just changed these keys; look at them, and try again")]
    Overtaken,
    /// No key could be made or opened.
    #[error(transparent)]
    Key(#[from] KeyRingError),
    /// The master secret could not be used.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No id could be made for what is written down.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

impl Keysmith {
    /// A keysmith for the keys in `store`, sealed under `master_secret`.
    ///
    /// # Errors
    /// [`SealError`], when no cipher can be made of the secret.
    pub fn new(
        store: Store,
        settings: &EngineSettings,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        master_secret: &MasterSecret,
    ) -> Result<Self, SealError> {
        Ok(Self {
            store,
            seal: Seal::new(master_secret)?,
            clock,
            randomness,
            algorithm: settings.signing_algorithm,
            rotation: settings.key_rotation,
            access_token_lifetime: settings.access_token_lifetime,
            refresh_token_lifetime: settings.refresh_idle_lifetime,
            operator: None,
        })
    }

    /// How long a key signs before the next takes over. `None`: until it is told to.
    pub(super) const fn rotation(&self) -> Option<Duration> {
        self.rotation
    }

    /// The same, on behalf of an operator, who is written down with each change.
    #[must_use]
    pub fn on_behalf_of(self, operator: Operator) -> Self {
        Self {
            operator: Some(operator),
            ..self
        }
    }

    fn event(&self, kind: AuditKind, now: Timestamp) -> Result<AuditEvent<'_>, RandomnessError> {
        let actor = self
            .operator
            .as_ref()
            .map_or(Actor::System, Actor::Operator);
        AuditEvent::new(kind, actor, now, &*self.randomness)
    }

    pub(super) fn seal(&self) -> &Seal {
        &self.seal
    }

    pub(super) async fn stored(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.store.keys().await
    }

    /// Makes the first key of a ring that has none, and, where the settings name another algorithm than the newest key has, the next.
    pub(super) async fn prepare(&self) -> Result<(), KeysmithError> {
        let stored = self.store.keys().await?;
        let now = self.clock.now();
        for ring in Ring::ALL {
            let keys = of_ring(&stored, ring);
            match keys.iter().rfind(|key| key.retired_at.is_none()) {
                None => {
                    self.add(ring, &keys, now, now).await?;
                }
                Some(newest) if newest.algorithm != self.algorithm.as_str() => {
                    let signs_from = now.plus(PUBLISHED_AHEAD).max(newest.signs_from);
                    self.add(ring, &keys, signs_from, now).await?;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Adds the next key where it is due by the schedule, and retires those whose last token has expired. Answers whether anything was done.
    pub(super) async fn keep_schedule(&self, stored: &[StoredKey]) -> Result<bool, KeysmithError> {
        let now = self.clock.now();
        let mut done = false;
        for ring in Ring::ALL {
            let keys = of_ring(stored, ring);
            if let Some(signs_from) = self.next_due(&keys, now) {
                done = true;
                if let Some(id) = self.add(ring, &keys, signs_from, now).await? {
                    tracing::info!(%ring, key = id, signs_from = signs_from.to_rfc3339(), "a new signing key is published, and takes over in a while");
                }
            }
        }
        for key in self.listed(stored, now) {
            if key.state == KeyState::Verifying
                && key.verifies_until.is_some_and(|until| until <= now)
            {
                done = true;
                let event = self
                    .event(AuditKind::SigningKeyRetired, now)?
                    .with_detail(format!("key={} ring={}", key.id, key.ring));
                self.store.retire_key(&key.id, &event).await?;
                tracing::info!(ring = %key.ring, key = key.id, "the last token of a signing key has expired, and the key is retired");
            }
        }
        Ok(done)
    }

    /// When the next key is to sign, if it is time to publish it.
    fn next_due(&self, keys: &[&StoredKey], now: Timestamp) -> Option<Timestamp> {
        let newest = keys.iter().rfind(|key| key.retired_at.is_none())?;
        let due = newest.signs_from.plus(self.rotation?);
        let earliest = now.plus(PUBLISHED_AHEAD);
        (due <= earliest).then_some(earliest)
    }

    /// Adds the next key of a ring. Nothing, if another process was quicker.
    async fn add(
        &self,
        ring: Ring,
        keys: &[&StoredKey],
        signs_from: Timestamp,
        now: Timestamp,
    ) -> Result<Option<String>, KeysmithError> {
        let key = self.next(ring, keys, signs_from, now)?;
        let event = self
            .event(AuditKind::SigningKeyMade, now)?
            .with_detail(format!(
                "key={} ring={ring} signs_from={}",
                key.id,
                signs_from.to_rfc3339()
            ));
        Ok(self.store.add_key(&key, &event).await?.then_some(key.id))
    }

    fn next(
        &self,
        ring: Ring,
        keys: &[&StoredKey],
        signs_from: Timestamp,
        now: Timestamp,
    ) -> Result<StoredKey, KeyRingError> {
        let serial = keys.last().map_or(1, |last| last.serial + 1);
        new_key(
            ring,
            serial,
            self.algorithm,
            signs_from,
            now,
            &self.seal,
            &*self.randomness,
        )
    }

    /// Rotates a ring. Nobody is signed out: the key before verifies until the last token that it can have signed has expired.
    ///
    /// # Errors
    /// [`KeysmithError::WaitsAlready`], when the next key is published already and is not to sign at once.
    pub async fn rotate(
        &self,
        ring: Ring,
        switch_over: SwitchOver,
    ) -> Result<ListedKey, KeysmithError> {
        let now = self.clock.now();
        let stored = self.store.keys().await?;
        let keys = of_ring(&stored, ring);
        let signs_from = match switch_over {
            SwitchOver::AtOnce => now,
            SwitchOver::PublishedAhead => {
                let waiting = keys
                    .iter()
                    .find(|key| key.retired_at.is_none() && now < key.signs_from);
                if let Some(key) = waiting {
                    return Err(KeysmithError::WaitsAlready {
                        id: key.id.clone(),
                        signs_from: key.signs_from.to_rfc3339(),
                    });
                }
                now.plus(PUBLISHED_AHEAD)
            }
        };
        let id = self
            .add(ring, &keys, signs_from, now)
            .await?
            .ok_or(KeysmithError::Overtaken)?;
        self.store.tell_of_change().await;
        self.key(&id).await
    }

    /// Every key, those of a ring in the order in which they were made.
    ///
    /// # Errors
    /// [`StoreError`], when the database does not answer.
    pub async fn list(&self) -> Result<Vec<ListedKey>, StoreError> {
        Ok(self.listed(&self.store.keys().await?, self.clock.now()))
    }

    /// The key of this id.
    ///
    /// # Errors
    /// [`KeysmithError::Unknown`], when there is none.
    pub async fn key(&self, id: &str) -> Result<ListedKey, KeysmithError> {
        let keys = self.list().await?;
        keys.into_iter()
            .find(|key| key.id == id)
            .ok_or_else(|| KeysmithError::Unknown(id.to_owned()))
    }

    fn listed(&self, stored: &[StoredKey], now: Timestamp) -> Vec<ListedKey> {
        let mut list = Vec::new();
        for ring in Ring::ALL {
            let keys = of_ring(stored, ring);
            let standing: Vec<_> = keys.iter().filter(|key| key.retired_at.is_none()).collect();
            let times: Vec<_> = standing.iter().map(|key| key.signs_from).collect();
            let signing = standing.iter().rfind(|key| key.signs_from <= now);
            let until = verifies_until(&times, self.lifetime(ring));
            for key in &keys {
                let place = standing.iter().position(|standing| standing.id == key.id);
                let state = match (key.retired_at, signing) {
                    (Some(_), _) => KeyState::Retired,
                    (None, _) if now < key.signs_from => KeyState::Waiting,
                    (None, Some(signing)) if signing.id == key.id => KeyState::Signing,
                    (None, _) => KeyState::Verifying,
                };
                list.push(ListedKey {
                    id: key.id.clone(),
                    ring,
                    algorithm: key.algorithm.clone(),
                    state,
                    created_at: key.created_at,
                    signs_from: key.signs_from,
                    verifies_until: place.and_then(|place| until.get(place).copied().flatten()),
                    retired_at: key.retired_at,
                });
            }
        }
        list
    }

    const fn lifetime(&self, ring: Ring) -> Duration {
        match ring {
            Ring::Access => self.access_token_lifetime,
            Ring::Refresh => self.refresh_token_lifetime,
        }
    }

    /// Opens every key that is not retired, to see whether the master secret is the one. Answers how many there are.
    ///
    /// # Errors
    /// [`KeysmithError::Key`], for the first that does not open.
    pub async fn open_all(&self) -> Result<usize, KeysmithError> {
        let stored = self.store.keys().await?;
        let standing: Vec<_> = stored
            .iter()
            .filter(|key| key.retired_at.is_none())
            .collect();
        for key in &standing {
            match ring_of(key)? {
                Ring::Access => OpenedKey::open::<Access>(key, &self.seal)?,
                Ring::Refresh => OpenedKey::open::<Refresh>(key, &self.seal)?,
            };
        }
        Ok(standing.len())
    }

    /// How many sessions would end if a key were taken back: those whose newest refresh token it signed. Taking back a key of the access ring
    /// ends none.
    ///
    /// # Errors
    /// [`KeysmithError::Unknown`], when there is no such key.
    pub async fn holders(&self, id: &str) -> Result<u64, KeysmithError> {
        let stored = self.store.keys().await?;
        let key = find(&stored, id)?;
        match minted_with(&stored, key) {
            Some(within) => Ok(self.store.sessions_minted(within, self.clock.now()).await?),
            None => Ok(0),
        }
    }

    /// Takes a key back: no token that it signed is good any more, in any process, within a second. If it was the one that signs, a new one
    /// signs at once. Who holds a refresh token of it is signed out; who holds an access token of it refreshes once.
    ///
    /// # Errors
    /// [`KeysmithError::Unknown`] and [`KeysmithError::RetiredAlready`], when there is nothing to take back.
    pub async fn retire(&self, id: &str) -> Result<Retired, KeysmithError> {
        let now = self.clock.now();
        let stored = self.store.keys().await?;
        let key = find(&stored, id)?;
        if key.retired_at.is_some() {
            return Err(KeysmithError::RetiredAlready(id.to_owned()));
        }
        let ring = ring_of(key)?;
        let keys = of_ring(&stored, ring);
        let signed = self
            .listed(&stored, now)
            .iter()
            .any(|key| key.id == id && matches!(key.state, KeyState::Signing));
        let replacement = if signed {
            Some(self.next(ring, &keys, now, now)?)
        } else {
            None
        };
        let event = self.event(AuditKind::SigningKeyTakenBack, now)?;
        let ended_sessions = self
            .store
            .take_key_back(
                id,
                replacement.as_ref(),
                minted_with(&stored, key),
                event,
                &*self.clock,
            )
            .await?
            .ok_or(KeysmithError::Overtaken)?;
        self.store.tell_of_change().await;
        tracing::warn!(%ring, key = id, ended_sessions, "a signing key was taken back");
        Ok(Retired {
            id: id.to_owned(),
            ring,
            ended_sessions,
            replacement: replacement.map(|key| key.id),
        })
    }

    /// Seals all private halves anew, under another master secret. What is under it already is left as it is, so that one may begin again.
    /// Answers how many were sealed anew. Programs that run go on with the keys that they have, but must be started again with the new secret
    /// before the next rotation.
    ///
    /// # Errors
    /// [`KeysmithError::Key`], when a key opens under neither secret: then nothing is changed.
    pub async fn seal_anew(&self, master_secret: &MasterSecret) -> Result<usize, KeysmithError> {
        let under_new = Seal::new(master_secret)?;
        let mut changes = Vec::new();
        for key in self.store.keys().await? {
            if key.retired_at.is_some() {
                continue;
            }
            let context = seal_context(ring_of(&key)?, &key.id);
            if under_new.open(&key.sealed_private_key, &context).is_ok() {
                continue;
            }
            let private = self
                .seal
                .open(&key.sealed_private_key, &context)
                .map_err(|source| KeyRingError::Sealed {
                    id: key.id.clone(),
                    source,
                })?;
            let sealed = under_new.seal(&private, &context, &*self.randomness)?;
            changes.push((key, sealed));
        }
        if changes.is_empty() {
            return Ok(0);
        }
        let event = self
            .event(AuditKind::KeysSealedAnew, self.clock.now())?
            .with_detail(format!("keys={}", changes.len()));
        self.store.replace_seals(&changes, &event).await?;
        Ok(changes.len())
    }

    /// Retires every key, whichever secret it is sealed under, and makes new ones: for when the master secret is lost. Everybody is signed out.
    /// Answers how many sessions ended.
    ///
    /// # Errors
    /// [`KeysmithError::Store`], when the database does not answer.
    pub async fn start_anew(&self) -> Result<u64, KeysmithError> {
        let mut ended = 0;
        for id in self
            .list()
            .await?
            .into_iter()
            .filter_map(|key| (key.state != KeyState::Retired).then_some(key.id))
        {
            ended += self.retire(&id).await?.ended_sessions;
        }
        let event = self.event(AuditKind::KeysStartedAnew, self.clock.now())?;
        ended += self
            .store
            .end_sessions_minted(
                MintedWithin::ALL,
                EndReason::KeyRetired,
                event,
                &*self.clock,
            )
            .await?;
        self.store.tell_of_change().await;
        Ok(ended)
    }
}

/// The keys of one ring, in the order of their serials.
fn of_ring(stored: &[StoredKey], ring: Ring) -> Vec<&StoredKey> {
    let mut keys: Vec<_> = stored
        .iter()
        .filter(|key| key.ring == ring.as_str())
        .collect();
    keys.sort_by_key(|key| key.serial);
    keys
}

fn find<'a>(stored: &'a [StoredKey], id: &str) -> Result<&'a StoredKey, KeysmithError> {
    stored
        .iter()
        .find(|key| key.id == id)
        .ok_or_else(|| KeysmithError::Unknown(id.to_owned()))
}

fn ring_of(key: &StoredKey) -> Result<Ring, KeyRingError> {
    Ring::named(&key.ring).ok_or_else(|| KeyRingError::Damaged { id: key.id.clone() })
}

/// When the sessions whose newest refresh token a key signed were rotated last. Nothing for an access key.
fn minted_with(stored: &[StoredKey], key: &StoredKey) -> Option<MintedWithin> {
    if key.ring != Ring::Refresh.as_str() {
        return None;
    }
    let followed = of_ring(stored, Ring::Refresh)
        .into_iter()
        .filter(|other| other.serial > key.serial)
        .map(|other| other.signs_from)
        .min();
    Some(MintedWithin {
        from: key.signs_from,
        until: followed,
    })
}
