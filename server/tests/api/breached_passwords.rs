//! A password that is known from a breach, as a double of the range search of Have I Been Pwned tells it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Answer, PASSWORD, TestApp};

/// One that the double knows from a breach.
pub(crate) const STOLEN: &str = "nine stolen weavers hum";
/// One whose hash is among its padding.
const PADDING: &str = "nine padded weavers hum";

/// What the double says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// What it knows, among it [`STOLEN`].
    Range,
    /// This text.
    Text(&'static str),
    /// Nothing but a status.
    Status(u16),
    /// Nothing at all: it takes the request and leaves it at that.
    Nothing,
}

/// What the double was asked.
#[derive(Clone, Debug)]
struct Asked {
    /// The method and all that stands behind the host in the address.
    line: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A double of the service.
#[derive(Clone)]
pub(crate) struct RangeDouble {
    says: Arc<Mutex<Says>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl RangeDouble {
    pub(crate) fn new(says: Says) -> Self {
        Self {
            says: Arc::new(Mutex::new(says)),
            asked: Arc::default(),
        }
    }

    /// Has it say something else from now on.
    pub(crate) fn say(&self, says: Says) {
        *self.says.lock().unwrap() = says;
    }

    /// Listens. What stands before the five digits.
    pub(crate) async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/range/")
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State(double): State<RangeDouble>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1_024).await.unwrap();
    double.asked.lock().unwrap().push(Asked {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body,
    });
    let says = *double.says.lock().unwrap();
    match says {
        Says::Range => range(parts.uri.path()).into_response(),
        Says::Text(text) => text.into_response(),
        Says::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Says::Nothing => std::future::pending().await,
    }
}

/// The rest of each hash that begins as the address ends, among some of nobody, as the service writes them.
fn range(path: &str) -> String {
    let known = [(STOLEN, 3), (PADDING, 0)].map(|(password, seen)| (sha1(password), seen));
    let rows: String = known
        .iter()
        .filter_map(|(hash, seen)| {
            let (prefix, rest) = hash.split_at(5);
            path.ends_with(prefix).then(|| format!("{rest}:{seen}\r\n"))
        })
        .collect();
    format!("0018A45C4D1DEF81644B54AB7F969B88D65:21\r\n{rows}FFFFE3D0C1A2B3948576A0F1E2D3C4B5A69:0")
}

/// The SHA-1 of a password, in hexadecimal.
pub(crate) fn sha1(password: &str) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let digits: Vec<String> = hash
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    digits.concat()
}

/// A server that asks at `address`.
async fn asking(address: &str) -> TestApp {
    TestApp::with(&[
        ("LATCHKEY_BREACHED_PASSWORD_CHECK", "have-i-been-pwned"),
        ("LATCHKEY_BREACHED_PASSWORD_URL", address),
    ])
    .await
}

async fn register(app: &TestApp, username: &str, password: &str) -> Answer {
    let email = format!("{username}@example.org");
    app.post("/api/v1/auth/register")
        .json(&json!({ "username": username, "email": email, "password": password }))
        .send()
        .await
}

#[tokio::test]
async fn a_breached_password_is_refused_and_padding_is_not_taken_for_one() {
    let app = asking(&RangeDouble::new(Says::Range).listen().await).await;
    let refused = register(&app, "ada", STOLEN).await;
    refused.assert_invalid(&["password"]);
    refused.assert_no_cookie();
    let message = refused.json()["errors"][0]["message"].clone();
    assert!(
        message.as_str().unwrap().contains("data breach"),
        "{message}"
    );
    for (username, password) in [("bob", PADDING), ("eve", PASSWORD)] {
        let taken = register(&app, username, password).await;
        assert_eq!(taken.status, 201, "{taken:?}");
    }
}

#[tokio::test]
async fn five_digits_and_nothing_else_leave_the_server() {
    let double = RangeDouble::new(Says::Range);
    let app = asking(&double.listen().await).await;
    register(&app, "ada", "too short")
        .await
        .assert_invalid(&["password"]);
    register(&app, "ada", "unbelievable")
        .await
        .assert_invalid(&["password"]);
    assert!(double.asked().is_empty(), "{:?}", double.asked());
    assert_eq!(register(&app, "ada", PASSWORD).await.status, 201);
    app.login("ada").await;
    let asked = double.asked();
    let [asked] = asked.as_slice() else {
        panic!("not asked once: {asked:?}");
    };
    assert_eq!(asked.line, format!("GET /range/{}", &sha1(PASSWORD)[..5]));
    assert!(asked.body.is_empty());
    assert_eq!(asked.headers["add-padding"], "true");
    let named: BTreeSet<&str> = asked.headers.keys().map(HeaderName::as_str).collect();
    assert_eq!(
        named,
        BTreeSet::from(["add-padding", "host", "user-agent"]),
        "{asked:?}"
    );
    let agent = asked.headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("latchkey/"), "{agent}");
}

#[tokio::test]
async fn a_service_that_can_not_say_keeps_nobody_out() {
    let double = RangeDouble::new(Says::Range);
    let app = asking(&double.listen().await).await;
    for (number, says) in [
        Says::Status(503),
        Says::Status(429),
        Says::Status(302),
        Says::Text(""),
        Says::Text("<html><body>Busy</body></html>"),
        Says::Text("0018A45C4D1DEF81644B54AB7F969B88D65"),
    ]
    .into_iter()
    .enumerate()
    {
        double.say(says);
        let taken = register(&app, &format!("user{number}"), STOLEN).await;
        assert_eq!(taken.status, 201, "{says:?}: {taken:?}");
    }
    // Nobody is there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let app = asking(&format!("http://{address}/")).await;
    assert_eq!(register(&app, "ada", STOLEN).await.status, 201);
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_waited_for_two_seconds() {
    let double = RangeDouble::new(Says::Nothing);
    let app = asking(&double.listen().await).await;
    let begun = Instant::now();
    assert_eq!(register(&app, "ada", STOLEN).await.status, 201);
    assert_eq!(double.asked().len(), 1);
    assert!(begun.elapsed() >= Duration::from_secs(2));
}
