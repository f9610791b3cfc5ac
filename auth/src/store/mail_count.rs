//! How much mail an address was sent of late, so that nobody can have it flooded; and how often a user took what is held of them, which is counted
//! alike.

use std::time::Duration;

use sqlx::FromRow;

use super::{Store, StoreError, reading, writing};
use crate::clock::Timestamp;

/// How often a letter, or what else costs much, may be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskingLimit {
    /// How long to wait after the last.
    pub(crate) between: Duration,
    /// For how long they are counted together.
    pub(crate) within: Duration,
    /// How many there may be in that time.
    pub(crate) most: i64,
}

/// What is counted under a name.
#[derive(Clone, Copy, Debug, FromRow)]
struct MailCount {
    letters: i64,
    began_at: Timestamp,
    last_at: Timestamp,
}

impl AskingLimit {
    /// How long it is until the next may be asked for.
    fn wait(self, count: MailCount, now: Timestamp) -> Duration {
        let after_last = if count.last_at <= now {
            count.last_at.plus(self.between).since(now)
        } else {
            // The clock was turned back.
            Duration::ZERO
        };
        if count.letters < self.most {
            after_last
        } else {
            after_last.max(count.began_at.plus(self.within).since(now))
        }
    }
}

impl Store {
    /// Counts one more under a name, unless there were too many or the last was just now: then it answers how long to wait. Of any number who ask
    /// at once, no more are counted than there may be.
    pub(crate) async fn count_asking(
        &self,
        name: &[u8],
        limit: AskingLimit,
        now: Timestamp,
    ) -> Result<Result<(), Duration>, StoreError> {
        let (last_before, began_before) = (now.minus(limit.between), now.minus(limit.within));
        let counted = writing!(self, pool => sqlx::query(
            "INSERT INTO mail_counts (address_hash, letters, began_at, last_at) VALUES ($1, 1, $2, $2)
             ON CONFLICT (address_hash) DO UPDATE
             SET letters = CASE WHEN mail_counts.began_at <= $4 THEN 1 ELSE mail_counts.letters + 1 END,
                 began_at = CASE WHEN mail_counts.began_at <= $4 THEN $2 ELSE mail_counts.began_at END,
                 last_at = $2
             WHERE (mail_counts.last_at <= $3 OR mail_counts.last_at > $2)
               AND (mail_counts.began_at <= $4 OR mail_counts.letters < $5)",
        ).bind(name).bind(now).bind(last_before).bind(began_before).bind(limit.most)
         .execute(pool).await.map(|done| done.rows_affected()))?;
        if counted == 1 {
            return Ok(Ok(()));
        }
        let count: Option<MailCount> = reading!(self, pool => sqlx::query_as(
            "SELECT letters, began_at, last_at FROM mail_counts WHERE address_hash = $1",
        ).bind(name).fetch_optional(pool).await)?;
        Ok(Err(
            count.map_or(Duration::ZERO, |count| limit.wait(count, now))
        ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_waits_for_whichever_ends_last() {
        let at = |seconds: u64| Timestamp::from_unix_micros(0).plus(Duration::from_secs(seconds));
        let limit = AskingLimit {
            between: Duration::from_mins(1),
            within: Duration::from_hours(1),
            most: 5,
        };
        for (letters, last_at, now, seconds) in [
            (1, 0, 0, 60),
            (1, 0, 59, 1),
            (4, 600, 630, 30),
            (5, 600, 630, 2970),
            (5, 3590, 3590, 60),
            (5, 600, 3600, 0),
            // The clock was turned back.
            (1, 600, 100, 0),
        ] {
            let count = MailCount {
                letters,
                began_at: at(0),
                last_at: at(last_at),
            };
            let wait = limit.wait(count, at(now)).as_secs();
            assert_eq!(wait, seconds, "{letters} by {last_at}, at {now}");
        }
    }
}
