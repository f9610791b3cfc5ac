//! The compare-and-swap by which a session moves to its next generation, on as many connections as the engine has.

use std::str::FromStr;

use auth::clock::Timestamp;
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use uuid::Uuid;

pub(crate) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

const ROTATE: &str = "
    UPDATE sessions
    SET generation = generation + 1, confirmed_generation = $3, rotated_at = $4, last_seen_at = $4
    WHERE id = $1 AND user_id = $2 AND generation = $3 AND revoked_at IS NULL AND expires_at > $4 AND absolute_expires_at > $4
    RETURNING generation";

impl Database {
    pub(crate) async fn connect(url: &str) -> Result<Self, sqlx::Error> {
        if !url.starts_with("sqlite:") {
            let pool = PgPoolOptions::new()
                .max_connections(10)
                .test_before_acquire(false)
                .connect(url)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite(pool))
    }

    /// Answers the new generation, if `generation` was the present one.
    pub(crate) async fn rotate(
        &self,
        session: Uuid,
        user: Uuid,
        generation: i64,
        now: Timestamp,
    ) -> Result<Option<i64>, sqlx::Error> {
        macro_rules! rotate {
            ($pool:expr) => {
                sqlx::query_scalar(ROTATE)
                    .bind(session)
                    .bind(user)
                    .bind(generation)
                    .bind(now)
                    .fetch_optional($pool)
                    .await
            };
        }
        match self {
            Self::Sqlite(pool) => rotate!(pool),
            Self::Postgres(pool) => rotate!(pool),
        }
    }
}
