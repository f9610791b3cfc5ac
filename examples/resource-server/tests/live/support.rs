//! What the tests stand on: a Latchkey, the service that takes its tokens, and the front door at which the service asks for keys.

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use auth::{
    clock::{Clock, SystemClock},
    random::SystemRandomness,
};
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use resource_server::{Issuer, app};
use serde_json::{Value, json};
use server::{RunningServer, Server, Sources, settings::Settings};
use tempfile::TempDir;
use tokio::sync::RwLock;

/// The pause of the program itself.
pub(crate) const PAUSE: Duration = Duration::from_secs(5);

/// A client that follows nothing and goes through nothing.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A Latchkey, on a database of its own.
pub(crate) struct Latchkey {
    server: RunningServer,
    _folder: TempDir,
}

/// What a registration gives.
pub(crate) struct SignedIn {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) id: String,
}

impl Latchkey {
    /// One that is reached by `public_url`.
    pub(crate) async fn start(public_url: &str) -> Self {
        Self::with(public_url, SystemClock, &[]).await
    }

    /// One with a clock and settings of its own, these by their names in the environment.
    pub(crate) async fn with(
        public_url: &str,
        clock: impl Clock + 'static,
        own: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("latchkey.db").display());
        let environment = [
            ("LATCHKEY_PUBLIC_URL", public_url),
            ("LATCHKEY_DATABASE_URL", database.as_str()),
            // As cheap as the settings allow: these tests are not about how long guessing takes.
            ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
            ("LATCHKEY_HASH_ITERATIONS", "1"),
        ];
        let environment = environment.iter().chain(own).copied();
        let settings = Settings::from_sources(None, environment).unwrap();
        let sources = Sources {
            clock: Arc::new(clock),
            randomness: Arc::new(SystemRandomness::default()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server::start(settings, sources, listener).await.unwrap();
        Self {
            server,
            _folder: folder,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Registers somebody, who is thereby signed in.
    pub(crate) async fn register(&self) -> SignedIn {
        let registration = json!({ "username": "alice", "email": "alice@example.org", "password": "seven quiet weavers sing" });
        let answer = client()
            .post(self.url("/api/v1/auth/register"))
            .json(&registration)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        let (_, cookie) = cookie.split_once('=').unwrap();
        let refresh = cookie.split(';').next().unwrap().to_owned();
        let body: Value = answer.json().await.unwrap();
        let access = body["access_token"].as_str().unwrap().to_owned();
        let id = claims_of(&access)["sub"].as_str().unwrap().to_owned();
        SignedIn {
            access,
            refresh,
            id,
        }
    }

    async fn key_set(&self) -> Value {
        let answer = client().get(self.url("/.well-known/jwks.json")).send();
        answer.await.unwrap().json().await.unwrap()
    }
}

/// The issuer's address: a door of the test's own, which counts who asks for keys, and hands out those of the Latchkey that stands behind it.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) url: String,
    inner: Arc<Behind>,
}

struct Behind {
    asked: AtomicUsize,
    cache_control: &'static str,
    /// The keys, or none while the door is shut.
    keys: Mutex<Option<Value>>,
    /// Held by a test that wants an answer to wait.
    held: RwLock<()>,
}

impl Door {
    /// A door whose keys may be kept for as long as Latchkey says.
    pub(crate) async fn open() -> Self {
        Self::saying("public, max-age=300").await
    }

    /// A door whose keys may be kept for as long as `cache_control` says.
    pub(crate) async fn saying(cache_control: &'static str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Behind {
            asked: AtomicUsize::new(0),
            cache_control,
            keys: Mutex::default(),
            held: RwLock::default(),
        });
        let routes = Router::new()
            .route("/.well-known/jwks.json", get(hand_out))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, inner }
    }

    /// From now on the keys of this Latchkey are handed out.
    pub(crate) async fn lead_to(&self, latchkey: &Latchkey) {
        let keys = latchkey.key_set().await;
        self.set(Some(keys));
    }

    /// Hands out one key more.
    pub(crate) fn add(&self, key: Value) {
        let mut keys = self.inner.keys.lock().unwrap();
        let set = keys.get_or_insert_with(|| json!({ "keys": [] }));
        set["keys"].as_array_mut().unwrap().push(key);
    }

    /// Answers nobody any more.
    pub(crate) fn shut(&self) {
        self.set(None);
    }

    /// How often the keys were asked for.
    pub(crate) fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// The public half of the key that signs for the Latchkey behind.
    pub(crate) fn public_key(&self) -> String {
        let keys = self.inner.keys.lock().unwrap();
        keys.as_ref().unwrap()["keys"][0]["x"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Lets nobody's answer through for as long as what it returns is held.
    pub(crate) async fn hold(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.inner.held.write().await
    }

    fn set(&self, keys: Option<Value>) {
        *self.inner.keys.lock().unwrap() = keys;
    }
}

async fn hand_out(State(behind): State<Arc<Behind>>) -> Response {
    behind.asked.fetch_add(1, Ordering::SeqCst);
    drop(behind.held.read().await);
    let keys = behind.keys.lock().unwrap().clone();
    match keys {
        Some(keys) => ([(CACHE_CONTROL, behind.cache_control)], Json(keys)).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The service, at work.
#[derive(Clone)]
pub(crate) struct Service {
    url: String,
    client: reqwest::Client,
}

/// What it answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    pub(crate) body: String,
}

impl Service {
    /// One that takes the tokens of `door`, for the audience that is usual, and asks for keys as often as need be.
    pub(crate) async fn start(door: &Door) -> Self {
        Self::with(door, &door.url, Duration::ZERO).await
    }

    pub(crate) async fn with(door: &Door, audience: &str, pause: Duration) -> Self {
        let issuer = Issuer {
            url: door.url.clone(),
            audience: audience.to_owned(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/whoami", listener.local_addr().unwrap());
        let routes = app(issuer, pause).unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            url,
            client: client(),
        }
    }

    /// Asks with these `Authorization` headers.
    pub(crate) async fn ask(&self, authorizations: &[&str]) -> Answer {
        let mut request = self.client.get(&self.url);
        for authorization in authorizations {
            request = request.header("authorization", *authorization);
        }
        let answer = request.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate");
        Answer {
            status: answer.status().as_u16(),
            challenge: challenge.map(|value| value.to_str().unwrap().to_owned()),
            body: answer.text().await.unwrap(),
        }
    }

    /// Asks with this token.
    pub(crate) async fn show(&self, token: &str) -> Answer {
        self.ask(&[&format!("Bearer {token}")]).await
    }

    /// Asserts that this token is taken.
    pub(crate) async fn assert_taken(&self, what: &str, token: &str) {
        let answer = self.show(token).await;
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
    }

    /// Asserts that this token is refused, and why in the words of RFC 6750.
    pub(crate) async fn assert_refused(&self, what: &str, token: &str) {
        let answer = self.show(token).await;
        assert_eq!(answer.status, 401, "{what}: {answer:?}");
        let challenge = answer.challenge.as_deref();
        assert_eq!(challenge, Some("Bearer error=\"invalid_token\""), "{what}");
        assert_eq!(answer.body, "", "{what}");
    }
}

/// A private key whose public half the door hands out, so that each token is refused for its own fault and not for its signature.
pub(crate) enum HeldKey {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl HeldKey {
    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// What it is published as, under this id.
    pub(crate) fn public(&self, id: &str) -> Value {
        match self {
            Self::Ed25519(pair) => {
                let x = encode(pair.public_key());
                json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id, "x": x })
            }
            Self::P256(pair) => {
                // A byte that says that the point is not compressed, then its two coordinates.
                let point: &[u8] = pair.public_key().as_ref();
                let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
                json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id, "x": x, "y": y })
            }
        }
    }

    /// A token of this header and these claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = match self {
            Self::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
            Self::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message.as_bytes());
                signature.unwrap().as_ref().to_vec()
            }
        };
        format!("{message}.{}", encode(signature))
    }
}

/// A token of this header and these claims, by HS256 under any bytes.
pub(crate) fn sign_with_hmac(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", encode(signature))
}

/// What is signed of a token of this header and these claims.
pub(crate) fn message(header: &Value, claims: &Value) -> String {
    let (header, claims) = (header.to_string(), claims.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

/// The header of a token.
pub(crate) fn header_of(token: &str) -> Value {
    part(token, 0)
}

/// The claims of a token, unverified.
pub(crate) fn claims_of(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&decode(token.split('.').nth(at).unwrap())).unwrap()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// `object` with one member as it is given, or without it if that is null.
pub(crate) fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut changed = object.clone();
    if value.is_null() {
        changed.as_object_mut().unwrap().remove(name);
    } else {
        changed[name] = value;
    }
    changed
}
