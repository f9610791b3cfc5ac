//! Accounts whose owners want them deleted: the day on which it is to be, and what goes on that day.

use sqlx::FromRow;

use super::{
    NewLetter, Store, StoreError, audit::insert_audit_event, begin, letter::insert_letter,
    pending_sign_up::forget_sign_ups, reading, session::hold_session, writing,
};
use crate::{account::UserId, audit::AuditEvent, clock::Timestamp, session::SessionId};

/// An account whose day has come.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct DueAccount {
    pub(crate) id: UserId,
    pub(crate) username: String,
    pub(crate) email: String,
}

/// The statement that takes from some events of a user whose they were, for whichever database and connection. It touches fewer than asked for
/// where none is left.
macro_rules! anonymise_events {
    ($user:expr, $limit:expr) => {
        sqlx::query(
            "UPDATE audit_events SET user_id = NULL, session_id = NULL, user_agent = NULL, address = NULL
             WHERE id IN (SELECT id FROM audit_events WHERE user_id = $1 ORDER BY id LIMIT $2)",
        )
        .bind($user)
        .bind(i64::from($limit))
    };
}

/// The statement that keeps an account which was to be deleted: it touches one row, or nothing was planned, or its day has come. From then on
/// its events lose whose they were, so there is no way back.
macro_rules! keep_account {
    ($user:expr, $now:expr) => {
        sqlx::query("UPDATE users SET deletes_at = NULL WHERE id = $1 AND deletes_at > $2")
            .bind($user)
            .bind($now)
    };
}
pub(super) use keep_account;

impl Store {
    /// Plans an account to be deleted, asked for in the session `this`, posts a letter, and writes that down as `event`: all of it or nothing.
    /// Answers false where it was planned already; nothing, if the session has ended.
    pub(crate) async fn plan_deletion(
        &self,
        user: UserId,
        this: SessionId,
        deletes_at: Timestamp,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
    ) -> Result<Option<bool>, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            if !hold_session!(transaction, this, user, event.at) {
                transaction.rollback().await?;
                return Ok(None);
            }
            let planned = sqlx::query("UPDATE users SET deletes_at = $2 WHERE id = $1 AND deletes_at IS NULL")
                .bind(user).bind(deletes_at).execute(&mut *transaction).await?.rows_affected();
            if planned == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            Some(planned == 1)
        }))
    }

    /// Keeps an account that was to be deleted and whose day has not come, and writes that down as `event`: both or nothing.
    pub(crate) async fn cancel_deletion(
        &self,
        user: UserId,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let kept = keep_account!(user, event.at).execute(&mut *transaction).await?.rows_affected();
            if kept == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Accounts whose day has come, at most `limit` of them.
    pub(crate) async fn accounts_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueAccount>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, username, email FROM users WHERE deletes_at <= $1 ORDER BY deletes_at LIMIT $2",
        ).bind(now).bind(i64::from(limit)).fetch_all(pool).await)?)
    }

    /// Takes from the oldest events of a user whose they were, at most `limit` of them. Answers how many it were.
    pub(crate) async fn anonymise_events(
        &self,
        user: UserId,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(
            writing!(self, pool => anonymise_events!(user, limit).execute(pool).await.map(|done| done.rows_affected()))?,
        )
    }

    /// Deletes an account if its day has come by `due`, with all that is theirs; what is left of their events tells no longer whose they were.
    /// Leaves word of it for processes that hold their tokens for good, posts a letter, and writes it down as `event`: all of it or nothing.
    /// Answers false where its owner keeps it, or another process was quicker.
    pub(crate) async fn delete_due_account(
        &self,
        user: UserId,
        due: Timestamp,
        limit: u32,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
    ) -> Result<bool, StoreError> {
        let deleted = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            // In the order in which an operator's deletion takes them.
            sqlx::query("INSERT INTO deletions (user_id, deleted_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(user).bind(event.at).execute(&mut *transaction).await?;
            forget_sign_ups!(user).execute(&mut *transaction).await?;
            let deleted = sqlx::query("DELETE FROM users WHERE id = $1 AND deletes_at <= $2")
                .bind(user).bind(due).execute(&mut *transaction).await?.rows_affected();
            if deleted == 1 {
                // Those that came while the others were done.
                while anonymise_events!(user, limit).execute(&mut *transaction).await?.rows_affected() > 0 {}
                insert_audit_event!(event).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
            } else {
                transaction.rollback().await?;
            }
            deleted == 1
        });
        if deleted {
            self.tell_of_change().await;
        }
        Ok(deleted)
    }
}
