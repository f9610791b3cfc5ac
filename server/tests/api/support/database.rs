//! A database of one test: an SQLite file in a folder of its own, or, where `LATCHKEY_TEST_POSTGRES_URL` names a server whose user may make
//! databases, a new one there.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// How long a test waits for its PostgreSQL database to be dropped. A connection that its runtime was just opening keeps the server waiting for
/// as long as that runtime stands still; the database then goes when the test has returned.
const DROP_PATIENCE: Duration = Duration::from_millis(500);

/// Where the data of one test is. Dropped, it is gone.
pub(crate) struct Database {
    folder: TempDir,
    postgres: Option<Postgres>,
}

struct Postgres {
    admin_url: String,
    name: String,
}

/// Runs one query on whichever database there is.
macro_rules! fetch {
    ($database:expr, $sql:expr) => {
        match &$database.postgres {
            None => sqlx::query_scalar($sql)
                .fetch_all(&mut $database.sqlite().await)
                .await
                .unwrap(),
            Some(postgres) => sqlx::query_scalar($sql)
                .fetch_all(&mut postgres.connect().await)
                .await
                .unwrap(),
        }
    };
}

impl Database {
    pub(crate) async fn create() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = match std::env::var("LATCHKEY_TEST_POSTGRES_URL") {
            Ok(admin_url) if !admin_url.is_empty() => Some(Postgres::create(admin_url).await),
            _ => None,
        };
        Self { folder, postgres }
    }

    /// One that is a file, whatever the others are.
    pub(crate) fn embedded() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            postgres: None,
        }
    }

    /// The address by which a server reaches it.
    pub(crate) fn url(&self) -> String {
        match &self.postgres {
            None => format!("sqlite:{}", self.file().display()),
            Some(postgres) => postgres.url(),
        }
    }

    /// Where its PostgreSQL server listens, as a host and a port. Nothing for SQLite.
    pub(crate) fn server(&self) -> Option<String> {
        let options = self.postgres.as_ref()?.options();
        Some(format!("{}:{}", options.get_host(), options.get_port()))
    }

    /// The address by which a server reaches it through a proxy on loopback, in the place of its PostgreSQL server.
    pub(crate) fn url_through(&self, proxy: SocketAddr) -> String {
        let options = self.postgres.as_ref().unwrap().options();
        let options = options.host(&proxy.ip().to_string()).port(proxy.port());
        options.to_url_lossy().to_string()
    }

    /// A folder that is gone after the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("latchkey.db")
    }

    /// The numbers of one column.
    pub(crate) async fn numbers(&self, sql: &'static str) -> Vec<i64> {
        fetch!(self, sql)
    }

    /// The one number that a query has for an answer.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        let numbers = self.numbers(sql).await;
        assert_eq!(numbers.len(), 1, "{sql}");
        numbers[0]
    }

    /// The texts of one column.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        fetch!(self, sql)
    }

    /// The public half of a ring's key. There must be one only.
    pub(crate) async fn public_key(&self, ring: &str) -> Vec<u8> {
        let sql = match ring {
            "access" => "SELECT public_key FROM signing_keys WHERE ring = 'access'",
            _ => "SELECT public_key FROM signing_keys WHERE ring = 'refresh'",
        };
        let mut keys: Vec<Vec<u8>> = fetch!(self, sql);
        assert_eq!(keys.len(), 1, "keys of the {ring} ring");
        keys.remove(0)
    }

    /// Changes something behind the server's back.
    pub(crate) async fn execute(&self, sql: &'static str) {
        match &self.postgres {
            None => drop(
                sqlx::query(sql)
                    .execute(&mut self.sqlite().await)
                    .await
                    .unwrap(),
            ),
            Some(postgres) => drop(
                sqlx::query(sql)
                    .execute(&mut postgres.connect().await)
                    .await
                    .unwrap(),
            ),
        }
    }

    /// Everything that changes when somebody is registered, signed in or out, or refreshed: to compare before and after.
    pub(crate) async fn state(&self) -> Vec<i64> {
        self.numbers(
            "SELECT COUNT(*) FROM users
             UNION ALL SELECT COUNT(*) FROM sessions
             UNION ALL SELECT COUNT(*) FROM sessions WHERE revoked_at IS NOT NULL
             UNION ALL SELECT CAST(COALESCE(SUM(generation), 0) AS BIGINT) FROM sessions
             UNION ALL SELECT CAST(COALESCE(SUM(security_version), 0) AS BIGINT) FROM users
             UNION ALL SELECT COUNT(*) FROM notices WHERE dismissed_at IS NOT NULL
             UNION ALL SELECT COUNT(*) FROM audit_events WHERE actor <> 'system'",
        )
        .await
    }

    /// All bytes that the embedded database has on disk. Empty where the database is elsewhere.
    pub(crate) fn bytes_on_disk(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.is_file())
            .flat_map(|path| std::fs::read(path).unwrap())
            .collect()
    }

    /// Whether the data is in a file of ours.
    pub(crate) fn is_embedded(&self) -> bool {
        self.postgres.is_none()
    }

    /// Takes the PostgreSQL database away from under the server.
    pub(crate) async fn destroy(&self) {
        if let Some(postgres) = &self.postgres {
            let mut admin = PgConnection::connect(&postgres.admin_url).await.unwrap();
            sqlx::query(AssertSqlSafe(postgres.drop_statement()))
                .execute(&mut admin)
                .await
                .unwrap();
        }
    }

    async fn sqlite(&self) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(self.file())
            .busy_timeout(super::PATIENCE)
            .connect()
            .await
            .unwrap()
    }
}

impl Postgres {
    async fn create(admin_url: String) -> Self {
        let name = format!(
            "latchkey_test_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut admin = PgConnection::connect(&admin_url).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut admin)
            .await
            .unwrap();
        Self { admin_url, name }
    }

    fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }

    fn options(&self) -> PgConnectOptions {
        PgConnectOptions::from_str(&self.admin_url)
            .unwrap()
            .database(&self.name)
    }

    fn drop_statement(&self) -> String {
        format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
    }

    async fn connect(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let drop_database = self.drop_statement();
        let admin_url = self.admin_url.clone();
        let (done, dropped) = mpsc::channel();
        // The runtime of the test can't wait in a destructor, so another does.
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(async {
                    let mut admin = PgConnection::connect(&admin_url).await.unwrap();
                    sqlx::query(AssertSqlSafe(drop_database))
                        .execute(&mut admin)
                        .await
                        .unwrap();
                });
            let _ = done.send(());
        });
        let _ = dropped.recv_timeout(DROP_PATIENCE);
    }
}
