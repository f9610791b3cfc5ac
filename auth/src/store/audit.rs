//! The audit log. Rows are added, read, and deleted when they are old; a trigger in the database refuses to change one.

use uuid::Uuid;

use super::{Store, StoreError, reading, writing};
use crate::{
    audit::{AuditEvent, AuditFilter, AuditKind, AuditRecord},
    clock::Timestamp,
    flow::administration::Page,
    random::first_id,
};

/// The statement that adds an event, for whichever database and connection.
macro_rules! insert_audit_event {
    ($event:expr) => {
        sqlx::query(
            "INSERT INTO audit_events (id, at, kind, actor, operator_name, user_id, session_id, detail, user_agent, address)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind($event.id)
        .bind($event.at)
        .bind($event.kind.as_str())
        .bind($event.actor.as_str())
        .bind($event.actor.operator_name())
        .bind($event.user)
        .bind($event.session)
        .bind($event.detail.as_deref())
        .bind($event.device.and_then(|device| device.user_agent.as_deref()))
        .bind($event.device.and_then($crate::flow::Device::address_text))
    };
}
pub(super) use insert_audit_event;

/// Events of a span, the newest first, by one more condition. The span is one of ids, which begin with the time, so that one index finds it
/// and brings it in order.
macro_rules! select_records {
    ($condition:literal) => {
        concat!(
            "SELECT audit_events.id, at, kind, actor, operator_name, user_id, username, session_id, detail, address, user_agent
             FROM audit_events LEFT JOIN users ON users.id = audit_events.user_id
             WHERE audit_events.id >= $1 AND audit_events.id < $2 AND ",
            $condition,
            " ORDER BY audit_events.id DESC LIMIT $3"
        )
    };
}

impl Store {
    /// Adds an event.
    pub(crate) async fn add_audit_event(&self, event: &AuditEvent<'_>) -> Result<(), StoreError> {
        writing!(self, pool => insert_audit_event!(event).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// A part of the events that are asked for, the newest first: those that happened before the one that `page` names.
    pub(crate) async fn audit_records(
        &self,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let from = filter.since.map_or(Uuid::nil(), first_id);
        let until = filter.until.map_or(Uuid::max(), first_id);
        let until = page.after.map_or(until, |after| until.min(after));
        let limit = i64::from(page.limit);
        let kind = filter.kind.map(AuditKind::as_str);
        Ok(match (filter.user, kind) {
            (None, None) => reading!(self, pool => sqlx::query_as(
                select_records!("TRUE"),
            ).bind(from).bind(until).bind(limit).fetch_all(pool).await)?,
            (Some(user), None) => reading!(self, pool => sqlx::query_as(
                select_records!("user_id = $4"),
            ).bind(from).bind(until).bind(limit).bind(user).fetch_all(pool).await)?,
            (None, Some(kind)) => reading!(self, pool => sqlx::query_as(
                select_records!("kind = $4"),
            ).bind(from).bind(until).bind(limit).bind(kind).fetch_all(pool).await)?,
            (Some(user), Some(kind)) => reading!(self, pool => sqlx::query_as(
                // By the index of users: the events of one are fewer than those of a kind.
                select_records!("user_id = $4 AND kind || '' = $5"),
            ).bind(from).bind(until).bind(limit).bind(user).bind(kind).fetch_all(pool).await)?,
        })
    }

    /// Deletes the oldest events from before a moment, at most `limit` of them. Answers how many it were.
    pub(crate) async fn delete_old_audit_events(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(writing!(self, pool => sqlx::query(
            "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events WHERE id < $1 ORDER BY id LIMIT $2)",
        ).bind(first_id(before)).bind(i64::from(limit)).execute(pool).await.map(|done| done.rows_affected()))?)
    }
}
