//! The database that is filled, of either kind.

use std::{error::Error, str::FromStr};

use auth::Store;
use sqlx::{
    PgPool, Postgres, SqlitePool,
    migrate::MigrateDatabase,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::rows::{Plan, Statement};

/// How much of an SQLite file is kept in memory, in KiB as a negative number: indexes are added to all over.
const SQLITE_CACHE: &str = "-65536";

pub(crate) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Database {
    /// Opens the database at `url`, which is made if there is none, and brings it up to date.
    pub(crate) async fn open(url: &str) -> Result<Self, Box<dyn Error>> {
        let embedded = url.starts_with("sqlite:");
        if !embedded && !Postgres::database_exists(url).await? {
            Postgres::create_database(url).await?;
        }
        let store = Store::connect(url).await?;
        store.migrate().await?;
        store.close().await;
        if !embedded {
            let pool = PgPoolOptions::new().max_connections(1).connect(url).await?;
            return Ok(Self::Postgres(pool));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .pragma("cache_size", SQLITE_CACHE);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite(pool))
    }

    /// Whether there is anybody.
    pub(crate) async fn has_users(&self) -> Result<bool, sqlx::Error> {
        const ANYBODY: &str = "SELECT EXISTS (SELECT 1 FROM users)";
        match self {
            Self::Sqlite(pool) => sqlx::query_scalar(ANYBODY).fetch_one(pool).await,
            Self::Postgres(pool) => sqlx::query_scalar(ANYBODY).fetch_one(pool).await,
        }
    }

    /// Adds the rows from the first to the last of `numbers`, in a transaction of their own.
    pub(crate) async fn insert(
        &self,
        statement: &Statement,
        (first, last): (i64, i64),
        plan: Plan,
        text: &str,
    ) -> Result<(), sqlx::Error> {
        macro_rules! insert {
            ($pool:expr, $sql:expr) => {
                sqlx::query($sql)
                    .bind(first)
                    .bind(last)
                    .bind(plan.users)
                    .bind(plan.now)
                    .bind(text)
                    .execute($pool)
                    .await
                    .map(|_| ())
            };
        }
        match self {
            Self::Sqlite(pool) => insert!(pool, statement.sqlite),
            Self::Postgres(pool) => insert!(pool, statement.postgres),
        }
    }

    /// Has the database count what it holds now, as it would do by itself in time, and closes it.
    pub(crate) async fn settle(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(pool) => {
                sqlx::query("ANALYZE").execute(&pool).await?;
                pool.close().await;
            }
            Self::Postgres(pool) => {
                sqlx::query("VACUUM (ANALYZE) users, sessions")
                    .execute(&pool)
                    .await?;
                pool.close().await;
            }
        }
        Ok(())
    }
}
