//! Those who asked for an account, and have not proven yet that the address is theirs.

use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    Link, NewLetter, NewSession, Store, StoreError,
    audit::insert_audit_event,
    begin,
    known_device::insert_known_device,
    letter::{delete_letters, insert_letter},
    link::{select_link, use_link},
    reading,
    session::insert_session,
    writing,
};
use crate::{
    account::{EmailAddress, UserId, Username},
    audit::AuditEvent,
    clock::Timestamp,
};

/// Somebody who asks for an account.
#[derive(Debug)]
pub(crate) struct NewPendingSignUp<'a> {
    pub(crate) id: Uuid,
    pub(crate) username: &'a Username,
    pub(crate) email: &'a EmailAddress,
    pub(crate) password_hash: &'a SecretString,
    /// A hash of what their browser holds in a cookie.
    pub(crate) browser_hash: &'a [u8],
    pub(crate) expires_at: Timestamp,
}

/// Somebody who has asked for an account.
#[derive(Debug, FromRow)]
pub(crate) struct PendingSignUp {
    pub(crate) id: Uuid,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) password_hash: String,
    pub(crate) browser_hash: Option<Vec<u8>>,
}

/// The account that is made of it.
#[derive(Debug)]
pub(crate) struct Confirmation<'a> {
    pub(crate) pending: &'a PendingSignUp,
    /// The link that proves the address.
    pub(crate) link: &'a Link,
    pub(crate) user: UserId,
    /// The name, which may be another by now.
    pub(crate) username: &'a Username,
    pub(crate) session: &'a NewSession<'a>,
    /// How it is written down.
    pub(crate) event: AuditEvent<'a>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// There is one account more.
    Made,
    /// Somebody has the name or the address. Nothing was done, and the link is good for another try.
    Taken,
    /// The link does not stand.
    Gone,
}

/// The statement that forgets who asked for an account with the address of this user, which tells nobody more once the user is gone.
macro_rules! forget_sign_ups {
    ($user:expr) => {
        sqlx::query(
            "DELETE FROM pending_sign_ups WHERE email = (SELECT email FROM users WHERE id = $1)",
        )
        .bind($user)
    };
}
pub(super) use forget_sign_ups;

impl Store {
    /// Writes down who asks for an account, and the letter that goes to the address, if one does: all of it or nothing. By the same statements
    /// whether there is an account of the address or not.
    pub(crate) async fn ask_for_account(
        &self,
        new: &NewPendingSignUp<'_>,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            sqlx::query(
                "INSERT INTO pending_sign_ups (id, username, email, password_hash, browser_hash, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
            ).bind(new.id).bind(new.username.as_str()).bind(new.email.as_str()).bind(new.password_hash.expose_secret())
             .bind(new.browser_hash).bind(new.expires_at).execute(&mut *transaction).await?;
            if let Some(letter) = letter {
                delete_letters!(letter).execute(&mut *transaction).await?;
                insert_letter!(letter).execute(&mut *transaction).await?;
            }
            insert_audit_event!(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Who waits under this id.
    pub(crate) async fn pending_sign_up(
        &self,
        id: Uuid,
    ) -> Result<Option<PendingSignUp>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, username, email, password_hash, browser_hash FROM pending_sign_ups WHERE id = $1",
        ).bind(id).fetch_optional(pool).await)?)
    }

    /// The link of the newest letter that went to this address for a sign-up.
    pub(crate) async fn sign_up_link(&self, email: &str) -> Result<Option<Link>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            select_link!("pending_id IN (SELECT id FROM pending_sign_ups WHERE email = $1) ORDER BY id DESC LIMIT 1"),
        ).bind(email).fetch_optional(pool).await)?)
    }

    /// Uses the link up to make the account, with its first session, and forgets who asked for one with its address: all of it or nothing.
    pub(crate) async fn confirm_sign_up(
        &self,
        new: &Confirmation<'_>,
    ) -> Result<Confirmed, StoreError> {
        let (pending, session, at) = (new.pending, new.session, new.event.at);
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let used = use_link!(new.link, at).execute(&mut *transaction).await?.rows_affected();
            if used != 1 {
                transaction.rollback().await?;
                return Ok(Confirmed::Gone);
            }
            let added = sqlx::query(
                "INSERT INTO users (id, username, username_key, email, email_verified_at, password_hash, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $5)
                 ON CONFLICT DO NOTHING",
            ).bind(new.user).bind(new.username.as_str()).bind(new.username.key()).bind(pending.email.as_str()).bind(at)
             .bind(pending.password_hash.as_str()).execute(&mut *transaction).await?.rows_affected();
            if added != 1 {
                transaction.rollback().await?;
                return Ok(Confirmed::Taken);
            }
            sqlx::query("DELETE FROM pending_sign_ups WHERE email = $1").bind(pending.email.as_str()).execute(&mut *transaction).await?;
            insert_audit_event!(new.event).execute(&mut *transaction).await?;
            insert_session!(session).execute(&mut *transaction).await?;
            insert_audit_event!(session.event).execute(&mut *transaction).await?;
            if let Some(device) = &session.known_device {
                insert_known_device!(device, session.user, session.now).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Confirmed::Made
        }))
    }

    /// Forgets who asked so long ago that no link of theirs is good any more, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_sign_ups(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM pending_sign_ups WHERE id IN (SELECT id FROM pending_sign_ups WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }
}
