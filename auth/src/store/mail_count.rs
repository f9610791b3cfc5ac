//! How much mail an address was sent of late, so that nobody can have it flooded.

use super::{Store, StoreError, writing};
use crate::clock::Timestamp;

/// How often a letter may be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailLimit {
    /// Not before this moment may the last have been.
    pub(crate) last_before: Timestamp,
    /// Those before this moment are forgotten.
    pub(crate) began_before: Timestamp,
    /// How many there may be since then.
    pub(crate) letters: i64,
}

impl Store {
    /// Counts a letter under a name, unless there were too many or the last was just now. Answers whether it may be sent. Of any number who ask at
    /// once, one is answered so.
    pub(crate) async fn count_letter(
        &self,
        address_hash: &[u8],
        limit: MailLimit,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let counted = writing!(self, pool => sqlx::query(
            "INSERT INTO mail_counts (address_hash, letters, began_at, last_at) VALUES ($1, 1, $2, $2)
             ON CONFLICT (address_hash) DO UPDATE
             SET letters = CASE WHEN mail_counts.began_at < $4 THEN 1 ELSE mail_counts.letters + 1 END,
                 began_at = CASE WHEN mail_counts.began_at < $4 THEN $2 ELSE mail_counts.began_at END,
                 last_at = $2
             WHERE (mail_counts.last_at <= $3 OR mail_counts.last_at > $2)
               AND (mail_counts.began_at < $4 OR mail_counts.letters < $5)",
        ).bind(address_hash).bind(now).bind(limit.last_before).bind(limit.began_before).bind(limit.letters)
         .execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(counted == 1)
    }

    /// Deletes counts whose last letter was before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_mail_counts(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM mail_counts WHERE address_hash IN
               (SELECT address_hash FROM mail_counts WHERE last_at < $1 ORDER BY last_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }
}
