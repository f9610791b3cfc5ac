//! What was revoked of late, for the processes that did not do it themselves.

use std::io::ErrorKind;

use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::timeout;

use super::{Database, PATIENCE, Store, StoreError, reading};
use crate::{
    account::{SecurityVersion, UserId},
    clock::Timestamp,
    session::SessionId,
};

/// Sessions that were ended, and security versions that were raised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    /// The sessions.
    pub sessions: Vec<SessionId>,
    /// The users, each with the least version that is not void.
    pub users: Vec<(UserId, SecurityVersion)>,
}

/// The name under which PostgreSQL tells that something was revoked, or that the signing keys changed. It carries nothing: whoever hears it
/// reads the rows.
const CHANNEL: &str = "latchkey_change";

impl Store {
    /// What was revoked since a moment, at most `limit` of each kind, the latest first.
    pub(crate) async fn revoked_since(
        &self,
        since: Timestamp,
        limit: usize,
    ) -> Result<Revoked, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sessions = reading!(self, pool => sqlx::query_scalar(
            "SELECT id FROM sessions WHERE revoked_at >= $1 ORDER BY revoked_at DESC LIMIT $2",
        ).bind(since).bind(limit).fetch_all(pool).await)?;
        let users = reading!(self, pool => sqlx::query_as(
            "SELECT id, security_version FROM
               (SELECT id, security_version, security_version_raised_at AS at FROM users WHERE security_version_raised_at >= $1
                UNION ALL SELECT user_id, $3, deleted_at FROM deletions WHERE deleted_at >= $1) AS voided
             ORDER BY at DESC LIMIT $2",
        ).bind(since).bind(limit).bind(SecurityVersion::LAST).fetch_all(pool).await)?;
        Ok(Revoked { sessions, users })
    }

    /// Whether a token of `session`, minted for `user` at `version` and signed by `key`, is good by the rows themselves.
    pub(crate) async fn is_good(
        &self,
        session: SessionId,
        user: UserId,
        version: SecurityVersion,
        key: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let found: Option<i32> = reading!(self, pool => sqlx::query_scalar(
            "SELECT 1 FROM sessions JOIN users ON users.id = sessions.user_id
             WHERE sessions.id = $1 AND users.id = $2 AND revoked_at IS NULL AND absolute_expires_at > $4
               AND security_version <= $3 AND disabled_at IS NULL
               AND EXISTS (SELECT 1 FROM signing_keys WHERE signing_keys.id = $5 AND retired_at IS NULL)",
        ).bind(session).bind(user).bind(version).bind(now).bind(key).fetch_optional(pool).await)?;
        Ok(found.is_some())
    }

    /// Tells the other processes, where the database can, that something was revoked or that the keys changed. If that fails they read it a
    /// little later.
    pub(crate) async fn tell_of_change(&self) {
        if let Database::Postgres(connections) = &self.0 {
            let told = sqlx::query("SELECT pg_notify($1, '')")
                .bind(CHANNEL)
                .execute(&connections.pool())
                .await;
            if let Err(error) = told {
                tracing::warn!(%error, "a change could not be told; other processes read it at their next poll");
            }
        }
    }

    /// Begins to listen for what the database tells of changes. Nothing, where it can't tell.
    pub(crate) async fn listen(&self) -> Result<Option<Changes>, StoreError> {
        let Database::Postgres(connections) = &self.0 else {
            return Ok(None);
        };
        // On a connection of its own, since it is never given back.
        let own = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with((*connections.pool().connect_options()).clone());
        let mut listener = PgListener::connect_with(&own).await?;
        // A connection that is lost is told of at once, rather than after it was made anew.
        listener.eager_reconnect(false);
        timeout(PATIENCE, listener.listen(CHANNEL))
            .await
            .map_err(|_| sqlx::Error::Io(ErrorKind::TimedOut.into()))??;
        Ok(Some(Changes(listener)))
    }
}

/// The changes that the database tells of, one after the other, on one connection.
pub(crate) struct Changes(PgListener);

impl Changes {
    /// Waits for the next. Fails once the connection is lost: changes may have gone by untold then.
    pub(crate) async fn next(&mut self) -> Result<(), StoreError> {
        match self.0.try_recv().await? {
            Some(_) => Ok(()),
            None => Err(sqlx::Error::Io(ErrorKind::ConnectionAborted.into()).into()),
        }
    }
}
