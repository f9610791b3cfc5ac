//! Links of letters. Each is used by one conditional statement, so that of any number who come with it at once, one gets through.

use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;
use uuid::Uuid;

use super::{
    NewLetter, Store, StoreError,
    audit::insert_audit_event,
    begin,
    known_device::forget_devices,
    letter::{delete_letters, insert_letter},
    only, reading,
    session::end_sessions_of,
    user::hold_user,
    writing,
};
use crate::{
    account::{SecurityVersion, UserId},
    audit::AuditEvent,
    clock::Timestamp,
    link::{CODE_TRIES, Purpose},
    session::EndReason,
};

/// A link that begins to be good.
#[derive(Debug)]
pub(crate) struct NewLink {
    /// Its id: that of its letter.
    pub(crate) id: Uuid,
    pub(crate) purpose: Purpose,
    pub(crate) user: Option<UserId>,
    pub(crate) pending: Option<Uuid>,
    pub(crate) email: String,
    pub(crate) session: Option<Uuid>,
    pub(crate) token_hash: Vec<u8>,
    /// The code's hash, and until when it is good.
    pub(crate) code: Option<(Vec<u8>, Timestamp)>,
    pub(crate) security_version: SecurityVersion,
    pub(crate) expires_at: Timestamp,
}

impl NewLink {
    fn code_columns(&self) -> (Option<&[u8]>, Option<Timestamp>) {
        match &self.code {
            Some((hash, expires_at)) => (Some(hash.as_slice()), Some(*expires_at)),
            None => (None, None),
        }
    }
}

/// A link as it stands.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Link {
    pub(crate) id: Uuid,
    pub(crate) user_id: Option<UserId>,
    pub(crate) pending_id: Option<Uuid>,
    pub(crate) email: String,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) code_hash: Option<Vec<u8>>,
    pub(crate) code_expires_at: Option<Timestamp>,
    pub(crate) security_version: SecurityVersion,
    pub(crate) expires_at: Timestamp,
}

/// A link that stands, by one condition.
macro_rules! select_link {
    ($condition:literal) => {
        concat!(
            "SELECT id, user_id, pending_id, email, session_id, code_hash, code_expires_at, security_version, expires_at
             FROM links WHERE ",
            $condition
        )
    };
}
pub(super) use select_link;

/// The statement that uses a link up, for whichever database and connection: it touches one row, or the link does not stand.
macro_rules! use_link {
    ($link:expr, $now:expr) => {
        sqlx::query("DELETE FROM links WHERE id = $1 AND expires_at > $2")
            .bind($link.id)
            .bind($now)
    };
}
pub(super) use use_link;

/// The statement that takes all links of a purpose from a user.
macro_rules! delete_links {
    ($user:expr, $purpose:expr) => {
        sqlx::query("DELETE FROM links WHERE user_id = $1 AND purpose = $2")
            .bind($user)
            .bind($purpose.as_str())
    };
}
pub(super) use delete_links;

impl Store {
    /// Makes a letter's link, takes older ones of its purpose away where a newer one replaces them, and writes down as `event` that it was asked
    /// for. Answers false, and does none of it, if the letter has been taken back meanwhile or has a link already.
    pub(crate) async fn add_link(
        &self,
        new: &NewLink,
        event: Option<&AuditEvent<'_>>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            if let Some(user) = new.user {
                hold_user!(user).execute(&mut *transaction).await?;
            }
            let linked = sqlx::query("UPDATE letters SET linked_at = $2, user_id = $3 WHERE id = $1 AND linked_at IS NULL")
                .bind(new.id).bind(now).bind(new.user).execute(&mut *transaction).await?.rows_affected();
            if linked == 1 {
                if let (Some(user), true) = (new.user, new.purpose.is_replaced()) {
                    delete_links!(user, new.purpose).execute(&mut *transaction).await?;
                }
                if new.pending.is_some() {
                    sqlx::query("DELETE FROM links WHERE pending_id IN (SELECT id FROM pending_sign_ups WHERE email = $1)")
                        .bind(new.email.as_str()).execute(&mut *transaction).await?;
                }
                let (code_hash, code_expires_at) = new.code_columns();
                sqlx::query(
                    "INSERT INTO links (id, purpose, user_id, pending_id, email, session_id, token_hash, code_hash, code_expires_at,
                       security_version, expires_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                ).bind(new.id).bind(new.purpose.as_str()).bind(new.user).bind(new.pending).bind(new.email.as_str()).bind(new.session)
                 .bind(new.token_hash.as_slice()).bind(code_hash).bind(code_expires_at).bind(new.security_version).bind(new.expires_at)
                 .execute(&mut *transaction).await?;
                if let Some(event) = event {
                    insert_audit_event!(event).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            linked == 1
        }))
    }

    /// Lets a link whose letter is sent again be good for as long as a new one, by what this letter says of it: the secret that its token and its
    /// code follow from may be another by now. Answers false if it was used or replaced meanwhile.
    pub(crate) async fn renew_link(&self, link: &NewLink) -> Result<bool, StoreError> {
        let (code_hash, code_expires_at) = link.code_columns();
        let renewed = writing!(self, pool => sqlx::query(
            "UPDATE links SET expires_at = $2, token_hash = $3, code_hash = $4, code_expires_at = $5 WHERE id = $1",
        ).bind(link.id).bind(link.expires_at).bind(link.token_hash.as_slice()).bind(code_hash).bind(code_expires_at)
         .execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(renewed == 1)
    }

    /// The link of this token, unless a letter with a newer one for its user waits to be sent.
    pub(crate) async fn link(
        &self,
        purpose: Purpose,
        token_hash: &[u8],
    ) -> Result<Option<Link>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            select_link!(
                "token_hash = $1 AND purpose = $2 AND NOT EXISTS
                   (SELECT 1 FROM letters WHERE recipient = links.email AND occasion = links.purpose AND linked_at IS NULL
                      AND links.user_id IS NOT NULL)"
            ),
        ).bind(token_hash).bind(purpose.as_str()).fetch_optional(pool).await)?)
    }

    /// The newest link of a user for a purpose.
    pub(crate) async fn newest_link(
        &self,
        user: UserId,
        purpose: Purpose,
    ) -> Result<Option<Link>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            select_link!("user_id = $1 AND purpose = $2 ORDER BY id DESC LIMIT 1"),
        ).bind(user).bind(purpose.as_str()).fetch_optional(pool).await)?)
    }

    /// The links of a user for a purpose, the newest first.
    pub(crate) async fn links(
        &self,
        user: UserId,
        purpose: Purpose,
    ) -> Result<Vec<Link>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            select_link!("user_id = $1 AND purpose = $2 ORDER BY id DESC"),
        ).bind(user).bind(purpose.as_str()).fetch_all(pool).await)?)
    }

    /// Counts a code that is tried. Answers false once there were too many.
    pub(crate) async fn count_code_try(&self, link: Uuid) -> Result<bool, StoreError> {
        let counted = writing!(self, pool => sqlx::query("UPDATE links SET tries = tries + 1 WHERE id = $1 AND tries < $2")
            .bind(link).bind(CODE_TRIES).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(counted == 1)
    }

    /// Writes a letter in the place of what waits on this occasion, and `event`: all of it or nothing. Older links are good for nothing from then on,
    /// and are deleted when the new one is made: so the same is done whether there is an account of the address or not.
    pub(crate) async fn ask_for_link(
        &self,
        letter: &NewLetter,
        event: Option<&AuditEvent<'_>>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            if let Some(user) = letter.user {
                hold_user!(user).execute(&mut *transaction).await?;
            }
            delete_letters!(letter).execute(&mut *transaction).await?;
            insert_letter!(letter).execute(&mut *transaction).await?;
            if let Some(event) = event {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Uses a link up to prove that the account's address is its owner's, and writes that down as `event`: both or nothing. Answers false if the
    /// link does not stand, the address is another by now, or the user may not sign in.
    pub(crate) async fn verify_email(
        &self,
        link: &Link,
        event: &AuditEvent<'_>,
    ) -> Result<bool, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let verified = sqlx::query(
                "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $3) WHERE id = $1 AND email = $2 AND disabled_at IS NULL",
            ).bind(link.user_id).bind(link.email.as_str()).bind(event.at).execute(&mut *transaction).await?.rows_affected();
            let used = use_link!(link, event.at).execute(&mut *transaction).await?.rows_affected();
            let done = verified == 1 && used == 1;
            if done {
                insert_audit_event!(event).execute(&mut *transaction).await?;
                transaction.commit().await?;
            } else {
                transaction.rollback().await?;
            }
            done
        }))
    }

    /// Uses a link up to give its user another password: their tokens are void, their sessions end, the devices that they were known by are
    /// forgotten, their address is proven, and nothing of what else was sent to them to sign in by is good any longer. Answers the new security
    /// version; nothing, if the link does not stand.
    pub(crate) async fn reset_password(
        &self,
        link: &Link,
        password_hash: &SecretString,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
    ) -> Result<Option<SecurityVersion>, StoreError> {
        let version = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let rows = sqlx::query_scalar(
                "UPDATE users SET security_version = security_version + 1, security_version_raised_at = $3, password_hash = $4,
                   email_verified_at = COALESCE(email_verified_at, $3)
                 WHERE id = $1 AND email = $2 AND security_version = $5 AND disabled_at IS NULL RETURNING security_version",
            ).bind(link.user_id).bind(link.email.as_str()).bind(event.at).bind(password_hash.expose_secret()).bind(link.security_version)
             .fetch_all(&mut *transaction).await?;
            let version: Option<SecurityVersion> = only(rows);
            let used = use_link!(link, event.at).execute(&mut *transaction).await?.rows_affected();
            if version.is_some() && used == 1 {
                end_sessions_of!(link.user_id, event.at, EndReason::PasswordChanged).execute(&mut *transaction).await?;
                for purpose in Purpose::DIE_WITH_THE_TOKENS {
                    delete_links!(link.user_id, purpose).execute(&mut *transaction).await?;
                }
                forget_devices!(link.user_id).execute(&mut *transaction).await?;
                insert_audit_event!(event).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
                version
            } else {
                transaction.rollback().await?;
                None
            }
        });
        if version.is_some() {
            self.tell_of_change().await;
        }
        Ok(version)
    }

    /// Deletes links that have been past for a while, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_links(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM links WHERE id IN (SELECT id FROM links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }
}
