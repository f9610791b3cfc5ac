//! All that is held of a user, to be given to them. No hash and no token is among it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, reading};
use crate::{
    account::UserId,
    clock::Timestamp,
    session::{Remembered, SessionId},
};

/// A session, whether it stands or not.
#[derive(Debug, FromRow)]
pub(crate) struct HeldSession {
    pub(crate) id: SessionId,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) absolute_expires_at: Timestamp,
    pub(crate) auth_time: Timestamp,
    pub(crate) amr: String,
    pub(crate) remembered: Remembered,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) end_reason: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) address: Option<String>,
}

/// A notice, whether it was dismissed or not.
#[derive(Debug, FromRow)]
pub(crate) struct HeldNotice {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    pub(crate) dismissed_at: Option<Timestamp>,
}

/// A browser that is known again.
#[derive(Debug, FromRow)]
pub(crate) struct HeldDevice {
    pub(crate) id: Uuid,
    pub(crate) last_seen_at: Timestamp,
}

/// A link of a letter that was sent.
#[derive(Debug, FromRow)]
pub(crate) struct HeldLink {
    pub(crate) id: Uuid,
    pub(crate) purpose: String,
    pub(crate) email: String,
    pub(crate) expires_at: Timestamp,
}

/// A letter that waits.
#[derive(Debug, FromRow)]
pub(crate) struct HeldLetter {
    pub(crate) id: Uuid,
    pub(crate) occasion: String,
    pub(crate) recipient: String,
    pub(crate) detail: String,
    pub(crate) due_at: Timestamp,
}

impl Store {
    /// The sessions that are held of a user, in the order in which they began.
    pub(crate) async fn held_sessions(&self, user: UserId) -> Result<Vec<HeldSession>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, created_at, last_seen_at, expires_at, absolute_expires_at, auth_time, amr, remembered, revoked_at, end_reason, user_agent, address
             FROM sessions WHERE user_id = $1 ORDER BY id",
        ).bind(user).fetch_all(pool).await)?)
    }

    /// The notices that are held for a user, the oldest first.
    pub(crate) async fn held_notices(&self, user: UserId) -> Result<Vec<HeldNotice>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, kind, at, dismissed_at FROM notices WHERE user_id = $1 ORDER BY id",
        ).bind(user).fetch_all(pool).await)?)
    }

    /// The browsers by which a user is known again, in the order in which they first signed in there.
    pub(crate) async fn held_devices(&self, user: UserId) -> Result<Vec<HeldDevice>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, last_seen_at FROM known_devices WHERE user_id = $1 ORDER BY id",
        ).bind(user).fetch_all(pool).await)?)
    }

    /// The links of letters that are held for a user, the oldest first.
    pub(crate) async fn held_links(&self, user: UserId) -> Result<Vec<HeldLink>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, purpose, email, expires_at FROM links WHERE user_id = $1 ORDER BY id",
        ).bind(user).fetch_all(pool).await)?)
    }

    /// The letters about a user that wait, the oldest first.
    pub(crate) async fn held_letters(&self, user: UserId) -> Result<Vec<HeldLetter>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT id, occasion, recipient, detail, due_at FROM letters WHERE user_id = $1 ORDER BY id",
        ).bind(user).fetch_all(pool).await)?)
    }
}
