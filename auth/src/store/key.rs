//! Signing keys, their private halves sealed.

use sqlx::FromRow;

use super::{Store, StoreError, reading, writing};
use crate::{clock::Timestamp, token::Ring};

/// A signing key as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StoredKey {
    /// Its id: the `kid` of what it signs.
    pub id: String,
    /// Its ring, by name.
    pub ring: String,
    /// Its place in the ring; the highest signs.
    pub serial: i64,
    /// Its algorithm (RFC 7518).
    pub algorithm: String,
    /// Its public half.
    pub public_key: Vec<u8>,
    /// Its private half, sealed under the master secret.
    pub sealed_private_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// All keys of a ring.
    pub(crate) async fn keys(&self, ring: Ring) -> Result<Vec<StoredKey>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, ring, serial, algorithm, public_key, sealed_private_key, created_at FROM signing_keys WHERE ring = $1 ORDER BY serial",
        ).bind(ring.as_str()).fetch_all(pool).await)?)
    }

    /// Adds a key, unless its place in the ring is taken: another process was quicker then, and its key is the one.
    pub(crate) async fn add_key(&self, key: &StoredKey) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query(
            "INSERT INTO signing_keys (id, ring, serial, algorithm, public_key, sealed_private_key, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT DO NOTHING",
        ).bind(&key.id).bind(&key.ring).bind(key.serial).bind(&key.algorithm).bind(&key.public_key).bind(&key.sealed_private_key)
         .bind(key.created_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
