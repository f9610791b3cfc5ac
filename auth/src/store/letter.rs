//! Letters that wait to be sent.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, audit::insert_audit_event, begin, only, reading, writing};
use crate::{account::UserId, audit::AuditEvent, clock::Timestamp, letter::Occasion};

/// A letter that begins to wait.
#[derive(Clone, Debug)]
pub struct NewLetter {
    /// Its id.
    pub id: Uuid,
    /// Why it is sent.
    pub occasion: Occasion,
    /// Whose account it is about, if that is known.
    pub user: Option<UserId>,
    /// To which address.
    pub recipient: String,
    /// What else it tells: a JSON object.
    pub detail: String,
    /// When it is to be sent.
    pub due_at: Timestamp,
}

/// A letter as it waits.
#[derive(Debug, FromRow)]
pub(crate) struct LetterRow {
    pub(crate) id: Uuid,
    pub(crate) occasion: String,
    pub(crate) user_id: Option<UserId>,
    pub(crate) recipient: String,
    pub(crate) detail: String,
    pub(crate) attempts: i64,
    pub(crate) linked_at: Option<Timestamp>,
}

/// The statement that writes a letter, for whichever database and connection. It goes into the transaction of what the letter tells of.
macro_rules! insert_letter {
    ($letter:expr) => {
        sqlx::query(
            "INSERT INTO letters (id, occasion, user_id, recipient, detail, due_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind($letter.id)
        .bind($letter.occasion.as_str())
        .bind($letter.user)
        .bind($letter.recipient.as_str())
        .bind($letter.detail.as_str())
        .bind($letter.due_at)
    };
}
pub(super) use insert_letter;

/// The statement that takes back letters on an occasion to an address that have not been sent: a newer one follows.
macro_rules! delete_letters {
    ($letter:expr) => {
        sqlx::query("DELETE FROM letters WHERE recipient = $1 AND occasion = $2")
            .bind($letter.recipient.as_str())
            .bind($letter.occasion.as_str())
    };
}
pub(super) use delete_letters;

impl Store {
    /// Takes the letter in hand that has been due for longest, until a moment. Of any number of processes that ask at once, one gets it.
    pub(crate) async fn claim_letter(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<LetterRow>, StoreError> {
        let rows: Vec<LetterRow> = writing!(self, pool => sqlx::query_as(
            "UPDATE letters SET attempts = attempts + 1, due_at = $2
             WHERE id = (SELECT id FROM letters WHERE due_at <= $1 ORDER BY due_at LIMIT 1) AND due_at <= $1
             RETURNING id, occasion, user_id, recipient, detail, attempts, linked_at",
        ).bind(now).bind(until).fetch_all(pool).await)?;
        Ok(only(rows))
    }

    /// A letter was not taken: it is due again later.
    pub(crate) async fn postpone_letter(
        &self,
        id: Uuid,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query("UPDATE letters SET due_at = $2 WHERE id = $1")
            .bind(id).bind(due_at).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// A letter was sent, is not tried again, or nobody is to get it any more, of which `event` is written down.
    pub(crate) async fn drop_letter(
        &self,
        id: Uuid,
        event: Option<&AuditEvent<'_>>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let gone = sqlx::query("DELETE FROM letters WHERE id = $1").bind(id).execute(&mut *transaction).await?.rows_affected();
            if let (Some(event), 1) = (event, gone) {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// How many letters wait, at most 10,000, and the oldest of them.
    pub(crate) async fn letters_waiting(&self) -> Result<(i64, Option<Uuid>), StoreError> {
        let count: i64 = reading!(self, pool => sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT id FROM letters ORDER BY id LIMIT 10000) AS waiting",
        ).fetch_one(pool).await)?;
        let oldest: Option<Uuid> = reading!(self, pool => sqlx::query_scalar(
            "SELECT id FROM letters ORDER BY id LIMIT 1",
        ).fetch_optional(pool).await)?;
        Ok((count, oldest))
    }
}
