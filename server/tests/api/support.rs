//! What every test stands on: a server of its own in this process, over a database of its own, with a clock that the test turns.

mod answer;
mod ask;
mod binary;
mod database;
mod forge;
mod mail;
mod proxy;
mod raw;
mod secrecy;
mod set_cookie;
mod visited;

use std::{
    future::Future,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use auth::{
    clock::{Clock as _, ManualClock, Timestamp},
    random::{Randomness, RandomnessError, SystemRandomness},
};
use serde_json::{Value, json};
use server::{RunningServer, Server, Sources, settings::Settings};

use self::secrecy::WatchedLog;
pub(crate) use self::{
    answer::Answer,
    ask::{Ask, client as ask_client, form},
    binary::{Binary, borrowed},
    database::Database,
    forge::{
        HeldKey, claims_of, decode, encode, foreign_key, header_of, parts_of, sign_with_hmac, token,
    },
    mail::SentLetter,
    proxy::Proxy,
    raw::{Connection, exchange, on_a_thread},
    set_cookie::SetCookie,
    visited::Visited,
};

/// The cookie that holds the refresh token.
pub(crate) const COOKIE: &str = "__Host-refresh_token";
/// The cookie by which a browser is known again.
pub(crate) const DEVICE_COOKIE: &str = "__Host-device";
/// A password that every rule takes.
pub(crate) const PASSWORD: &str = "seven quiet weavers sing";
/// One that nobody has.
pub(crate) const WRONG_PASSWORD: &str = "seven quiet weavers shout";
/// When each test begins: 2027-01-15, eight in the morning (UTC).
pub(crate) const START: Timestamp = Timestamp::from_unix_micros(1_800_000_000_000_000);
/// The secret of every test's key rings.
pub(crate) const MASTER_SECRET: &str = "t3Vw9QzL2xNf7BkR4mYc8HpJ5sDg6TaE";

/// Beyond loopback no letters are sent where no setting says by whom.
pub(crate) const WITHOUT_MAIL: (&str, &str) = ("LATCHKEY_PUBLIC_URL", "https://latchkey.example");

pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// How long anything may take that is not a matter of the clock.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server, its database and its clock.
pub(crate) struct TestApp {
    server: RunningServer,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: Arc<Database>,
    pub(crate) public_url: String,
    randomness: Arc<RecordedRandomness>,
    client: reqwest::Client,
    _log: WatchedLog,
}

/// Somebody who is signed in: what the answer to a sign-in held.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) id: String,
}

impl TestApp {
    /// A server with the settings that tests share.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with some settings of its own, by their names in the environment.
    pub(crate) async fn with(own: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        Self::on(Arc::new(Database::create().await), clock, None, own).await
    }

    /// A second server on the same database, as if it were another process.
    pub(crate) async fn beside(&self) -> Self {
        Self::on(
            Arc::clone(&self.database),
            Arc::clone(&self.clock),
            Some(self.public_url.clone()),
            &[],
        )
        .await
    }

    /// A server on this database.
    pub(crate) async fn on(
        database: Arc<Database>,
        clock: Arc<ManualClock>,
        public_url: Option<String>,
        own: &[(&str, &str)],
    ) -> Self {
        let log = WatchedLog::begin();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut environment = vec![
            ("LATCHKEY_LISTEN".to_owned(), address.to_string()),
            (
                "LATCHKEY_PUBLIC_URL".to_owned(),
                public_url.unwrap_or_else(|| format!("http://{address}")),
            ),
            ("LATCHKEY_DATABASE_URL".to_owned(), database.url()),
            (
                "LATCHKEY_MASTER_SECRET".to_owned(),
                MASTER_SECRET.to_owned(),
            ),
            // As cheap as the settings allow: these tests are not about how long guessing takes.
            ("LATCHKEY_HASH_MEMORY_KIB".to_owned(), "7168".to_owned()),
            ("LATCHKEY_HASH_ITERATIONS".to_owned(), "1".to_owned()),
            ("LATCHKEY_HASH_PER_ADDRESS".to_owned(), "256".to_owned()),
            // All tests come from one address.
            ("LATCHKEY_CREDENTIAL_RATE_BURST".to_owned(), "0".to_owned()),
            ("LATCHKEY_REQUEST_RATE_BURST".to_owned(), "0".to_owned()),
        ];
        for (name, value) in own {
            environment.retain(|(known, _)| known != name);
            environment.push(((*name).to_owned(), (*value).to_owned()));
        }
        let settings = Settings::from_sources(None, environment).unwrap();
        let public_url = settings.public_url_at(address).unwrap().to_string();
        let randomness = Arc::new(RecordedRandomness::default());
        let sources = Sources {
            clock: clock.clone(),
            randomness: randomness.clone(),
        };
        let server = Server::start(settings, sources, listener).await.unwrap();
        Self {
            server,
            clock,
            database,
            public_url,
            randomness,
            client: ask_client(),
            _log: log,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Lets time pass.
    pub(crate) fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// What the clock shows, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().unix_seconds()
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        self.ask("POST", path)
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(
            &self.client,
            method,
            &format!("http://{}{path}", self.address()),
        )
    }

    /// Sends bytes as they are and returns what comes back.
    pub(crate) async fn raw(&self, request: impl Into<Vec<u8>>) -> Answer {
        exchange(self.address(), request.into()).await
    }

    pub(crate) async fn try_register(&self, username: &str) -> Answer {
        self.post("/api/v1/auth/register")
            .json(&registration(username))
            .send()
            .await
    }

    /// Registers `username` with an address made of it and [`PASSWORD`].
    pub(crate) async fn register(&self, username: &str) -> SignedIn {
        let answer = self.try_register(username).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        SignedIn::from(&answer)
    }

    pub(crate) async fn try_login(&self, identifier: &str, password: &str) -> Answer {
        self.post("/api/v1/auth/login")
            .form(&[("username", identifier), ("password", password)])
            .send()
            .await
    }

    pub(crate) async fn login(&self, identifier: &str) -> SignedIn {
        let answer = self.try_login(identifier, PASSWORD).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        SignedIn::from(&answer)
    }

    pub(crate) async fn try_refresh(&self, refresh: &str) -> Answer {
        self.post("/api/v1/auth/refresh")
            .refresh_cookie(refresh)
            .send()
            .await
    }

    pub(crate) async fn refresh(&self, refresh: &str) -> SignedIn {
        let answer = self.try_refresh(refresh).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        SignedIn::from(&answer)
    }

    pub(crate) async fn profile(&self, access: &str) -> Answer {
        self.get("/api/v1/user/profile").bearer(access).send().await
    }

    /// Shows the server a newer token, and waits until it has written down that its owner holds it.
    pub(crate) async fn confirm(&self, who: &SignedIn) {
        let generation = claims_of(&who.access)["gen"].as_i64().unwrap();
        assert_eq!(self.profile(&who.access).await.status, 200);
        eventually("the receipt is written", async || {
            self.database
                .numbers("SELECT confirmed_generation FROM sessions")
                .await
                .contains(&generation)
        })
        .await;
    }

    /// Asserts that neither token of `who` opens anything any more.
    pub(crate) async fn assert_dead(&self, who: &SignedIn) {
        self.profile(&who.access)
            .await
            .assert_problem(401, "Invalid token");
        self.try_refresh(&who.refresh)
            .await
            .assert_problem(401, "Invalid token");
    }

    /// The private key that signs access tokens, which no attacker has.
    pub(crate) async fn access_key(&self) -> HeldKey {
        self.held_key("access").await
    }

    /// The private key that signs refresh tokens, which no attacker has.
    pub(crate) async fn refresh_key(&self) -> HeldKey {
        self.held_key("refresh").await
    }

    /// Everything of a key's length that this server drew by chance.
    pub(crate) fn drawn_seeds(&self) -> Vec<[u8; 32]> {
        self.randomness.seeds.lock().unwrap().clone()
    }

    async fn held_key(&self, ring: &str) -> HeldKey {
        let public = self.database.public_key(ring).await;
        self.drawn_seeds()
            .iter()
            .find_map(|seed| HeldKey::of_seed(seed, &public))
            .expect("the ring's key was drawn by this server")
    }

    /// Stops the server, as SIGTERM does.
    pub(crate) async fn shutdown(self) {
        self.server.shutdown().await;
    }
}

impl SignedIn {
    /// Reads a sign-in's answer.
    pub(crate) fn from(answer: &Answer) -> Self {
        let access = answer.json()["access_token"]
            .as_str()
            .expect("an access token")
            .to_owned();
        let refresh = answer.refresh_cookie().expect("a refresh cookie").value;
        let id = claims_of(&access)["sub"].as_str().unwrap().to_owned();
        Self {
            access,
            refresh,
            id,
        }
    }
}

/// What a registration sends.
pub(crate) fn registration(username: &str) -> Value {
    json!({ "username": username, "email": format!("{}@example.org", username.to_lowercase()), "password": PASSWORD })
}

/// Waits until something holds that happens off the path of a request.
pub(crate) async fn eventually<Check: Future<Output = bool>>(
    what: &str,
    mut check: impl FnMut() -> Check,
) {
    let begin = Instant::now();
    while !check().await {
        assert!(
            begin.elapsed() < PATIENCE,
            "it never came about that {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The system's randomness, with each draw of a key's length remembered, so that a test can hold the key.
#[derive(Debug, Default)]
struct RecordedRandomness {
    system: SystemRandomness,
    seeds: Mutex<Vec<[u8; 32]>>,
}

impl Randomness for RecordedRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        self.system.fill(bytes)?;
        if let Ok(seed) = <[u8; 32]>::try_from(&*bytes) {
            self.seeds.lock().unwrap().push(seed);
        }
        Ok(())
    }
}
