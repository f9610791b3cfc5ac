//! Tokens that were not made by us, on every route that takes one, in both slots.

use serde_json::{Value, json};

use crate::support::{
    HeldKey, SignedIn, TestApp, claims_of, decode, encode, foreign_key, header_of, parts_of,
    sign_with_hmac, token,
};

/// Everything that a forger without our key can make of a token of the given kind.
#[expect(clippy::too_many_lines, reason = "it is one list")]
fn forgeries(genuine: &str, public: &[u8]) -> Vec<(&'static str, String)> {
    let header: Value = serde_json::from_str(&header_of(genuine)).unwrap();
    let with = |changes: Value| {
        let mut header = header.clone();
        header
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        header.to_string()
    };
    let [head, payload, signature] = parts_of(genuine);
    let claims = claims_of(genuine).to_string();
    let other_claims = claims
        .replace("latchkey", "evil")
        .replacen("\"gen\":0", "\"gen\":1", 1);
    let foreign = foreign_key();
    let foreign_jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(foreign.public()) });
    let unsigned = |header: String| token(&header, &claims, |_| Vec::new());
    let by_hmac = |secret: &[u8]| {
        token(
            &with(json!({ "alg": "HS256" })),
            &claims,
            sign_with_hmac(secret),
        )
    };
    let by_foreign = |changes: Value| foreign.sign(&with(changes), &claims);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        encode(public)
    );
    vec![
        ("alg none", unsigned(with(json!({ "alg": "none" })))),
        ("alg None", unsigned(with(json!({ "alg": "None" })))),
        (
            "alg nOnE with our signature",
            format!(
                "{}.{payload}.{signature}",
                encode(with(json!({ "alg": "nOnE" })))
            ),
        ),
        ("alg empty", unsigned(with(json!({ "alg": "" })))),
        ("alg null", unsigned(with(json!({ "alg": null })))),
        ("no header members", unsigned("{}".to_owned())),
        ("HS256 with the public key", by_hmac(public)),
        (
            "HS256 with the public key in base64url",
            by_hmac(encode(public).as_bytes()),
        ),
        ("HS256 with the public key as PEM", by_hmac(pem.as_bytes())),
        ("HS256 with nothing", by_hmac(b"")),
        ("another key", by_foreign(json!({}))),
        (
            "another key, an unknown kid",
            by_foreign(json!({ "kid": "unknown" })),
        ),
        (
            "another key, kid of a path",
            by_foreign(json!({ "kid": "../../../../dev/null" })),
        ),
        (
            "another key, kid of a URL",
            by_foreign(json!({ "kid": "https://evil.example/key" })),
        ),
        (
            "another key, kid of SQL",
            by_foreign(json!({ "kid": "x' UNION SELECT 'x" })),
        ),
        ("another key, kid a number", by_foreign(json!({ "kid": 1 }))),
        (
            "another key in jwk",
            by_foreign(json!({ "jwk": foreign_jwk })),
        ),
        (
            "another key by jku",
            by_foreign(json!({ "jku": "http://127.0.0.1:1/jwks.json" })),
        ),
        (
            "another key by x5u",
            by_foreign(json!({ "x5u": "http://127.0.0.1:1/cert" })),
        ),
        (
            "another key by x5c",
            by_foreign(json!({ "x5c": [encode(foreign.public())] })),
        ),
        ("crit", by_foreign(json!({ "crit": ["exp"] }))),
        ("zip", by_foreign(json!({ "zip": "DEF" }))),
        (
            "our header, another key",
            foreign.sign(&header_of(genuine), &claims),
        ),
        (
            "a changed payload",
            format!("{head}.{}.{signature}", encode(&other_claims)),
        ),
        (
            "a changed header",
            format!(
                "{}.{payload}.{signature}",
                encode(with(json!({ "extra": 1 })))
            ),
        ),
        (
            "a header in other spacing",
            format!(
                "{}.{payload}.{signature}",
                encode(header_of(genuine).replace(':', ": "))
            ),
        ),
        ("a stripped signature", format!("{head}.{payload}.")),
        ("no signature part", format!("{head}.{payload}")),
        (
            "half a signature",
            format!("{head}.{payload}.{}", &signature[..43]),
        ),
        (
            "a signature of zeros",
            format!("{head}.{payload}.{}", encode([0; 64])),
        ),
        (
            "a longer signature",
            format!("{head}.{payload}.{signature}AA"),
        ),
        (
            "a signature with S beyond the order",
            format!("{head}.{payload}.{}", encode(beyond_the_order(signature))),
        ),
        (
            "a signature in another spelling",
            format!("{head}.{payload}.{}", respelled(signature)),
        ),
        (
            "the payload's signature of the next",
            format!("{head}.{head}.{signature}"),
        ),
        ("padding at the end", format!("{genuine}=")),
        (
            "padding of a part",
            format!("{head}.{payload}=.{signature}"),
        ),
        ("a dot at the end", format!("{genuine}.")),
        ("a dot at the beginning", format!(".{genuine}")),
        ("two dots between", genuine.replacen('.', "..", 1)),
        ("four parts", format!("{genuine}.{signature}")),
        ("dots alone", ".".repeat(2_000)),
        ("two dots", "..".to_owned()),
        (
            "five KiB",
            format!("{head}.{}.{signature}", "A".repeat(5 * 1024)),
        ),
        (
            "five KiB behind",
            format!("{genuine}{}", "A".repeat(5 * 1024)),
        ),
        (
            "standard base64",
            format!("{head}.{payload}.{}+/", &signature[..84]),
        ),
        ("a word", "token".to_owned()),
        ("null", "null".to_owned()),
        ("undefined", "undefined".to_owned()),
    ]
}

/// The signature with the order of the group added to its S: the same point, another text (RFC 8032, section 8.4).
fn beyond_the_order(signature: &str) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = decode(signature);
    let mut carry = 0;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    bytes
}

/// The same bytes in base64url whose unused last bits are not zero.
fn respelled(signature: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let value = ALPHABET
        .iter()
        .position(|letter| *letter == last.as_bytes()[0])
        .unwrap();
    format!("{rest}{}", char::from(ALPHABET[value ^ 1]))
}

/// The routes of the REST API that a bearer token opens.
const BEARER_ROUTES: [(&str, &str); 7] = [
    ("GET", "/api/v1/user/profile"),
    ("POST", "/api/v1/auth/logout-all"),
    ("POST", "/api/v1/auth/reauthenticate"),
    ("POST", "/api/v1/user/password"),
    ("DELETE", "/api/v1/user/sessions"),
    ("POST", "/api/v1/user/deletion"),
    ("GET", "/api/v1/user/export"),
];
/// The server functions that a bearer token opens.
const BEARER_FUNCTIONS: [(&str, &str); 5] = [
    ("/fn/profile", "{}"),
    ("/fn/export", "{}"),
    ("/fn/plan_deletion", "{}"),
    ("/fn/logout_all", "{}"),
    (
        "/fn/dismiss_notice",
        "{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}",
    ),
];

async fn assert_opens_nothing(app: &TestApp, name: &str, forged: &str) {
    for (method, path) in BEARER_ROUTES {
        let answer = app.ask(method, path).bearer(forged).send().await;
        assert_eq!(answer.status, 401, "{name} at {path}: {answer:?}");
        let challenge = answer.header("www-authenticate").unwrap();
        // Padding is the end of a b64token (RFC 6750, section 2.1); with it elsewhere there is no token at all.
        if forged.trim_end_matches('=').contains('=') {
            answer.assert_problem(401, "Not authenticated");
            assert_eq!(challenge, "Bearer", "{name}");
        } else {
            answer.assert_problem(401, "Invalid token");
            assert!(
                challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
                "{name}: {challenge}"
            );
        }
        answer.assert_no_cookie();
    }
    for (path, body) in BEARER_FUNCTIONS {
        let answer = app
            .post(path)
            .bearer(forged)
            .body("application/json", body)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{name} at {path}: {answer:?}");
    }
}

async fn assert_continues_nothing(app: &TestApp, name: &str, forged: &str) {
    let answer = app.try_refresh(forged).await;
    assert_eq!(answer.status, 401, "{name}: {answer:?}");
    answer.assert_problem(401, "Invalid token");
    answer.assert_cookie_cleared();
    let answer = app
        .post("/fn/refresh")
        .refresh_cookie(forged)
        .body("application/json", "{}")
        .send()
        .await;
    assert_eq!(answer.status, 401, "{name}: {answer:?}");
    let page = app.get("/profile").refresh_cookie(forged).send().await;
    assert_eq!(page.status, 303, "{name}: {page:?}");
    assert_eq!(
        app.post("/api/v1/auth/logout")
            .refresh_cookie(forged)
            .send()
            .await
            .status,
        204,
        "{name}"
    );
}

async fn assert_untouched(app: &TestApp, who: &SignedIn, before: &[i64]) {
    assert_eq!(app.database.state().await, before);
    assert_eq!(app.profile(&who.access).await.status, 200);
    assert_eq!(app.try_refresh(&who.refresh).await.status, 200);
}

#[tokio::test]
async fn a_forged_bearer_token_opens_no_route() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    for (name, forged) in forgeries(&ada.access, &app.database.public_key("access").await) {
        assert_opens_nothing(&app, name, &forged).await;
        assert_eq!(
            app.post("/api/v1/auth/logout")
                .bearer(&forged)
                .send()
                .await
                .status,
            204,
            "{name}"
        );
    }
    assert_untouched(&app, &ada, &before).await;
}

#[tokio::test]
async fn a_forged_refresh_token_continues_nothing() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    for (name, forged) in forgeries(&ada.refresh, &app.database.public_key("refresh").await) {
        assert_continues_nothing(&app, name, &forged).await;
    }
    assert_untouched(&app, &ada, &before).await;
}

#[tokio::test]
async fn neither_kind_of_token_passes_for_the_other() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    assert_opens_nothing(&app, "a refresh token as bearer", &ada.refresh).await;
    assert_continues_nothing(&app, "an access token as refresh cookie", &ada.access).await;
    let (access_key, refresh_key) = (app.access_key().await, app.refresh_key().await);
    let dressed = |key: &HeldKey, header_from: &str, claims_from: &str| {
        key.sign(&header_of(header_from), &claims_of(claims_from).to_string())
    };
    for (name, token) in [
        (
            "access claims under the refresh header",
            dressed(&refresh_key, &ada.refresh, &ada.access),
        ),
        (
            "access header and claims by the refresh key",
            dressed(&refresh_key, &ada.access, &ada.access),
        ),
        (
            "refresh claims under the access header",
            dressed(&access_key, &ada.access, &ada.refresh),
        ),
    ] {
        assert_opens_nothing(&app, name, &token).await;
    }
    for (name, token) in [
        (
            "refresh claims under the access header",
            dressed(&access_key, &ada.access, &ada.refresh),
        ),
        (
            "refresh header and claims by the access key",
            dressed(&access_key, &ada.refresh, &ada.refresh),
        ),
        (
            "access claims under the refresh header",
            dressed(&refresh_key, &ada.refresh, &ada.access),
        ),
    ] {
        assert_continues_nothing(&app, name, &token).await;
    }
    assert_untouched(&app, &ada, &before).await;
}

#[tokio::test]
async fn a_token_of_another_installation_opens_nothing() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    app.register("ada").await;
    let stranger = other.register("ada").await;
    assert_opens_nothing(&app, "another installation's", &stranger.access).await;
    assert_continues_nothing(&app, "another installation's", &stranger.refresh).await;
}
