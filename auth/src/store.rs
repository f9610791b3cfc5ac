//! All the SQL there is. One text serves both databases; each one-use thing is one conditional statement, so that it holds across processes.

mod audit;
mod backup;
mod beginning;
mod change;
mod copy;
mod deletion;
mod export;
mod key;
mod known_device;
mod last_sign_in;
mod letter;
mod link;
mod mail_count;
mod notice;
mod own_session;
mod pending_sign_up;
mod pool;
mod postgres;
mod revocation;
mod session;
mod sign_in_failure;
mod sign_in_link;
mod timestamp;
mod user;

use std::{fs::OpenOptions, io, path::Path, str::FromStr, time::Duration};

use log::LevelFilter;
use sqlx::{
    ConnectOptions, Connection as _, Pool, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use thiserror::Error;
use tracing::Instrument as _;

use self::postgres::Connections;
use crate::{clock::Timestamp, measure::StoreFailure};

pub use self::{
    backup::BackupError,
    copy::{CopiedTable, CopyError},
    key::StoredKey,
    letter::NewLetter,
    revocation::Revoked,
    session::{MintedWithin, NewSession, Rotation},
    user::{NewUser, Taken},
};
pub(crate) use self::{
    beginning::Surplus,
    change::{Change, PasswordChange},
    deletion::DueAccount,
    export::{HeldDevice, HeldLetter, HeldLink, HeldNotice, HeldSession},
    known_device::{Acquaintance, NewKnownDevice},
    last_sign_in::SignInEvent,
    letter::LetterRow,
    link::{Link, NewLink},
    mail_count::AskingLimit,
    own_session::{Distrust, SaidBy},
    pending_sign_up::{Confirmation, Confirmed, NewPendingSignUp, PendingSignUp},
    sign_in_failure::Failures,
};

/// The database: SQLite, which needs no server, or PostgreSQL for any number of processes.
#[derive(Clone, Debug)]
pub struct Store(Database);

#[derive(Clone, Debug)]
enum Database {
    /// One connection writes, since SQLite has one writer at a time anyway and waiting in a queue is quicker than for a lock; a few read.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(Connections),
}

/// The database did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address of the database can't be used.
    #[error("the database address can't be used: {0}")]
    Address(String),
    /// The database refused, or was not reached.
    #[error("the database did not answer as it should")]
    Database(#[source] sqlx::Error),
    /// A newer program has migrated the tables.
    #[error(
        "it is that of a newer Latchkey: its last migration is {newest}, which this program does not know. Start the newer one, or restore \
         the backup from before the upgrade"
    )]
    Newer {
        /// The last migration that is there.
        newest: i64,
    },
    /// The tables could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[from] MigrateError),
}

impl From<sqlx::Error> for StoreError {
    /// Whatever fails comes by here, so it is counted here.
    fn from(error: sqlx::Error) -> Self {
        StoreFailure::from(&error).count();
        Self::Database(error)
    }
}

impl StoreError {
    /// Whether the database may answer when it is asked again, with nothing to be mended: it is not reached, or it is starting, stopping or full
    /// of connections. A wrong password or a database that does not exist are not of that kind.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error)
            | Self::Migration(
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
            ) => is_transient(error),
            Self::Address(_) | Self::Newer { .. } | Self::Migration(_) => false,
        }
    }
}

fn is_transient(error: &sqlx::Error) -> bool {
    /// PostgreSQL's `too_many_connections`, `admin_shutdown`, `crash_shutdown` and `cannot_connect_now`; SQLite's file in use by another process.
    const CODES: [&str; 8] = ["53300", "57P01", "57P02", "57P03", "5", "261", "517", "6"];
    match error {
        // A name that does not resolve is among them: that of a container is not known before it is started.
        sqlx::Error::Io(error) => !matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::InvalidData
        ),
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| CODES.contains(&&*code)),
        _ => false,
    }
}

/// Whether a statement named a table that is not there. SQLite has no code for that.
fn is_missing_table(error: &sqlx::Error) -> bool {
    const UNDEFINED_TABLE: &str = "42P01";
    error.as_database_error().is_some_and(|error| {
        error.code().is_some_and(|code| code == UNDEFINED_TABLE)
            || error.message().starts_with("no such table")
    })
}

/// How the tables of a database stand to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// They are those that it works with.
    UpToDate,
    /// Some migrations are still to be made.
    Behind {
        /// How many.
        missing: usize,
    },
    /// A newer program has migrated them.
    Ahead {
        /// The last migration that is there.
        newest: i64,
    },
}

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Runs one body on whichever database there is, `$pool` being the pool that reads, and measures how long it takes.
macro_rules! reading {
    ($store:expr, $pool:ident => $body:expr) => {{
        let _measured = $crate::measure::StoreAccess::reading();
        match &$store.0 {
            $crate::store::Database::Sqlite { readers: $pool, .. } => $body,
            $crate::store::Database::Postgres(connections) => {
                let $pool = &connections.pool();
                $body
            }
        }
    }};
}

/// Runs one body on whichever database there is, `$pool` being the pool that writes, and measures how long it takes.
macro_rules! writing {
    ($store:expr, $pool:ident => $body:expr) => {{
        let _measured = $crate::measure::StoreAccess::writing();
        match &$store.0 {
            $crate::store::Database::Sqlite { writer: $pool, .. } => $body,
            $crate::store::Database::Postgres(connections) => {
                let $pool = &connections.pool();
                $body
            }
        }
    }};
}
use {reading, writing};

/// The row of a statement that writes and answers one at most. Such a statement is to be read to its end: SQLite commits with the last step,
/// and whoever stops at the row never hears that the disk was full.
fn only<Row>(rows: Vec<Row>) -> Option<Row> {
    rows.into_iter().next()
}

/// Begins a transaction, on a task of its own, which goes on if nobody waits for it any longer.
///
/// A browser that hangs up ends what is done for it wherever that stands. If that is while PostgreSQL answers BEGIN, `sqlx` does not know of the
/// transaction yet, rolls nothing back, and gives the connection to others: what they do on it is told as done, seen by nobody, and lost
/// (sqlx 0.9.0). So a transaction is always known before it is dropped.
async fn begin<DB: sqlx::Database>(
    pool: &Pool<DB>,
) -> Result<Transaction<'static, DB>, sqlx::Error> {
    let pool = pool.clone();
    let begun = async move { pool.begin().await };
    tokio::spawn(begun.in_current_span())
        .await
        .map_err(|interrupted| sqlx::Error::Io(io::Error::other(interrupted)))?
}

/// How long to wait for a connection, or for SQLite's lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that read an SQLite database.
const SQLITE_READERS: u32 = 4;
/// How much of the file each connection keeps in memory, in KiB as a negative number. The system keeps it too, so that more of it buys little.
const SQLITE_CACHE: &str = "-512";

impl Store {
    /// Opens the database at `url`: `sqlite:FILE`, which is made if there is none, or `postgres://…`.
    ///
    /// # Errors
    /// [`StoreError`], when the address can't be used or the database is not reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Ok(Self(Database::Postgres(Connections::open(url).await?)))
        } else {
            Err(StoreError::Address(
                "it begins neither with sqlite: nor with postgres:".to_owned(),
            ))
        }
    }

    /// Where the database at `url` is, for the log: without the user and the password.
    pub fn place(url: &str) -> String {
        if url.starts_with("sqlite:") {
            return url.to_owned();
        }
        postgres::place(url).unwrap_or_else(|| "an address that can't be read".to_owned())
    }

    /// Leaves connections behind that hang, and opens others as they are needed. Answers whether it did: a file can't hang, and no more are
    /// left behind than the database can bear.
    pub(crate) fn replace_connections(&self) -> bool {
        match &self.0 {
            Database::Sqlite { .. } => false,
            Database::Postgres(connections) => connections.replace(),
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|error| StoreError::Address(error.to_string()))?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A rotation that was answered must survive a power cut: else the browser's cookie would be ahead of its row.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .pragma("cache_size", SQLITE_CACHE)
            .optimize_on_close(true, None);
        let options = logging_statements(options);
        make_private(options.get_filename())?;
        let pool = |connections| {
            SqlitePoolOptions::new()
                .min_connections(1)
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                // A file is there or it is not: asking before each use would double the way to it.
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
                // After a COMMIT that failed, as on a full disk, SQLite has rolled back and `sqlx` believes that the transaction is still open:
                // whatever came next on that connection would be told as committed, and be lost.
                .after_release(|connection, _| {
                    Box::pin(async move {
                        if connection.is_in_transaction() {
                            // The rollback of a transaction that was dropped may still stand in the queue of the connection's thread.
                            connection.ping().await?;
                        }
                        Ok(!connection.is_in_transaction())
                    })
                })
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        let readers = pool(SQLITE_READERS).connect_with(options).await?;
        Ok(Self(Database::Sqlite { writer, readers }))
    }

    /// Brings the tables up to date. Several processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Newer`], when a newer program has migrated them; [`StoreError::Migration`], when one of ours fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        if let SchemaState::Ahead { newest } = self.schema_state().await? {
            return Err(StoreError::Newer { newest });
        }
        match &self.0 {
            Database::Sqlite { writer, .. } => Ok(migrate_sqlite(writer).await?),
            Database::Postgres(connections) => {
                Ok(POSTGRES_MIGRATIONS.run(&connections.pool()).await?)
            }
        }
    }

    /// Whether the tables are those that this program works with.
    ///
    /// # Errors
    /// [`StoreError`], when the database does not answer.
    pub async fn schema_state(&self) -> Result<SchemaState, StoreError> {
        let applied: Result<Vec<i64>, sqlx::Error> = reading!(self, pool => sqlx::query_scalar(
            "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version",
        ).fetch_all(pool).await);
        let applied = match applied {
            // There is no such table before the first migration. Whatever else goes wrong does not mean that migrations are missing.
            Err(error) if is_missing_table(&error) => Vec::new(),
            applied => applied?,
        };
        let known: Vec<i64> = match &self.0 {
            Database::Sqlite { .. } => SQLITE_MIGRATIONS.iter().map(|one| one.version).collect(),
            Database::Postgres(_) => POSTGRES_MIGRATIONS.iter().map(|one| one.version).collect(),
        };
        let unknown = applied.iter().rfind(|version| !known.contains(version));
        let missing = known.iter().filter(|version| !applied.contains(version));
        Ok(match (unknown, missing.count()) {
            (Some(newest), _) => SchemaState::Ahead { newest: *newest },
            (None, 0) => SchemaState::UpToDate,
            (None, missing) => SchemaState::Behind { missing },
        })
    }

    /// What the clock of the database's machine shows. Nothing, where that is this machine.
    ///
    /// # Errors
    /// [`StoreError`], when the database does not answer.
    pub async fn database_time(&self) -> Result<Option<Timestamp>, StoreError> {
        let Database::Postgres(connections) = &self.0 else {
            return Ok(None);
        };
        let now = sqlx::query_scalar("SELECT clock_timestamp()");
        Ok(Some(now.fetch_one(&connections.pool()).await?))
    }

    /// Asks the database for a sign of life: for a row that there must be, since SQLite answers what needs no table without a look at its
    /// file.
    ///
    /// # Errors
    /// [`StoreError`], when there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let _key: String = reading!(self, pool => sqlx::query_scalar("SELECT id FROM signing_keys LIMIT 1").fetch_one(pool).await)?;
        Ok(())
    }

    /// Closes all connections, once what is under way has ended.
    pub async fn close(&self) {
        match &self.0 {
            Database::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Database::Postgres(connections) => connections.pool().close().await,
        }
    }
}

/// Has each statement logged at trace level, under the target `sqlx::query`: its text, how long it took and how many rows it touched, never
/// what was bound to it. Where nobody listens at that level it costs two comparisons.
fn logging_statements<Options: ConnectOptions>(options: Options) -> Options {
    options
        .log_statements(LevelFilter::Trace)
        // However slow: the service has its own words for what it can't do, and a busy night would else fill the log.
        .log_slow_statements(LevelFilter::Off, Duration::MAX)
}

/// `sqlx` locks a PostgreSQL database while it migrates, and an SQLite one not: there, whoever comes second fails over what the first has just
/// made, and finds it made at the next try.
async fn migrate_sqlite(writer: &SqlitePool) -> Result<(), MigrateError> {
    const TRIES: u32 = 10;
    for _ in 1..TRIES {
        let migrated = SQLITE_MIGRATIONS.run(writer).await;
        if !matches!(
            migrated,
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))
        ) {
            return migrated;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    SQLITE_MIGRATIONS.run(writer).await
}

/// Makes the database's folder, and its file for this user's eyes alone, where there are none.
fn make_private(file: &Path) -> Result<(), StoreError> {
    make_file(file, OpenOptions::new().append(true).create(true))
        .map_err(|error| StoreError::Address(format!("{}: {error}", file.display())))
}

/// Makes a file as the options say, for this user's eyes alone, and its folder if there is none.
fn make_file(file: &Path, options: &mut OpenOptions) -> io::Result<()> {
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(file).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A writer of a new database, whose one connection is marked by a table that no other sees.
    async fn marked_writer(folder: &Path) -> SqlitePool {
        let url = format!("sqlite:{}", folder.join("latchkey.db").display());
        let Database::Sqlite { writer, .. } = Store::connect(&url).await.unwrap().0 else {
            unreachable!("it is SQLite");
        };
        run(&writer, "CREATE TEMP TABLE mark (number INTEGER)")
            .await
            .unwrap();
        writer
    }

    async fn run(pool: &SqlitePool, statement: &'static str) -> Result<(), sqlx::Error> {
        sqlx::query(statement).execute(pool).await.map(|_| ())
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_costs_no_connection() {
        let folder = tempfile::tempdir().unwrap();
        let writer = marked_writer(folder.path()).await;
        for _ in 0..100 {
            drop(begin(&writer).await.unwrap());
            run(&writer, "INSERT INTO mark VALUES (1)").await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_transaction_that_the_database_has_ended_costs_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let writer = marked_writer(folder.path()).await;
        let mut transaction = begin(&writer).await.unwrap();
        // As SQLite does by itself where the disk is full.
        sqlx::query("ROLLBACK")
            .execute(&mut *transaction)
            .await
            .unwrap();
        assert!(transaction.commit().await.is_err());
        assert!(run(&writer, "INSERT INTO mark VALUES (1)").await.is_err());
    }
}
