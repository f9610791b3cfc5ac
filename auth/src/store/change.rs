//! What a user changes of their account: its password, its name, its address. The row of the user comes first in each transaction, so that none
//! waits for another that waits for it.

use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    Link, NewLetter, NewSession, Store, StoreError,
    audit::insert_audit_event,
    begin,
    deletion::keep_account,
    known_device::forget_devices,
    letter::insert_letter,
    link::{delete_links, use_link},
    only,
    session::{
        end_other_sessions_of, end_sessions_of, hold_session, insert_session, standing_session,
    },
    writing,
};
use crate::{
    account::{EmailAddress, SecurityVersion, UserId, Username},
    audit::AuditEvent,
    letter::Occasion,
    link::Purpose,
    session::{EndReason, SessionId},
};

/// A password that takes the place of another.
#[derive(Debug)]
pub(crate) struct PasswordChange<'a> {
    /// The session in which it is changed. It must stand.
    pub(crate) from: SessionId,
    /// The hash of the password that was given.
    pub(crate) old_hash: &'a SecretString,
    /// That of the new one.
    pub(crate) new_hash: &'a SecretString,
    /// The session in which the user goes on. Its own event is not written down: nobody has signed in.
    pub(crate) session: &'a NewSession<'a>,
    /// What the owner is told by.
    pub(crate) letter: Option<&'a NewLetter>,
    /// How it is written down.
    pub(crate) event: &'a AuditEvent<'a>,
}

/// What came of a change that was asked for in a session.
#[derive(Debug)]
pub(crate) enum Change<T> {
    /// It is made.
    Made(T),
    /// Somebody else has the name or the address. Nothing was done.
    Taken,
    /// The session has ended. Nothing was done.
    SignedOut,
}

/// Whether somebody else has the name or the address that was to be written.
fn is_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// How many rows a statement has touched; none, if somebody else was quicker to take the name or the address.
macro_rules! touched {
    ($executed:expr) => {
        match $executed {
            Ok(done) => done.rows_affected(),
            Err(error) if is_taken(&error) => 0,
            Err(error) => return Err(error.into()),
        }
    };
}

impl Store {
    /// Puts a password in the place of the one that was given, if it still is the user's: all tokens are void, all sessions end, another begins, and
    /// nothing of what was sent to the user to sign in by is good any longer; all of it or nothing. Answers the new security version; nothing, if
    /// the password is another by now, the session has ended, or the user may not sign in.
    pub(crate) async fn change_password(
        &self,
        change: &PasswordChange<'_>,
    ) -> Result<Option<SecurityVersion>, StoreError> {
        let (user, at) = (change.session.user, change.event.at);
        let version = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let rows = sqlx::query_scalar(
                "UPDATE users SET password_hash = $3, security_version = security_version + 1, security_version_raised_at = $4
                 WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL RETURNING security_version",
            ).bind(user).bind(change.old_hash.expose_secret()).bind(change.new_hash.expose_secret()).bind(at)
             .fetch_all(&mut *transaction).await?;
            let version: Option<SecurityVersion> = only(rows);
            let stands = standing_session!(change.from, user, at).fetch_optional(&mut *transaction).await?.is_some();
            if version.is_some() && stands {
                end_sessions_of!(user, at, EndReason::PasswordChanged).execute(&mut *transaction).await?;
                insert_session!(change.session).execute(&mut *transaction).await?;
                for purpose in Purpose::DIE_WITH_THE_TOKENS {
                    delete_links!(user, purpose).execute(&mut *transaction).await?;
                }
                insert_audit_event!(change.event).execute(&mut *transaction).await?;
                if let Some(letter) = change.letter {
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

    /// Gives a user another name, asked for in the session `this`, and writes that down as `event`: both or nothing.
    pub(crate) async fn change_username(
        &self,
        user: UserId,
        this: SessionId,
        username: &Username,
        event: &AuditEvent<'_>,
    ) -> Result<Change<()>, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            if !hold_session!(transaction, this, user, event.at) {
                transaction.rollback().await?;
                return Ok(Change::SignedOut);
            }
            let changed = touched!(sqlx::query(
                "UPDATE users SET username = $2, username_key = $3 WHERE id = $1
                   AND NOT EXISTS (SELECT 1 FROM users AS others WHERE others.username_key = $3 AND others.id <> $1)",
            ).bind(user).bind(username.as_str()).bind(username.key()).execute(&mut *transaction).await);
            if changed == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
                transaction.commit().await?;
                Change::Made(())
            } else {
                transaction.rollback().await?;
                Change::Taken
            }
        }))
    }

    /// Gives a user another address, of which it is not proven that it is theirs, asked for in the session `this`, ends all their other ones, and
    /// writes that down as `event`: all of it or nothing. Answers which sessions ended.
    pub(crate) async fn change_email(
        &self,
        user: UserId,
        this: SessionId,
        email: &EmailAddress,
        event: &AuditEvent<'_>,
    ) -> Result<Change<Vec<SessionId>>, StoreError> {
        let ended = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            if !hold_session!(transaction, this, user, event.at) {
                transaction.rollback().await?;
                return Ok(Change::SignedOut);
            }
            let changed = touched!(sqlx::query(
                "UPDATE users SET email = $2, email_verified_at = NULL WHERE id = $1
                   AND NOT EXISTS (SELECT 1 FROM users AS others WHERE others.email = $2)",
            ).bind(user).bind(email.as_str()).execute(&mut *transaction).await);
            if changed == 1 {
                let ended: Vec<SessionId> = end_other_sessions_of!(user, this, event.at, EndReason::EmailChanged)
                    .fetch_all(&mut *transaction).await?;
                insert_audit_event!(event).execute(&mut *transaction).await?;
                transaction.commit().await?;
                ended
            } else {
                transaction.rollback().await?;
                return Ok(Change::Taken);
            }
        });
        self.tell_of_change().await;
        Ok(Change::Made(ended))
    }

    /// Takes back what was sent to a user to confirm another address, writes a new letter instead, asked for in the session `this`, and writes that
    /// down as `event`: all of it or nothing. By the same statements whether somebody has the address or not. Answers false, and does nothing, if
    /// the session has ended.
    pub(crate) async fn ask_for_new_email(
        &self,
        user: UserId,
        this: SessionId,
        letter: &NewLetter,
        event: &AuditEvent<'_>,
    ) -> Result<bool, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            if !hold_session!(transaction, this, user, event.at) {
                transaction.rollback().await?;
                return Ok(false);
            }
            // The letters before the links, as where a link is made: whoever makes one now is waited for, and it goes with the others.
            sqlx::query("DELETE FROM letters WHERE user_id = $1 AND occasion = $2")
                .bind(user).bind(Occasion::ConfirmNewEmail.as_str()).execute(&mut *transaction).await?;
            delete_links!(user, Purpose::ConfirmNewEmail).execute(&mut *transaction).await?;
            insert_letter!(letter).execute(&mut *transaction).await?;
            insert_audit_event!(event).execute(&mut *transaction).await?;
            transaction.commit().await?;
            true
        }))
    }

    /// Uses a link up to give its user the address that it was sent to, in the place of `from`, which is told by `letter`, and ends all their
    /// sessions but the one that the link tells of; all of it or nothing. Answers which sessions ended; nothing, if the link does not stand, the
    /// address is another by now or somebody else's, or the user may not sign in.
    pub(crate) async fn confirm_new_email(
        &self,
        link: &Link,
        from: &str,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
    ) -> Result<Option<Vec<SessionId>>, StoreError> {
        let asked_in = link.session_id.unwrap_or(Uuid::nil());
        let ended = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let changed = touched!(sqlx::query(
                "UPDATE users SET email = $3, email_verified_at = $4
                 WHERE id = $1 AND email = $2 AND security_version = $5 AND disabled_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM users AS others WHERE others.email = $3)",
            ).bind(link.user_id).bind(from).bind(link.email.as_str()).bind(event.at).bind(link.security_version)
             .execute(&mut *transaction).await);
            if changed == 1 && use_link!(link, event.at).execute(&mut *transaction).await?.rows_affected() == 1 {
                let ended: Vec<SessionId> = end_other_sessions_of!(link.user_id, asked_in, event.at, EndReason::EmailChanged)
                    .fetch_all(&mut *transaction).await?;
                insert_audit_event!(event).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
                transaction.commit().await?;
                Some(ended)
            } else {
                transaction.rollback().await?;
                None
            }
        });
        if ended.is_some() {
            self.tell_of_change().await;
        }
        Ok(ended)
    }

    /// Uses a link up to give its user back the address that it was sent to: their tokens are void, their sessions end, no browser is known to the
    /// account any longer, and links and letters that were sent since the change, which may have gone to somebody else, are good for nothing. Where
    /// a letter leads to another password, the present one is taken away; where the account was to be deleted it is kept, which is written down as
    /// `kept`. All of it or nothing. Answers the new security version; nothing, if the link does not stand, the address is somebody else's, or the
    /// user may not sign in.
    pub(crate) async fn undo_email_change(
        &self,
        link: &Link,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
        kept: &AuditEvent<'_>,
    ) -> Result<Option<SecurityVersion>, StoreError> {
        let version = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let undone = sqlx::query_scalar(
                "UPDATE users SET email = $2, email_verified_at = $3, security_version = security_version + 1,
                   security_version_raised_at = $3, password_hash = CASE WHEN $4 THEN NULL ELSE password_hash END
                 WHERE id = $1 AND disabled_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM users AS others WHERE others.email = $2 AND others.id <> $1)
                 RETURNING security_version",
            ).bind(link.user_id).bind(link.email.as_str()).bind(event.at).bind(letter.is_some()).fetch_all(&mut *transaction).await;
            let rows = match undone {
                Err(error) if is_taken(&error) => Vec::new(),
                undone => undone?,
            };
            let version: Option<SecurityVersion> = only(rows);
            if version.is_some() && use_link!(link, event.at).execute(&mut *transaction).await?.rows_affected() == 1 {
                end_sessions_of!(link.user_id, event.at, EndReason::EmailChangeUndone).execute(&mut *transaction).await?;
                forget_devices!(link.user_id).execute(&mut *transaction).await?;
                // The letters before the links, as where a link is made.
                sqlx::query("DELETE FROM letters WHERE user_id = $1 AND id > $2")
                    .bind(link.user_id).bind(link.id).execute(&mut *transaction).await?;
                // Links of letters to former addresses stay: whoever changed the address twice must not take the first owner's way back by undoing
                // the second change.
                sqlx::query("DELETE FROM links WHERE user_id = $1 AND (purpose <> $2 OR id > $3)")
                    .bind(link.user_id).bind(Purpose::UndoEmailChange.as_str()).bind(link.id).execute(&mut *transaction).await?;
                if keep_account!(link.user_id, event.at).execute(&mut *transaction).await?.rows_affected() == 1 {
                    insert_audit_event!(kept).execute(&mut *transaction).await?;
                }
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
}
