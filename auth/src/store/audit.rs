//! What happened that somebody may have to look into. Only ever added to.

use uuid::Uuid;

use super::{Store, StoreError, writing};
use crate::{account::UserId, clock::Timestamp, flow::Device, session::SessionId};

/// Something that happened.
#[derive(Debug)]
pub struct AuditEvent<'a> {
    /// Its own id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: AuditKind,
    /// Whose account it concerns.
    pub user: UserId,
    /// Which session.
    pub session: SessionId,
    /// From where.
    pub device: &'a Device,
}

/// The kinds of [`AuditEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditKind {
    /// An old refresh token came back, and its session was ended (RFC 9700, section 4.14.2).
    RefreshTokenReused,
    /// A refresh token came that is ahead of its session: forged with our key, or the database was restored from an older copy.
    RefreshTokenAhead,
}

impl AuditKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::RefreshTokenAhead => "refresh_token_ahead",
        }
    }
}

/// The statement that adds an event, for whichever database and connection.
macro_rules! insert_audit_event {
    ($event:expr) => {
        sqlx::query(
            "INSERT INTO audit_events (id, at, kind, user_id, session_id, user_agent, address) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind($event.id)
        .bind($event.at)
        .bind($event.kind.as_str())
        .bind($event.user)
        .bind($event.session)
        .bind($event.device.user_agent.as_deref())
        .bind($event.device.address_text())
    };
}
pub(super) use insert_audit_event;

impl Store {
    /// Adds an event.
    pub(crate) async fn add_audit_event(&self, event: &AuditEvent<'_>) -> Result<(), StoreError> {
        writing!(self, pool => insert_audit_event!(event).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
