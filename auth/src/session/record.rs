//! A session as the store keeps it: one row a sign-in, however often its tokens rotate.

use std::{
    fmt::{self, Write as _},
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use uuid::Uuid;

use super::{Proof, SessionSummary};
use crate::{account::UserId, clock::Timestamp};

/// A session's id (UUID version 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent, no_pg_array)]
pub struct SessionId(Uuid);

impl From<Uuid> for SessionId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl std::str::FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Why a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its owner signed out.
    SignedOut,
    /// Its owner signed out everywhere.
    SignedOutEverywhere,
    /// Somebody signed in anew in the same browser.
    Replaced,
    /// An old refresh token came back.
    Reused,
    /// Its owner may not sign in any more.
    Disabled,
    /// The key that signed its refresh token was taken back.
    KeyRetired,
    /// Its owner was given another password.
    PasswordChanged,
    /// The one who runs Latchkey ended it.
    Revoked,
    /// Its owner began more of them than a user may have.
    TooMany,
    /// It was begun before anybody had proven that the account's address is theirs, and somebody has now.
    AddressProven,
    /// Its owner ended it from another.
    EndedByOwner,
    /// Its owner said that it, or what was done to the account, was not their doing.
    NotMe,
    /// The account has another address.
    EmailChanged,
    /// The account was given its former address back.
    EmailChangeUndone,
}

impl EndReason {
    /// The reason's name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::SignedOutEverywhere => "signed_out_everywhere",
            Self::Replaced => "replaced",
            Self::Reused => "reused",
            Self::Disabled => "disabled",
            Self::KeyRetired => "key_retired",
            Self::PasswordChanged => "password_changed",
            Self::Revoked => "revoked",
            Self::TooMany => "too_many",
            Self::AddressProven => "address_proven",
            Self::EndedByOwner => "ended_by_owner",
            Self::NotMe => "not_me",
            Self::EmailChanged => "email_changed",
            Self::EmailChangeUndone => "email_change_undone",
        }
    }
}

/// Whether the browser keeps a session when it is closed. Both databases hold it as 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent, no_pg_array)]
pub struct Remembered(i64);

impl Remembered {
    /// Whether it does.
    pub const fn is_so(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Remembered {
    fn from(remember: bool) -> Self {
        Self(remember.into())
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// How often its refresh token has been rotated.
    pub generation: i64,
    /// The newest generation that its owner is known to have received.
    pub confirmed_generation: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last rotated. Minting a generation again does not move it.
    pub rotated_at: Option<Timestamp>,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub absolute_expires_at: Timestamp,
    /// When its owner proved who they are.
    pub auth_time: Timestamp,
    /// How they proved it.
    #[sqlx(rename = "amr", try_from = "String")]
    pub proof: Proof,
    /// Whether the browser keeps it when it is closed.
    pub remembered: Remembered,
    /// When it was ended before its time.
    pub revoked_at: Option<Timestamp>,
}

/// What a refresh token that is not of the present generation tells of its bearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// Of the present generation: to be rotated.
    Current,
    /// One behind, and nobody is known to have received the present one; or two tabs asked at once. The present one is minted again.
    Previous,
    /// Older than any honest bearer's: somebody has a copy (RFC 9700, section 4.14.2).
    Reused,
    /// Ahead of the row: forged with our key, or the database was restored from an older copy.
    Ahead,
    /// The session has ended.
    Ended,
}

impl Session {
    /// How long after a rotation two tabs may still come with the same token.
    pub const RACE: Duration = Duration::from_secs(10);

    /// Whether the session stands at `now`.
    pub fn stands(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at && now < self.absolute_expires_at
    }

    /// Judges a refresh token of `generation`, presented at `now`.
    pub fn judge(&self, generation: i64, now: Timestamp) -> Presented {
        if !self.stands(now) {
            return Presented::Ended;
        }
        let unconfirmed = self.confirmed_generation < self.generation;
        // A rotation that lies further ahead was made before the clock was put back: that opens no longer a time to a thief.
        let just_rotated = self.rotated_at.is_some_and(|rotated_at| {
            rotated_at.minus(Self::RACE) <= now && now <= rotated_at.plus(Self::RACE)
        });
        match self.generation.saturating_sub(generation) {
            ..0 => Presented::Ahead,
            0 => Presented::Current,
            1 if unconfirmed || just_rotated => Presented::Previous,
            _ => Presented::Reused,
        }
    }

    /// The session as its owner sees it at `now`. `idle_lifetime` is what `expires_at` was last set to.
    pub fn summary(&self, now: Timestamp, idle_lifetime: Duration) -> SessionSummary {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        SessionSummary {
            id: self.id.to_string(),
            tag: tag(self.id),
            generation: self.generation,
            created_at: self.created_at.to_rfc3339(),
            auth_time: self.auth_time.to_rfc3339(),
            rotated_at: self.rotated_at.map(Timestamp::to_rfc3339),
            expires_at: self.expires_at.to_rfc3339(),
            absolute_expires_at: self.absolute_expires_at.to_rfc3339(),
            expires_in: seconds(self.expires_at.since(now)),
            idle_lifetime: seconds(idle_lifetime),
        }
    }
}

/// The first 64 bits of a hash of the session's id, in hexadecimal.
fn tag(id: SessionId) -> String {
    let hash = digest(&SHA256, format!("tab:{id}").as_bytes());
    let (start, _) = hash.as_ref().split_at(8);
    start.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
