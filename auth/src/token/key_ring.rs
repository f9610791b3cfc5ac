//! The keys that sign one kind of token, and verify it.
//!
//! A ring does not change: which of its keys signs, and which still verify, is told by the moment that it is asked for. A key is published as
//! soon as it is in the ring, signs from its time on, and verifies until the last token that it can have signed has expired.

use std::{collections::HashMap, fmt, marker::PhantomData, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use secrecy::SecretString;
use serde::Serialize;
use thiserror::Error;

use super::{
    JsonWebKeySet, Kind, LEEWAY, SigningAlgorithm,
    algorithm::{PrivateKey, UnfitKey},
    seal::Seal,
    seal::SealError,
};
use crate::{
    clock::Timestamp,
    random::{Randomness, RandomnessError, bytes},
    store::StoredKey,
};

/// How long beyond a switch another process may still sign with the key before it: its clock may be behind.
const STRAGGLING: Duration = Duration::from_mins(1);

/// Which of the two rings a key belongs to. Only the access ring's public halves are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Signs access tokens.
    Access,
    /// Signs refresh tokens.
    Refresh,
}

impl Ring {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Access, Self::Refresh];

    /// The ring's name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }

    /// The ring of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ring| ring.as_str() == name)
    }
}

impl fmt::Display for Ring {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The keys of one kind of token.
pub struct KeyRing<K: Kind> {
    /// In the order of their serials. There is at least one.
    keys: Vec<RingKey>,
    /// Their places, by the very text of the header that each writes.
    by_header: HashMap<String, usize>,
    kind: PhantomData<K>,
}

/// A key in its place in a ring.
struct RingKey {
    key: Arc<OpenedKey>,
    signs_from: Timestamp,
    /// Nothing as long as no other key has been named to follow it.
    verifies_until: Option<Timestamp>,
}

/// A key whose private half has been opened.
pub(crate) struct OpenedKey {
    pub(super) id: Arc<str>,
    pub(super) algorithm: SigningAlgorithm,
    pub(super) decoding: DecodingKey,
    header: String,
    public: Vec<u8>,
    private: PrivateKey,
}

/// A token that was just signed.
#[derive(Debug)]
pub(crate) struct Minted {
    pub(crate) token: SecretString,
    pub(crate) key_id: Arc<str>,
    pub(crate) algorithm: SigningAlgorithm,
}

/// Why a ring could not be made of what the store holds.
#[derive(Debug, Error)]
pub enum KeyRingError {
    /// The store holds no key of this ring.
    #[error("the store holds no signing key")]
    Empty,
    /// A private key does not open.
    #[error("signing key {id} could not be opened: {source}")]
    Sealed {
        /// The key's id.
        id: String,
        /// Why it does not open.
        source: SealError,
    },
    /// A key is damaged, or of an algorithm that this program does not know.
    #[error("signing key {id} is damaged or of an unknown algorithm")]
    Damaged {
        /// The key's id.
        id: String,
    },
    /// A new key could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No new key could be drawn.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// A token's claims could not be written.
    #[error("the claims could not be written")]
    Claims(#[source] serde_json::Error),
}

/// The JOSE header of RFC 7515: these three members and no other, in this order.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: &'a str,
}

/// A new key of `ring`, ready to be stored as its `serial`th.
pub(crate) fn new_key(
    ring: Ring,
    serial: i64,
    algorithm: SigningAlgorithm,
    signs_from: Timestamp,
    now: Timestamp,
    seal: &Seal,
    randomness: &dyn Randomness,
) -> Result<StoredKey, KeyRingError> {
    let id = new_key_id(now, randomness)?;
    let new = algorithm.draw(randomness)?;
    Ok(StoredKey {
        ring: ring.as_str().to_owned(),
        serial,
        algorithm: algorithm.as_str().to_owned(),
        public_key: new.public,
        sealed_private_key: seal.seal(
            new.private.as_slice(),
            &seal_context(ring, &id),
            randomness,
        )?,
        created_at: now,
        signs_from,
        retired_at: None,
        id,
    })
}

/// Until when each of a ring's keys, in the order of their serials, verifies tokens that live for `lifetime`.
pub(crate) fn verifies_until(
    signs_from: &[Timestamp],
    lifetime: Duration,
) -> Vec<Option<Timestamp>> {
    let leeway = Duration::from_secs(LEEWAY.unsigned_abs());
    let mut followed: Option<Timestamp> = None;
    let mut until: Vec<_> = signs_from
        .iter()
        .rev()
        .map(|signs_from| {
            let until =
                followed.map(|followed| followed.plus(lifetime).plus(leeway).plus(STRAGGLING));
            followed = Some(followed.map_or(*signs_from, |followed| followed.min(*signs_from)));
            until
        })
        .collect();
    until.reverse();
    until
}

impl<K: Kind> KeyRing<K> {
    /// Makes a ring of keys that have been opened, with the rows that tell their places; tokens of this kind live for `lifetime`.
    pub(crate) fn of(
        mut keys: Vec<(&StoredKey, Arc<OpenedKey>)>,
        lifetime: Duration,
    ) -> Result<Self, KeyRingError> {
        if keys.is_empty() {
            return Err(KeyRingError::Empty);
        }
        keys.sort_by_key(|(stored, _)| stored.serial);
        let times: Vec<_> = keys.iter().map(|(stored, _)| stored.signs_from).collect();
        let until = verifies_until(&times, lifetime);
        let by_header = keys
            .iter()
            .enumerate()
            .map(|(place, (_, key))| (key.header.clone(), place))
            .collect();
        let keys = keys
            .into_iter()
            .zip(until)
            .map(|((stored, key), verifies_until)| RingKey {
                key,
                signs_from: stored.signs_from,
                verifies_until,
            })
            .collect();
        Ok(Self {
            keys,
            by_header,
            kind: PhantomData,
        })
    }

    /// Signs `claims`: the compact serialisation of RFC 7515, section 7.1.
    pub(crate) fn mint(&self, claims: &K::Claims, now: Timestamp) -> Result<Minted, KeyRingError> {
        let key = &self.signing(now).ok_or(KeyRingError::Empty)?.key;
        let payload = serde_json::to_vec(claims).map_err(KeyRingError::Claims)?;
        let mut token = String::with_capacity(key.header.len() + payload.len() * 4 / 3 + 96);
        token.push_str(&key.header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = key
            .private
            .sign(token.as_bytes())
            .map_err(|UnfitKey| damaged(&key.id))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(Minted {
            token: token.into(),
            key_id: Arc::clone(&key.id),
            algorithm: key.algorithm,
        })
    }

    /// The key that signs at `now`: the last whose time has come. Where a clock is behind that of the process that made the first key, the first.
    fn signing(&self, now: Timestamp) -> Option<&RingKey> {
        self.keys
            .iter()
            .rev()
            .find(|place| place.signs_from <= now)
            .or_else(|| self.keys.iter().min_by_key(|place| place.signs_from))
    }

    /// Since when the key that signs at `now` does so, and when the next takes over, if one is there that waits.
    pub(super) fn term(&self, now: Timestamp) -> Option<(Timestamp, Option<Timestamp>)> {
        let from = self.signing(now)?.signs_from;
        let waiting = self.keys.iter().map(|place| place.signs_from);
        Some((
            from,
            waiting.filter(|next| now < *next && from < *next).min(),
        ))
    }

    /// The key that writes exactly this header, if there is one whose tokens are still good at `now`.
    ///
    /// A header is looked up whole, never read: one that names another algorithm or type, that brings a key of its own (`jwk`, `jku`, `x5c`),
    /// or asks for what we do not do (`crit`, `b64`, `zip`, `cty`) is the header of no key of ours.
    pub(super) fn verifying_key(&self, header: &str, now: Timestamp) -> Option<&OpenedKey> {
        let place = self.keys.get(*self.by_header.get(header)?)?;
        place
            .verifies_until
            .is_none_or(|until| now < until)
            .then_some(&*place.key)
    }

    /// Whether a key of this ring writes exactly this header.
    pub(super) fn knows(&self, header: &str) -> bool {
        self.by_header.contains_key(header)
    }

    /// The public halves (RFC 7517) of the keys whose tokens are good at `now` or will be, in the order of their ids.
    pub(crate) fn public(&self, now: Timestamp) -> JsonWebKeySet {
        let mut keys: Vec<_> = self
            .keys
            .iter()
            .filter(|place| place.verifies_until.is_none_or(|until| now < until))
            .filter_map(|place| {
                let key = &place.key;
                key.algorithm.json_web_key(&key.id, &key.public)
            })
            .collect();
        keys.sort_by(|a, b| a.kid.cmp(&b.kid));
        JsonWebKeySet { keys }
    }
}

impl<K: Kind> fmt::Debug for KeyRing<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|place| &*place.key.id).collect();
        formatter
            .debug_struct("KeyRing")
            .field("ring", &K::RING)
            .field("keys", &ids)
            .finish_non_exhaustive()
    }
}

impl OpenedKey {
    /// Opens a key of the kind `K`.
    ///
    /// The private half is opened also where the key signs no more: that it fits the public half is the proof that the row is of our making,
    /// and not of somebody who can write to the database but does not know the master secret.
    pub(crate) fn open<K: Kind>(stored: &StoredKey, seal: &Seal) -> Result<Self, KeyRingError> {
        let unfit = || damaged(&stored.id);
        let algorithm = SigningAlgorithm::named(&stored.algorithm).ok_or_else(unfit)?;
        let private = seal
            .open(
                &stored.sealed_private_key,
                &seal_context(K::RING, &stored.id),
            )
            .map_err(|source| KeyRingError::Sealed {
                id: stored.id.clone(),
                source,
            })?;
        let private = algorithm
            .private_key(&private, &stored.public_key)
            .map_err(|UnfitKey| unfit())?;
        Ok(Self {
            id: stored.id.as_str().into(),
            algorithm,
            decoding: algorithm.decoding_key(&stored.public_key),
            header: header_of::<K>(algorithm, &stored.id)?,
            public: stored.public_key.clone(),
            private,
        })
    }

    /// Whether this is the key of that row, whatever it is sealed under now.
    pub(crate) fn is(&self, stored: &StoredKey) -> bool {
        *self.id == *stored.id && self.public == stored.public_key
    }
}

impl fmt::Debug for OpenedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenedKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn damaged(id: &str) -> KeyRingError {
    KeyRingError::Damaged { id: id.to_owned() }
}

fn header_of<K: Kind>(algorithm: SigningAlgorithm, id: &str) -> Result<String, KeyRingError> {
    let header = serde_json::to_vec(&Header {
        alg: algorithm.as_str(),
        typ: K::TYPE,
        kid: id,
    })
    .map_err(KeyRingError::Claims)?;
    Ok(URL_SAFE_NO_PAD.encode(header))
}

/// Where a sealed key belongs: it opens in no other place.
pub(crate) fn seal_context(ring: Ring, id: &str) -> String {
    format!("{}/{id}", ring.as_str())
}

/// A key's id: the month it was made, for the person who reads it, and some chance.
fn new_key_id(now: Timestamp, randomness: &dyn Randomness) -> Result<String, RandomnessError> {
    let date = now.to_rfc3339();
    let month = date.get(..7).unwrap_or_default();
    let chance = u32::from_be_bytes(bytes(randomness)?);
    Ok(format!("{month}-{chance:08x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_unix_micros(1_800_000_000_000_000)
            .plus(MINUTE * u32::try_from(minute).unwrap())
    }

    #[test]
    fn a_key_verifies_until_the_last_token_that_it_can_have_signed_has_expired() {
        let leeway = Duration::from_secs(5);
        let until = verifies_until(&[at(0), at(100)], MINUTE * 10);
        assert_eq!(until, [Some(at(111).plus(leeway)), None]);
    }

    #[test]
    fn a_key_that_was_passed_over_counts_from_the_first_that_follows_it() {
        // The second was to sign from 100 on; the third was put before it at 50.
        let until = verifies_until(&[at(0), at(100), at(50)], MINUTE * 10);
        let end = at(61).plus(Duration::from_secs(5));
        assert_eq!(until, [Some(end), Some(end), None]);
    }
}
