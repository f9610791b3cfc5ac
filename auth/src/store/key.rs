//! Signing keys, their private halves sealed.

use std::io;

use sqlx::FromRow;
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    PATIENCE, Store, StoreError, audit::insert_audit_event, begin, reading,
    session::end_sessions_minted, writing,
};
use crate::{
    audit::AuditEvent,
    clock::{Clock, Timestamp},
    session::EndReason,
    store::MintedWithin,
};

/// A signing key as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StoredKey {
    /// Its id: the `kid` of what it signs.
    pub id: String,
    /// Its ring, by name.
    pub ring: String,
    /// Its place in the ring, which is taken once.
    pub serial: i64,
    /// Its algorithm (RFC 7518).
    pub algorithm: String,
    /// Its public half.
    pub public_key: Vec<u8>,
    /// Its private half, sealed under the master secret. Empty once it was retired.
    pub sealed_private_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs, unless a later one does.
    pub signs_from: Timestamp,
    /// When it was retired: no token of it is good any more.
    pub retired_at: Option<Timestamp>,
}

/// The statement that adds a key, unless its place in the ring is taken, for whichever database and connection.
macro_rules! insert_key {
    ($key:expr) => {
        sqlx::query(
            "INSERT INTO signing_keys (id, ring, serial, algorithm, public_key, sealed_private_key, created_at, signs_from)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT DO NOTHING",
        )
        .bind(&$key.id)
        .bind(&$key.ring)
        .bind($key.serial)
        .bind(&$key.algorithm)
        .bind(&$key.public_key)
        .bind(&$key.sealed_private_key)
        .bind($key.created_at)
        .bind($key.signs_from)
    };
}

/// The statement that retires a key and destroys its private half, for whichever database and connection.
macro_rules! retire_key {
    ($id:expr, $now:expr) => {
        sqlx::query("UPDATE signing_keys SET retired_at = $2, sealed_private_key = $3 WHERE id = $1 AND retired_at IS NULL")
            .bind($id)
            .bind($now)
            .bind([0_u8; 0].as_slice())
    };
}

impl Store {
    /// All keys there ever were. Fails if the answer does not come in time: who reads them keeps others from it, who may have a connection that
    /// does not hang.
    pub(crate) async fn keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let read = reading!(self, pool => timeout(PATIENCE, sqlx::query_as(
            "SELECT id, ring, serial, algorithm, public_key, sealed_private_key, created_at, signs_from, retired_at
             FROM signing_keys ORDER BY ring, serial",
        ).fetch_all(pool)).await);
        Ok(read.map_err(|_| sqlx::Error::Io(io::ErrorKind::TimedOut.into()))??)
    }

    /// Adds a key, unless its place in the ring is taken: another process was quicker then, and its key is the one. Answers whether it was
    /// added, which is written down as `event`.
    pub(crate) async fn add_key(
        &self,
        key: &StoredKey,
        event: &AuditEvent<'_>,
    ) -> Result<bool, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let added = insert_key!(key).execute(&mut *transaction).await?.rows_affected();
            if added == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            added == 1
        }))
    }

    /// Retires a key whose last token has expired, and writes that down as `event`, unless another process was quicker.
    pub(crate) async fn retire_key(
        &self,
        id: &str,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let retired = retire_key!(id, event.at).execute(&mut *transaction).await?.rows_affected();
            if retired == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Retires a key whose tokens may be good still, puts another in its place, and writes that down as `event`: all of it or nothing. Then ends
    /// the sessions that hold its refresh tokens, the first of them together with that. Answers how many sessions ended; nothing if another
    /// process was quicker.
    pub(crate) async fn take_key_back(
        &self,
        id: &str,
        replacement: Option<&StoredKey>,
        holders: Option<MintedWithin>,
        event: AuditEvent<'_>,
        clock: &dyn Clock,
    ) -> Result<Option<u64>, StoreError> {
        let standing = match holders {
            Some(within) => self.sessions_minted(within, event.at).await?,
            None => 0,
        };
        let first: Vec<Uuid> = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let retired = retire_key!(id, event.at).execute(&mut *transaction).await?.rows_affected();
            let replaced = match replacement {
                Some(key) => insert_key!(key).execute(&mut *transaction).await?.rows_affected(),
                None => 1,
            };
            if retired == 0 || replaced == 0 {
                transaction.rollback().await?;
                return Ok(None);
            }
            let ended = match holders {
                Some(within) => end_sessions_minted!(within, EndReason::KeyRetired, event.at, Uuid::nil())
                    .fetch_all(&mut *transaction).await?,
                None => Vec::new(),
            };
            let replacement = replacement.map_or_else(String::new, |key| format!(" replacement={}", key.id));
            let event = event.with_detail(format!("key={id}{replacement} sessions={standing}"));
            insert_audit_event!(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
            ended
        });
        let Some(within) = holders else {
            return Ok(Some(0));
        };
        let ended = self.end_further_sessions(within, EndReason::KeyRetired, first, clock);
        Ok(Some(ended.await?))
    }

    /// Puts each private half, sealed anew, in the place of that which was read, and writes that down as `event`: all of it or nothing.
    pub(crate) async fn replace_seals(
        &self,
        changes: &[(StoredKey, Vec<u8>)],
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            for (key, sealed) in changes {
                sqlx::query("UPDATE signing_keys SET sealed_private_key = $2 WHERE id = $1 AND retired_at IS NULL")
                    .bind(&key.id).bind(sealed.as_slice()).execute(&mut *transaction).await?;
            }
            insert_audit_event!(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
        });
        Ok(())
    }
}
