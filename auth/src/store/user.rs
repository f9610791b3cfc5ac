//! Users.

use secrecy::{ExposeSecret, SecretString};
use sqlx::FromRow;

use super::{
    NewLetter, NewSession, Store, StoreError,
    audit::insert_audit_event,
    begin,
    known_device::insert_known_device,
    letter::insert_letter,
    only,
    pending_sign_up::forget_sign_ups,
    reading,
    session::{end_sessions_of, insert_session},
    writing,
};
use crate::{
    account::{EmailAddress, SecurityVersion, User, UserId, Username},
    audit::AuditEvent,
    clock::Timestamp,
    flow::administration::{Account, Page},
    session::EndReason,
};

/// What a new user begins with.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub username: &'a Username,
    /// Their address.
    pub email: &'a EmailAddress,
    /// Their password's hash.
    pub password_hash: &'a SecretString,
    /// The present moment.
    pub created_at: Timestamp,
}

/// What somebody else has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Taken {
    /// The username, in whatever case.
    pub username: bool,
    /// The email address.
    pub email: bool,
}

impl Taken {
    /// Whether either is.
    pub const fn any(self) -> bool {
        self.username || self.email
    }
}

#[derive(FromRow)]
struct UserRow {
    id: UserId,
    username: String,
    email: String,
    email_verified_at: Option<Timestamp>,
    password_hash: Option<String>,
    #[sqlx(try_from = "String")]
    role_names: Names,
    #[sqlx(try_from = "String")]
    group_names: Names,
    security_version: SecurityVersion,
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    deletes_at: Option<Timestamp>,
    has_notices: bool,
}

/// A JSON list of names, as both databases keep it.
pub(super) struct Names(pub(super) Vec<String>);

impl TryFrom<String> for Names {
    type Error = serde_json::Error;

    fn try_from(json: String) -> Result<Self, Self::Error> {
        serde_json::from_str(&json).map(Self)
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            username: row.username,
            email: row.email,
            email_verified_at: row.email_verified_at,
            has_password: row.password_hash.is_some(),
            password_hash: row.password_hash.map(SecretString::from),
            roles: row.role_names.0,
            groups: row.group_names.0,
            security_version: row.security_version,
            disabled_at: row.disabled_at,
            created_at: row.created_at,
            deletes_at: row.deletes_at,
            has_notices: row.has_notices,
        }
    }
}

/// The whole user, by one condition.
macro_rules! select_user {
    ($condition:literal) => {
        concat!(
            "SELECT id, username, email, email_verified_at, password_hash, role_names, group_names, security_version, disabled_at, created_at, deletes_at,
                    EXISTS (SELECT 1 FROM notices WHERE notices.user_id = users.id AND dismissed_at IS NULL) AS has_notices
             FROM users WHERE ",
            $condition
        )
    };
}

/// What an operator sees of accounts, by one condition; `$1` is the present moment.
macro_rules! select_account {
    ($condition:literal) => {
        concat!(
            "SELECT id, username, email, created_at, disabled_at, password_hash IS NOT NULL AS has_password,
                    (SELECT COUNT(*) FROM sessions WHERE sessions.user_id = users.id AND revoked_at IS NULL AND expires_at > $1) AS sessions
             FROM users WHERE ",
            $condition
        )
    };
}

/// The statement that changes nothing of a user, and has others wait who would: it comes first in a transaction that touches what is theirs.
macro_rules! hold_user {
    ($user:expr) => {
        sqlx::query("UPDATE users SET security_version = security_version WHERE id = $1")
            .bind($user)
    };
}
pub(super) use hold_user;

impl Store {
    /// The user with this id.
    pub(crate) async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = reading!(self, pool => sqlx::query_as(
            select_user!("id = $1"),
        ).bind(id).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// The user with this name, in whatever case.
    pub(crate) async fn user_by_username(
        &self,
        username: &Username,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = reading!(self, pool => sqlx::query_as(
            select_user!("username_key = $1"),
        ).bind(username.key()).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// The user with this address.
    pub(crate) async fn user_by_email(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<User>, StoreError> {
        self.user_by_stored_email(email.as_str()).await
    }

    /// The user with this address, which is in its stored form.
    pub(crate) async fn user_by_stored_email(
        &self,
        email: &str,
    ) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = reading!(self, pool => sqlx::query_as(
            select_user!("email = $1"),
        ).bind(email).fetch_optional(pool).await)?;
        Ok(row.map(User::from))
    }

    /// Whether somebody has this name or this address already.
    pub(crate) async fn taken(
        &self,
        username: &Username,
        email: &EmailAddress,
    ) -> Result<Taken, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM users WHERE username_key = $1) AS username,
                    EXISTS (SELECT 1 FROM users WHERE email = $2) AS email",
        ).bind(username.key()).bind(email.as_str()).fetch_one(pool).await)?)
    }

    /// Adds a user, with their first session if there is one, and writes it down as `event`: all of it or nothing. Where somebody has the name or
    /// the address nothing is done, and the answer is false.
    pub(crate) async fn add_user(
        &self,
        new: &NewUser<'_>,
        event: &AuditEvent<'_>,
        session: Option<&NewSession<'_>>,
        letter: Option<&NewLetter>,
    ) -> Result<bool, StoreError> {
        Ok(writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let added = sqlx::query(
                "INSERT INTO users (id, username, username_key, email, password_hash, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT DO NOTHING",
            ).bind(new.id).bind(new.username.as_str()).bind(new.username.key()).bind(new.email.as_str())
             .bind(new.password_hash.expose_secret()).bind(new.created_at)
             .execute(&mut *transaction).await?.rows_affected();
            if added == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
                if let Some(new) = session {
                    insert_session!(new).execute(&mut *transaction).await?;
                    insert_audit_event!(new.event).execute(&mut *transaction).await?;
                    if let Some(device) = &new.known_device {
                        insert_known_device!(device, new.user, new.now).execute(&mut *transaction).await?;
                    }
                }
            }
            transaction.commit().await?;
            added == 1
        }))
    }

    /// Puts a hash made with today's parameters in the place of `old`, unless the password was changed meanwhile.
    pub(crate) async fn replace_password_hash(
        &self,
        user: UserId,
        old: &SecretString,
        new: &SecretString,
    ) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
            .bind(user).bind(old.expose_secret()).bind(new.expose_secret())
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Raises the user's security version and ends all their sessions, so that every token of theirs is void, and writes that down as
    /// `event`: all of it or nothing. For [`EndReason::Disabled`] the user may not sign in any more; a `password_hash` that is given takes the
    /// place of theirs. Answers the new version; nothing if there is no such user.
    pub(crate) async fn void_tokens(
        &self,
        user: UserId,
        reason: EndReason,
        password_hash: Option<&SecretString>,
        letter: Option<&NewLetter>,
        event: &AuditEvent<'_>,
    ) -> Result<Option<SecurityVersion>, StoreError> {
        let version = writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            // The user first: a second one who does the same waits here, and a rotation meanwhile mints with the version that is void.
            let rows = sqlx::query_scalar(
                "UPDATE users SET security_version = security_version + 1, security_version_raised_at = $2,
                   disabled_at = CASE WHEN $3 THEN $2 ELSE disabled_at END, password_hash = COALESCE($4, password_hash)
                 WHERE id = $1 RETURNING security_version",
            ).bind(user).bind(event.at).bind(reason == EndReason::Disabled)
             .bind(password_hash.map(ExposeSecret::expose_secret)).fetch_all(&mut *transaction).await?;
            let version: Option<SecurityVersion> = only(rows);
            end_sessions_of!(user, event.at, reason).execute(&mut *transaction).await?;
            if version.is_some() {
                insert_audit_event!(event).execute(&mut *transaction).await?;
                if let Some(letter) = letter {
                    insert_letter!(letter).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            version
        });
        self.tell_of_change().await;
        Ok(version)
    }

    /// Lets a user sign in again, and writes that down as `event`: both or nothing.
    pub(crate) async fn enable(
        &self,
        user: UserId,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            let enabled = sqlx::query("UPDATE users SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL")
                .bind(user).execute(&mut *transaction).await?.rows_affected();
            if enabled == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }

    /// Deletes a user with all that is theirs, leaves word of it for processes that hold their tokens for good, and writes it down as `event`:
    /// all of it or nothing.
    pub(crate) async fn delete_user(
        &self,
        user: UserId,
        event: &AuditEvent<'_>,
    ) -> Result<(), StoreError> {
        writing!(self, pool => {
            let mut transaction = begin(pool).await?;
            sqlx::query("INSERT INTO deletions (user_id, deleted_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(user).bind(event.at).execute(&mut *transaction).await?;
            forget_sign_ups!(user).execute(&mut *transaction).await?;
            let deleted = sqlx::query("DELETE FROM users WHERE id = $1").bind(user).execute(&mut *transaction).await?.rows_affected();
            if deleted == 1 {
                insert_audit_event!(event).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        self.tell_of_change().await;
        Ok(())
    }

    /// Deletes word of users who were deleted before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_deletions(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM deletions WHERE user_id IN (SELECT user_id FROM deletions WHERE deleted_at < $1 ORDER BY deleted_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }

    /// The account of this id.
    pub(crate) async fn account(
        &self,
        id: UserId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        Ok(
            reading!(self, pool => sqlx::query_as(select_account!("id = $2"))
            .bind(now).bind(id).fetch_optional(pool).await)?,
        )
    }

    /// A part of all accounts, in the order in which they were made.
    pub(crate) async fn accounts(
        &self,
        page: Page,
        now: Timestamp,
    ) -> Result<Vec<Account>, StoreError> {
        Ok(
            reading!(self, pool => sqlx::query_as(select_account!("id > $2 ORDER BY id LIMIT $3"))
            .bind(now).bind(page.after.unwrap_or_default()).bind(i64::from(page.limit)).fetch_all(pool).await)?,
        )
    }
}
