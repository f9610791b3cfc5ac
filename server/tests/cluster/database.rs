//! A PostgreSQL database of one test, and what an administrator does to it.

use std::{
    net::{SocketAddr, ToSocketAddrs as _},
    str::FromStr as _,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions,
};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database. After a test that failed it is still there, to be looked into.
pub(crate) struct Database {
    server: PgConnectOptions,
    name: String,
}

impl Database {
    pub(crate) async fn create() -> Self {
        let url = std::env::var("LATCHKEY_TEST_POSTGRES_URL").expect(
            "LATCHKEY_TEST_POSTGRES_URL must name a PostgreSQL server: run this by tools/postgres.sh",
        );
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let database = Self {
            server: PgConnectOptions::from_str(&url).unwrap(),
            name: format!("latchkey_cluster_{}_{number}", std::process::id()),
        };
        database
            .administer(&format!("CREATE DATABASE {}", database.name))
            .await;
        database
    }

    /// Removes it, whoever is connected.
    pub(crate) async fn destroy(self) {
        self.administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await;
    }

    /// The address by which a process reaches it.
    pub(crate) fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }

    /// The same by way of a relay.
    pub(crate) fn url_by(&self, relay: SocketAddr) -> String {
        let options = self
            .options()
            .host(&relay.ip().to_string())
            .port(relay.port());
        options.to_url_lossy().to_string()
    }

    /// Where the server listens.
    pub(crate) fn server_address(&self) -> SocketAddr {
        let mut addresses = (self.server.get_host(), self.server.get_port())
            .to_socket_addrs()
            .unwrap();
        addresses.next().unwrap()
    }

    /// Ends the connections on which processes listen for changes, and keeps new ones from being made: what is connected otherwise goes on.
    pub(crate) async fn stop_listeners(&self) {
        self.administer(&format!(
            "ALTER DATABASE {} ALLOW_CONNECTIONS false",
            self.name
        ))
        .await;
        self.administer(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND query LIKE 'LISTEN %'",
            self.name
        ))
        .await;
    }

    /// Lets new connections be made again.
    pub(crate) async fn allow_connections(&self) {
        self.administer(&format!(
            "ALTER DATABASE {} ALLOW_CONNECTIONS true",
            self.name
        ))
        .await;
    }

    /// The sessions that stand, each with its generation.
    pub(crate) async fn generations(&self) -> Vec<(String, i64)> {
        sqlx::query_as("SELECT id::TEXT, generation FROM sessions WHERE revoked_at IS NULL")
            .fetch_all(&mut self.connect().await)
            .await
            .unwrap()
    }

    /// How many times an old refresh token, or one that is ahead of its session, was written down, or told to its owner.
    pub(crate) async fn alarms(&self) -> i64 {
        sqlx::query_scalar(
            "SELECT (SELECT COUNT(*) FROM audit_events WHERE kind LIKE 'refresh_token%') + (SELECT COUNT(*) FROM notices)",
        )
        .fetch_one(&mut self.connect().await)
        .await
        .unwrap()
    }

    fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    async fn connect(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }

    /// Runs a statement beside the database, not in it.
    async fn administer(&self, sql: &str) {
        let mut connection = self.server.connect().await.unwrap();
        sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }
}
