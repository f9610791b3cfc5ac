//! What the owner of an account must be told until they dismiss it.

use sqlx::FromRow;
use uuid::Uuid;

use super::{Store, StoreError, reading, writing};
use crate::{
    account::UserId,
    clock::Timestamp,
    session::{Notice, NoticeKind},
};

/// How many notices are shown at most.
const SHOWN: i64 = 5;
pub(super) const SESSION_REUSED: &str = "session_reused";

#[derive(FromRow)]
struct NoticeRow {
    id: Uuid,
    at: Timestamp,
}

/// The statement that leaves a user the notice that a session of theirs was ended because an old refresh token came back.
macro_rules! insert_reuse_notice {
    ($id:expr, $user:expr, $at:expr) => {
        sqlx::query("INSERT INTO notices (id, user_id, kind, at) VALUES ($1, $2, $3, $4)")
            .bind($id)
            .bind($user)
            .bind($crate::store::notice::SESSION_REUSED)
            .bind($at)
    };
}
pub(super) use insert_reuse_notice;

impl Store {
    /// The notices that `user` has not dismissed, the newest first.
    pub(crate) async fn open_notices(&self, user: UserId) -> Result<Vec<Notice>, StoreError> {
        let rows: Vec<NoticeRow> = reading!(self, pool => sqlx::query_as(
            "SELECT id, at FROM notices WHERE user_id = $1 AND kind = $2 AND dismissed_at IS NULL ORDER BY at DESC LIMIT $3",
        ).bind(user).bind(SESSION_REUSED).bind(SHOWN).fetch_all(pool).await)?;
        let notice = |row: NoticeRow| Notice {
            id: row.id.to_string(),
            kind: NoticeKind::SessionReused,
            at: row.at.to_rfc3339(),
        };
        Ok(rows.into_iter().map(notice).collect())
    }

    /// Dismisses a notice of `user`; another's, or one that there is not, is left alone.
    pub(crate) async fn dismiss_notice(
        &self,
        id: Uuid,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        writing!(self, pool => sqlx::query("UPDATE notices SET dismissed_at = $3 WHERE id = $1 AND user_id = $2 AND dismissed_at IS NULL")
            .bind(id).bind(user).bind(now).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Deletes notices that were dismissed before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_dismissed_notices(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE dismissed_at < $1 ORDER BY dismissed_at LIMIT $2)",
        ).bind(before).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }
}
