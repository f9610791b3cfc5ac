//! Browsers in which a user has signed in before.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, reading, writing};
use crate::{account::UserId, clock::Timestamp};

/// A browser that is to be known again.
#[derive(Clone, Debug)]
pub(crate) struct NewKnownDevice {
    /// The row's id, if there is none of this browser.
    pub(crate) id: Uuid,
    /// A hash of what the browser holds in its cookie, together with whose row it is.
    pub(crate) hash: Vec<u8>,
}

/// How well a user's browser is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Acquaintance {
    /// Whether the user has signed in in this one before.
    pub(crate) this_one: bool,
    /// Whether they have in any.
    pub(crate) in_any: bool,
}

/// The statement that takes note of a browser in which a user signs in, for whichever database and connection.
macro_rules! insert_known_device {
    ($new:expr, $user:expr, $at:expr) => {
        sqlx::query(
            "INSERT INTO known_devices (id, user_id, device_hash, last_seen_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id, device_hash) DO UPDATE SET last_seen_at = $4",
        )
        .bind($new.id)
        .bind($user)
        .bind($new.hash.as_slice())
        .bind($at)
    };
}
pub(super) use insert_known_device;

/// The statement that forgets all browsers of a user.
macro_rules! forget_devices {
    ($user:expr) => {
        sqlx::query("DELETE FROM known_devices WHERE user_id = $1").bind($user)
    };
}
pub(super) use forget_devices;

/// The statement that forgets those browsers of a user that were not seen for longest, beyond a hundred: who signs in by a program that
/// keeps no cookie is somebody new each time.
macro_rules! delete_surplus_devices {
    ($user:expr) => {
        sqlx::query(
            "DELETE FROM known_devices WHERE id IN
               (SELECT id FROM known_devices WHERE user_id = $1 ORDER BY last_seen_at DESC LIMIT 1000 OFFSET 100)",
        )
        .bind($user)
    };
}
pub(super) use delete_surplus_devices;

impl Store {
    /// How well a browser is known to a user; not at all, where there is no such user.
    pub(crate) async fn acquaintance(
        &self,
        user: UserId,
        device_hash: &[u8],
    ) -> Result<Acquaintance, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM known_devices WHERE user_id = $1 AND device_hash = $2) AS this_one,
                    EXISTS (SELECT 1 FROM known_devices WHERE user_id = $1) AS in_any",
        ).bind(user).bind(device_hash).fetch_one(pool).await)?)
    }

    /// Forgets browsers that were last seen before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_known_devices(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM known_devices WHERE id IN
               (SELECT id FROM known_devices WHERE last_seen_at < $1 ORDER BY last_seen_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }
}
