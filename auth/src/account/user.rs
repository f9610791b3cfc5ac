//! A user as the store keeps them.

use std::fmt;

use secrecy::SecretString;
use uuid::Uuid;

use super::Profile;
use crate::clock::Timestamp;

/// A user's id (UUID version 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent, no_pg_array)]
pub struct UserId(Uuid);

impl From<Uuid> for UserId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// How often a user's tokens have been made void at once: by a new password, other roles, signing out everywhere. A token that carries a
/// lower one is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent, no_pg_array)]
pub struct SecurityVersion(i64);

impl SecurityVersion {
    /// That of a new user.
    pub const FIRST: Self = Self(1);
    /// Higher than that of any token: that of a user who has been deleted.
    pub const LAST: Self = Self(i64::MAX);

    /// The version that a token carries.
    pub const fn from_claim(version: i64) -> Self {
        Self(version)
    }

    /// As a token carries it.
    pub const fn as_claim(self) -> i64 {
        self.0
    }
}

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name, as typed.
    pub username: String,
    /// Their address, in its stored form.
    pub email: String,
    /// When it was proven that the address is theirs.
    pub email_verified_at: Option<Timestamp>,
    /// Whether they have a password.
    pub has_password: bool,
    /// Their password's hash, a PHC string. Absent for who has no password, and where nothing is compared with it.
    pub password_hash: Option<SecretString>,
    /// What they may do.
    pub roles: Vec<String>,
    /// The teams that they belong to.
    pub groups: Vec<String>,
    /// See [`SecurityVersion`].
    pub security_version: SecurityVersion,
    /// Whether they may sign in.
    pub disabled_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it is deleted, if they have asked for it.
    pub deletes_at: Option<Timestamp>,
    /// Whether there is a notice that they have not dismissed.
    pub has_notices: bool,
}

impl User {
    /// What the account shows of itself to its owner.
    pub fn profile(&self) -> Profile {
        Profile {
            id: self.id.to_string(),
            username: self.username.clone(),
            email: self.email.clone(),
            email_verified: self.email_verified_at.is_some(),
            has_password: self.has_password,
            roles: self.roles.clone(),
            groups: self.groups.clone(),
            created_at: self.created_at.to_rfc3339(),
            deletes_at: self.deletes_at.map(Timestamp::to_rfc3339),
        }
    }
}
