//! A database of its own for each test, and engines on it whose clock the test turns.

use std::{sync::Arc, time::Duration};

use auth::{
    Authenticated, Delivery, Device, Engine, EngineSettings, Error, ExposeSecret, Grant,
    HashingSettings, Letter, MasterSecret, Occasion, SecretString, SignIn, SignInWay, SignUp,
    StartError, Store,
    audit::Operator,
    clock::{Clock, ManualClock, Timestamp},
    error::Field,
    flow,
    random::{Randomness, RandomnessError, SystemRandomness},
    token::Keysmith,
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "the weaver sings at noon";
/// What everybody's browser holds where nothing else is said.
pub(crate) const DEVICE_KEY: &str = "0123456789-0123456789_0123456789-abcdefghij";
pub(crate) const MASTER_SECRET: &str = "k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa";

/// A database that goes with the test.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    pub(crate) clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl TestDatabase {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match std::env::var("LATCHKEY_TEST_POSTGRES_URL") {
            Ok(server) => new_postgres_database(&server).await,
            Err(_) => format!("sqlite:{}", folder.path().join("latchkey.db").display()),
        };
        let clock = Arc::new(ManualClock::new(Timestamp::from_unix_micros(
            1_800_000_000_000_000,
        )));
        Self {
            url,
            clock,
            _folder: folder,
        }
    }

    pub(crate) async fn store(&self) -> Store {
        let store = Store::connect(&self.url).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// A process of its own on this database.
    pub(crate) async fn engine(&self) -> Engine {
        self.engine_with(|_| {}).await
    }

    pub(crate) async fn engine_with(&self, change: impl FnOnce(&mut EngineSettings)) -> Engine {
        self.try_engine(MASTER_SECRET, change).await.unwrap()
    }

    /// A process on another machine, whose clock is ahead.
    pub(crate) async fn engine_ahead(&self, by: Duration) -> Engine {
        let clock = ManualClock::new(self.clock.now().plus(by));
        self.start(MASTER_SECRET, |_| {}, Arc::new(clock))
            .await
            .unwrap()
    }

    pub(crate) async fn try_engine(
        &self,
        secret: &str,
        change: impl FnOnce(&mut EngineSettings),
    ) -> Result<Engine, StartError> {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        self.start(secret, change, clock).await
    }

    async fn start(
        &self,
        secret: &str,
        change: impl FnOnce(&mut EngineSettings),
        clock: Arc<dyn Clock>,
    ) -> Result<Engine, StartError> {
        let settings = settings(change);
        let secret = MasterSecret::parse(secret).unwrap();
        Engine::start(
            settings,
            self.store().await,
            clock,
            Arc::new(SystemRandomness::default()),
            &secret,
        )
        .await
    }

    /// Who works on the keys of this database, beside any engine.
    pub(crate) async fn keysmith(&self, change: impl FnOnce(&mut EngineSettings)) -> Keysmith {
        self.keysmith_with(MASTER_SECRET, change).await
    }

    pub(crate) async fn keysmith_with(
        &self,
        secret: &str,
        change: impl FnOnce(&mut EngineSettings),
    ) -> Keysmith {
        Keysmith::new(
            self.store().await,
            &settings(change),
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            Arc::new(SystemRandomness::default()),
            &MasterSecret::parse(secret).unwrap(),
        )
        .unwrap()
    }

    pub(crate) fn turn(&self, duration: Duration) {
        self.clock.advance(duration);
    }
}

fn settings(change: impl FnOnce(&mut EngineSettings)) -> EngineSettings {
    let mut settings = EngineSettings::new("https://latchkey.example");
    settings.hashing = HashingSettings {
        memory_kib: 64,
        iterations: 1,
        ..HashingSettings::default()
    };
    change(&mut settings);
    settings
}

/// Asks a database of either kind, by one statement, `$pool` being its connections.
macro_rules! on_database {
    ($database:expr, $pool:ident => $body:expr) => {
        if $database.url.starts_with("sqlite") {
            let $pool = sqlx::SqlitePool::connect(&$database.url).await.unwrap();
            $body.await.unwrap()
        } else {
            let $pool = sqlx::PgPool::connect(&$database.url).await.unwrap();
            $body.await.unwrap()
        }
    };
}
pub(crate) use on_database;

async fn new_postgres_database(server: &str) -> String {
    let mut random = [0; 8];
    SystemRandomness::default().fill(&mut random).unwrap();
    let name = format!("auth_{:016x}", u64::from_be_bytes(random));
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let (before, _) = server.rsplit_once('/').unwrap();
    format!("{before}/{name}")
}

pub(crate) fn device() -> Device {
    Device::new(Some([192, 0, 2, 1].into()), Some("test"))
}

pub(crate) fn operator() -> Operator {
    Operator::named("root")
}

pub(crate) async fn sign_up(engine: &Engine, username: &str) -> Grant {
    flow::sign_up(engine, new_user(username))
        .await
        .unwrap()
        .granted()
        .unwrap()
}

pub(crate) fn new_user(username: &str) -> SignUp {
    SignUp {
        username: username.to_owned(),
        email: format!("{username}@example.org"),
        password: PASSWORD.into(),
        device: device(),
        device_key: Some(DEVICE_KEY.into()),
        replaces: None,
        remember: true,
    }
}

pub(crate) async fn sign_in(
    engine: &Engine,
    identifier: &str,
    password: &str,
) -> Result<Grant, Error> {
    let password = password.into();
    flow::sign_in(
        engine,
        SignIn {
            identifier: identifier.to_owned(),
            password,
            device: device(),
            device_key: Some(DEVICE_KEY.into()),
            replaces: None,
            remember: true,
        },
    )
    .await
}

/// Signs `username` in from a browser that holds this key, or none so far.
pub(crate) async fn sign_in_from(
    engine: &Engine,
    username: &str,
    password: &str,
    device_key: Option<&str>,
) -> Result<Grant, Error> {
    let sign_in = SignIn {
        identifier: username.to_owned(),
        password: password.into(),
        device: device(),
        device_key: device_key.map(SecretString::from),
        replaces: None,
        remember: true,
    };
    flow::sign_in(engine, sign_in).await
}

/// What comes of `count` calls at once.
pub(crate) async fn at_once<T, Call>(count: usize, call: impl Fn() -> Call) -> Vec<T>
where
    T: Send + 'static,
    Call: Future<Output = T> + Send + 'static,
{
    let calls: Vec<_> = (0..count).map(|_| tokio::spawn(call())).collect();
    let mut answers = Vec::with_capacity(count);
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers
}

/// How people sign in by a letter where nothing else is said.
pub(crate) fn way() -> SignInWay {
    SignInWay {
        device: device(),
        device_key: Some(DEVICE_KEY.into()),
        replaces: None,
        remember: true,
    }
}

pub(crate) async fn refresh(engine: &Engine, token: &SecretString) -> Result<Grant, Error> {
    flow::refresh(engine, token, &device()).await
}

/// An engine whose letters somebody takes.
pub(crate) async fn mailing(database: &TestDatabase) -> Engine {
    database
        .engine_with(|settings| settings.sends_mail = true)
        .await
}

/// Takes all letters that are due, and says that they were sent.
pub(crate) async fn mail(engine: &Engine) -> Vec<Letter> {
    let mut letters = Vec::new();
    while let Some(letter) = engine.claim_letter().await.unwrap() {
        engine.settle_letter(&letter, Delivery::Sent).await.unwrap();
        letters.push(letter);
    }
    letters
}

/// The only letter that is due, and its link.
#[track_caller]
pub(crate) fn only_link(letters: &[Letter], occasion: Occasion) -> SecretString {
    let [letter] = letters else {
        panic!("not one letter: {letters:?}");
    };
    assert_eq!(letter.occasion, occasion);
    letter.link.clone().unwrap()
}

/// The link of the letter on this occasion; of several, of the first.
#[track_caller]
pub(crate) fn link_in(letters: &[Letter], occasion: Occasion) -> SecretString {
    let letter = letters.iter().find(|letter| letter.occasion == occasion);
    letter.unwrap().link.clone().unwrap()
}

/// Who holds a grant.
pub(crate) async fn who(engine: &Engine, grant: &Grant) -> Authenticated {
    flow::authenticate(engine, &grant.access_token)
        .await
        .unwrap()
}

/// Makes a call with the access token, and waits until its receipt is written.
pub(crate) async fn call(engine: &Engine, token: &SecretString) -> Result<(), Error> {
    let called = flow::authenticate(engine, token).await.map(|_| ());
    engine.flush().await;
    called
}

/// Asserts that a refusal is just "Invalid token".
#[track_caller]
pub(crate) fn assert_invalid<T>(result: Result<T, Error>) {
    assert!(
        matches!(result, Err(Error::InvalidToken)),
        "{:?}",
        result.err()
    );
}

/// Asserts that what was typed into this field can't be taken, and that nothing else is wrong.
#[track_caller]
pub(crate) fn assert_refused<T>(result: Result<T, Error>, field: Field) {
    match result.err() {
        Some(Error::Invalid(faults)) => {
            let fields: Vec<_> = faults.iter().map(|fault| fault.field).collect();
            assert_eq!(fields, [field]);
        }
        other => panic!("{other:?}"),
    }
}

/// Asserts that a link is good for nothing any more.
#[track_caller]
pub(crate) fn assert_void<T>(result: Result<T, Error>) {
    assert!(
        matches!(result, Err(Error::InvalidLink)),
        "{:?}",
        result.err()
    );
}

/// Waits until `engine` refuses the access token: another process ended its session a moment ago.
pub(crate) async fn refuses_within_two_seconds(engine: &Engine, token: &SecretString) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(2);
    while flow::authenticate(engine, token).await.is_ok() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "still accepted: {}",
            token.expose_secret().len()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until something has come about that goes on beside the calls.
pub(crate) async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !check().await {
        assert!(
            tokio::time::Instant::now() < deadline,
            "it never came about that {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Randomness that has run out.
#[derive(Debug)]
pub(crate) struct NoRandomness;

impl Randomness for NoRandomness {
    fn fill(&self, _bytes: &mut [u8]) -> Result<(), RandomnessError> {
        Err(RandomnessError)
    }
}
