//! The keys that sign one kind of token, and verify it.

use std::{collections::HashMap, fmt, marker::PhantomData};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use secrecy::SecretString;
use serde::Serialize;
use thiserror::Error;

use super::{Kind, seal::Seal, seal::SealError};
use crate::{
    clock::Timestamp,
    random::{Randomness, RandomnessError, bytes},
    store::StoredKey,
};

/// Which of the two rings a key belongs to. Only the access ring's public halves are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// Signs access tokens.
    Access,
    /// Signs refresh tokens.
    Refresh,
}

impl Ring {
    /// The ring's name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// The keys of one kind of token.
pub struct KeyRing<K: Kind> {
    signing: SigningKey,
    /// By the very text of the header that the key writes.
    verifying: HashMap<String, VerifyingKey>,
    kind: PhantomData<K>,
}

/// A key that signs. It is parsed once, where `jsonwebtoken`'s own signer would parse it for each token.
struct SigningKey {
    id: String,
    pair: Ed25519KeyPair,
    header: String,
}

/// A key that verifies.
pub(super) struct VerifyingKey {
    id: String,
    public: Vec<u8>,
    pub(super) decoding: DecodingKey,
    pub(super) algorithm: Algorithm,
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

const EDDSA: &str = "EdDSA";
const SEED_LENGTH: usize = 32;

impl<K: Kind> KeyRing<K> {
    /// A new key for this ring, ready to be stored as its `serial`th.
    pub(crate) fn new_key(
        serial: i64,
        now: Timestamp,
        seal: &Seal,
        randomness: &dyn Randomness,
    ) -> Result<StoredKey, KeyRingError> {
        let seed = zeroize::Zeroizing::new(bytes::<SEED_LENGTH>(randomness)?);
        let id = new_key_id(now, randomness)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())
            .map_err(|_| KeyRingError::Damaged { id: id.clone() })?;
        Ok(StoredKey {
            ring: K::RING.as_str().to_owned(),
            serial,
            algorithm: EDDSA.to_owned(),
            public_key: pair.public_key().as_ref().to_vec(),
            sealed_private_key: seal.seal(
                seed.as_slice(),
                &seal_context(K::RING, &id),
                randomness,
            )?,
            created_at: now,
            id,
        })
    }

    /// Opens the ring. The key of the highest serial signs; all verify.
    ///
    /// The private half of each is opened, though one alone signs: that it fits the public half is the proof that the row is of our making,
    /// and not of somebody who can write to the database but does not know the master secret.
    pub(crate) fn open(stored: &[StoredKey], seal: &Seal) -> Result<Self, KeyRingError> {
        let mut signing = None;
        let mut verifying = HashMap::new();
        let mut in_order: Vec<&StoredKey> = stored.iter().collect();
        in_order.sort_by_key(|key| key.serial);
        for key in in_order {
            verifying.insert(header_of::<K>(&key.id)?, VerifyingKey::of(key)?);
            signing = Some(SigningKey::open::<K>(key, seal)?);
        }
        Ok(Self {
            signing: signing.ok_or(KeyRingError::Empty)?,
            verifying,
            kind: PhantomData,
        })
    }

    /// Signs `claims`: the compact serialisation of RFC 7515, section 7.1.
    pub(crate) fn mint(&self, claims: &K::Claims) -> Result<SecretString, KeyRingError> {
        let payload = serde_json::to_vec(claims).map_err(KeyRingError::Claims)?;
        let mut token =
            String::with_capacity(self.signing.header.len() + payload.len() * 4 / 3 + 96);
        token.push_str(&self.signing.header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.signing.pair.sign(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
        Ok(token.into())
    }

    /// The id of the key that signs.
    pub(crate) fn signing_key_id(&self) -> &str {
        &self.signing.id
    }

    /// The algorithm of the key that signs.
    pub(crate) const ALGORITHM: &'static str = EDDSA;

    /// The key that writes exactly this header, if there is one.
    ///
    /// A header is looked up whole, never read: one that names another algorithm or type, that brings a key of its own (`jwk`, `jku`, `x5c`),
    /// or asks for what we do not do (`crit`, `b64`, `zip`, `cty`) is the header of no key of ours.
    pub(super) fn verifying_key(&self, header: &str) -> Option<&VerifyingKey> {
        self.verifying.get(header)
    }

    /// The public halves (RFC 7517), in the order of their ids.
    pub(crate) fn public(&self) -> JsonWebKeySet {
        let mut keys: Vec<JsonWebKey> = self.verifying.values().map(VerifyingKey::public).collect();
        keys.sort_by(|a, b| a.kid.cmp(&b.kid));
        JsonWebKeySet { keys }
    }
}

impl<K: Kind> fmt::Debug for KeyRing<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyRing")
            .field("ring", &K::RING)
            .field("signing", &self.signing.id)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    fn open<K: Kind>(stored: &StoredKey, seal: &Seal) -> Result<Self, KeyRingError> {
        let seed = seal
            .open(
                &stored.sealed_private_key,
                &seal_context(K::RING, &stored.id),
            )
            .map_err(|source| KeyRingError::Sealed {
                id: stored.id.clone(),
                source,
            })?;
        let pair =
            Ed25519KeyPair::from_seed_and_public_key(&seed, &stored.public_key).map_err(|_| {
                KeyRingError::Damaged {
                    id: stored.id.clone(),
                }
            })?;
        Ok(Self {
            id: stored.id.clone(),
            pair,
            header: header_of::<K>(&stored.id)?,
        })
    }
}

impl VerifyingKey {
    fn of(stored: &StoredKey) -> Result<Self, KeyRingError> {
        if stored.algorithm != EDDSA || stored.public_key.len() != SEED_LENGTH {
            return Err(KeyRingError::Damaged {
                id: stored.id.clone(),
            });
        }
        Ok(Self {
            id: stored.id.clone(),
            decoding: DecodingKey::from_ed_der(&stored.public_key),
            public: stored.public_key.clone(),
            algorithm: Algorithm::EdDSA,
        })
    }

    fn public(&self) -> JsonWebKey {
        JsonWebKey {
            kty: "OKP",
            crv: "Ed25519",
            key_use: "sig",
            alg: EDDSA,
            kid: self.id.clone(),
            x: URL_SAFE_NO_PAD.encode(&self.public),
        }
    }
}

fn header_of<K: Kind>(id: &str) -> Result<String, KeyRingError> {
    let header = serde_json::to_vec(&Header {
        alg: EDDSA,
        typ: K::TYPE,
        kid: id,
    })
    .map_err(KeyRingError::Claims)?;
    Ok(URL_SAFE_NO_PAD.encode(header))
}

pub(super) fn seal_context(ring: Ring, id: &str) -> String {
    format!("{}/{id}", ring.as_str())
}

/// A key's id: the month it was made, for the person who reads it, and some chance.
fn new_key_id(now: Timestamp, randomness: &dyn Randomness) -> Result<String, RandomnessError> {
    let date = now.to_rfc3339();
    let month = date.get(..7).unwrap_or_default();
    let chance = u32::from_be_bytes(bytes(randomness)?);
    Ok(format!("{month}-{chance:08x}"))
}

/// A set of public keys (RFC 7517, section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonWebKeySet {
    /// The keys, in the order of their ids.
    pub keys: Vec<JsonWebKey>,
}

/// A public Ed25519 key (RFC 8037, section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonWebKey {
    /// The key's type.
    pub kty: &'static str,
    /// The curve.
    pub crv: &'static str,
    /// What the key is for.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The algorithm.
    pub alg: &'static str,
    /// The key's id, in the header of each token that it signed.
    pub kid: String,
    /// The public key, base64url.
    pub x: String,
}
