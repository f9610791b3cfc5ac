//! What tells of the last time that somebody signed in.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, reading};
use crate::{account::UserId, clock::Timestamp, session::SessionId};

/// An event of a user's, as far as it may tell of a sign-in.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct SignInEvent {
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
}

impl Store {
    /// The newest events of a user before the one of this id, at most 200 of whatever kind: no more are read, however many there are.
    pub(crate) async fn sign_in_events(
        &self,
        user: UserId,
        before: Uuid,
    ) -> Result<Vec<SignInEvent>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT at, kind FROM audit_events WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT 200",
        ).bind(user).bind(before).fetch_all(pool).await)?)
    }

    /// When the newest session of a user began besides this one.
    pub(crate) async fn session_before(
        &self,
        user: UserId,
        session: SessionId,
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_scalar(
            "SELECT MAX(created_at) FROM sessions WHERE user_id = $1 AND id <> $2",
        ).bind(user).bind(session).fetch_one(pool).await)?)
    }
}
