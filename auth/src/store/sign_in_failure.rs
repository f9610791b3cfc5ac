//! Wrong passwords, counted so that the next try can be slowed.

use sqlx::FromRow;

use super::{Store, StoreError, audit::insert_audit_event, begin, only, reading, writing};
use crate::{audit::AuditEvent, clock::Timestamp};

/// How often, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Failures {
    pub(crate) failures: i64,
    pub(crate) last_failure_at: Timestamp,
}

impl Store {
    /// The wrong tries under a name.
    pub(crate) async fn sign_in_failures(
        &self,
        identifier_hash: &[u8],
    ) -> Result<Option<Failures>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT failures, last_failure_at FROM sign_in_failures WHERE identifier_hash = $1",
        ).bind(identifier_hash).fetch_optional(pool).await)?)
    }

    /// Counts a try ahead of its answer, if none has been counted since `before` was read. Of any number that saw the same, one is counted.
    pub(crate) async fn count_sign_in_try(
        &self,
        identifier_hash: &[u8],
        before: Failures,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let counted = writing!(self, pool => sqlx::query(
            "UPDATE sign_in_failures SET failures = failures + 1, last_failure_at = $4
             WHERE identifier_hash = $1 AND failures = $2 AND last_failure_at = $3",
        ).bind(identifier_hash).bind(before.failures).bind(before.last_failure_at).bind(now)
         .execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(counted == 1)
    }

    /// Takes a try back that was counted ahead at `counted_at` and was right after all: what was there `before` is there again.
    pub(crate) async fn take_back_sign_in_try(
        &self,
        identifier_hash: &[u8],
        before: Failures,
        counted_at: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query(
            "UPDATE sign_in_failures SET failures = failures - 1, last_failure_at = $3
             WHERE identifier_hash = $1 AND failures = $2 AND last_failure_at = $4",
        ).bind(identifier_hash).bind(before.failures + 1).bind(before.last_failure_at).bind(counted_at)
         .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Counts one more under each of some names; from one again, if the last was before `forgotten`. Writes it down as `event`: all of it or
    /// nothing.
    pub(crate) async fn count_sign_in_failure(
        &self,
        identifier_hashes: &[&[u8]],
        forgotten: Timestamp,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            for identifier_hash in identifier_hashes {
                sqlx::query(
                    "INSERT INTO sign_in_failures (identifier_hash, failures, last_failure_at) VALUES ($1, 1, $2)
                     ON CONFLICT (identifier_hash) DO UPDATE
                     SET failures = CASE WHEN sign_in_failures.last_failure_at < $3 THEN 1 ELSE sign_in_failures.failures + 1 END,
                         last_failure_at = $2",
                ).bind(*identifier_hash).bind(event.at).bind(forgotten).execute(&mut *transaction).await?;
            }
            insert_audit_event!(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Counts a code that is typed, and answers how many it were under this name. They are forgotten later than any code is good.
    pub(crate) async fn count_typed_code(
        &self,
        identifier_hash: &[u8],
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let rows: Vec<i64> = writing!(self, pool => sqlx::query_scalar(
            "INSERT INTO sign_in_failures (identifier_hash, failures, last_failure_at) VALUES ($1, 1, $2)
             ON CONFLICT (identifier_hash) DO UPDATE SET failures = sign_in_failures.failures + 1, last_failure_at = $2
             RETURNING failures",
        ).bind(identifier_hash).bind(now).fetch_all(pool).await)?;
        Ok(only(rows).unwrap_or(i64::MAX))
    }

    /// Deletes counts, whichever the name, whose last wrong try was before `forgotten`; at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_sign_in_failures(
        &self,
        forgotten: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM sign_in_failures WHERE identifier_hash IN
               (SELECT identifier_hash FROM sign_in_failures WHERE last_failure_at < $1 ORDER BY last_failure_at LIMIT $2)",
        ).bind(forgotten).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// Forgets the wrong tries under a name: its owner has signed in.
    pub(crate) async fn forget_sign_in_failures(
        &self,
        identifier_hash: &[u8],
    ) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query("DELETE FROM sign_in_failures WHERE identifier_hash = $1")
            .bind(identifier_hash).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
