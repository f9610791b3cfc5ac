//! A Latchkey that sends letters, in this process, with a clock that the test turns.

use std::{
    net::TcpListener,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use auth::{
    clock::{Clock as _, ManualClock, Timestamp},
    random::SystemRandomness,
};
use serde_json::json;
use server::{RunningServer, Server, Sources, settings::Settings};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};

/// When each test begins: 2027-01-15, eight in the morning (UTC).
pub(crate) const START: Timestamp = Timestamp::from_unix_micros(1_800_000_000_000_000);

/// How long anything may take that is not a matter of the clock.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server, on a database in a folder.
pub(crate) struct Sender {
    server: RunningServer,
    clock: Arc<ManualClock>,
    database: SqliteConnectOptions,
}

impl Sender {
    /// Starts one that sends letters to `mail_url`, on the database of this folder.
    pub(crate) async fn start(folder: &Path, mail_url: &str) -> Self {
        let file = folder.join("latchkey.db");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let environment = [
            ("LATCHKEY_LISTEN", address.to_string()),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000".to_owned()),
            (
                "LATCHKEY_DATABASE_URL",
                format!("sqlite:{}", file.display()),
            ),
            (
                "LATCHKEY_MASTER_SECRET",
                "t3Vw9QzL2xNf7BkR4mYc8HpJ5sDg6TaE".to_owned(),
            ),
            ("LATCHKEY_HASH_MEMORY_KIB", "7168".to_owned()),
            ("LATCHKEY_HASH_ITERATIONS", "1".to_owned()),
            ("LATCHKEY_MAIL_URL", mail_url.to_owned()),
            (
                "LATCHKEY_MAIL_FROM",
                "Latchkey <post@latchkey.example>".to_owned(),
            ),
            ("LATCHKEY_VERIFICATION", "optional".to_owned()),
        ];
        let settings = Settings::from_sources(None, environment).unwrap();
        let clock = Arc::new(ManualClock::new(START));
        let sources = Sources {
            clock: clock.clone(),
            randomness: Arc::new(SystemRandomness::default()),
        };
        Self {
            server: Server::start(settings, sources, listener).await.unwrap(),
            clock,
            database: SqliteConnectOptions::new()
                .filename(file)
                .busy_timeout(PATIENCE),
        }
    }

    /// Registers somebody, who gets a letter.
    pub(crate) async fn register(&self, username: &str) {
        let fields = json!({
            "username": username,
            "email": format!("{username}@example.org"),
            "password": "seven quiet weavers sing",
        });
        let url = format!("http://{}/api/v1/auth/register", self.server.address());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(url).json(&fields).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 201);
    }

    /// Lets time pass.
    pub(crate) fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Waits until no letter waits any more.
    pub(crate) async fn has_sent_all(&self) {
        self.comes_to("SELECT COUNT(*) FROM letters", 0).await;
    }

    /// Waits until the one letter is to be tried again after this time, and no sooner.
    pub(crate) async fn tries_again_after(&self, time: Duration) {
        let due = self.clock.now().plus(time).unix_micros();
        self.comes_to("SELECT MAX(due_at) FROM letters", due).await;
    }

    /// How many letters were given up.
    pub(crate) async fn given_up(&self) -> i64 {
        self.number("SELECT COUNT(*) FROM audit_events WHERE kind = 'letter_refused'")
            .await
            .unwrap_or_default()
    }

    /// Stops it, as SIGTERM does.
    pub(crate) async fn shutdown(self) {
        self.server.shutdown().await;
    }

    async fn comes_to(&self, query: &'static str, number: i64) {
        let begin = Instant::now();
        while self.number(query).await != Some(number) {
            assert!(begin.elapsed() < PATIENCE, "{query} never came to {number}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn number(&self, query: &'static str) -> Option<i64> {
        let mut connection: SqliteConnection = self.database.connect().await.unwrap();
        sqlx::query_scalar(query)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}
