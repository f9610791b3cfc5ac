//! GET /.well-known/jwks.json, /health/live and /health/ready

use serde_json::json;

use crate::support::{TestApp, encode, eventually, header_of};

#[tokio::test]
async fn the_public_access_keys_are_published_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app.get("/.well-known/jwks.json").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert!(
        matches!(
            answer.header("content-type"),
            Some("application/json" | "application/jwk-set+json")
        ),
        "{answer:?}"
    );
    let header: serde_json::Value = serde_json::from_str(&header_of(&ada.access)).unwrap();
    let public = app.database.public_key("access").await;
    let expected = json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": header["kid"], "x": encode(&public),
    }] });
    assert_eq!(answer.json(), expected);
    let refresh = app.database.public_key("refresh").await;
    assert_ne!(refresh, public);
    assert!(!answer.text().contains(&encode(refresh)));
}

#[tokio::test]
async fn the_headers_of_both_kinds_of_token_differ() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let header =
        |token: &str| serde_json::from_str::<serde_json::Value>(&header_of(token)).unwrap();
    let (access, refresh) = (header(&ada.access), header(&ada.refresh));
    assert_eq!(
        (&access["alg"], &access["typ"]),
        (&json!("EdDSA"), &json!("at+jwt"))
    );
    assert_eq!(
        (&refresh["alg"], &refresh["typ"]),
        (&json!("EdDSA"), &json!("rt+jwt"))
    );
    assert_ne!(access["kid"], refresh["kid"]);
}

#[tokio::test]
async fn health_is_told() {
    let app = TestApp::start().await;
    for path in ["/health/live", "/health/ready"] {
        let answer = app.get(path).send().await;
        assert_eq!(answer.status, 200, "{path}");
        answer.assert_no_cookie();
        answer.assert_not_stored();
    }
}

#[tokio::test]
async fn a_ready_server_says_how_it_hears_of_what_others_revoke() {
    let app = TestApp::start().await;
    let how = if app.database.is_embedded() {
        "polling"
    } else {
        "listening"
    };
    eventually("it says so", async || {
        app.get("/health/ready").send().await.json()["revocations"] == how
    })
    .await;
    let told = app.get("/health/ready").send().await.json();
    assert_eq!(told["status"], "ready");
    let age = told["revocations_age_seconds"].as_f64().unwrap();
    assert!((0.0..5.0).contains(&age), "{told}");
}

#[tokio::test]
async fn a_server_whose_database_can_not_be_read_is_not_ready() {
    let app = TestApp::start().await;
    app.database
        .execute("ALTER TABLE signing_keys RENAME TO elsewhere")
        .await;
    app.get("/health/ready")
        .send()
        .await
        .assert_problem(503, "The database does not answer");
    assert_eq!(app.get("/health/live").send().await.status, 200);
    app.database
        .execute("ALTER TABLE elsewhere RENAME TO signing_keys")
        .await;
    assert_eq!(app.get("/health/ready").send().await.status, 200);
}

#[tokio::test]
async fn a_server_whose_database_is_gone_lives_but_is_not_ready() {
    let app = TestApp::start().await;
    if app.database.is_embedded() {
        // There is no server to take away; a test of the engine holds what `ready` asks.
        return;
    }
    app.database.destroy().await;
    let answer = app.get("/health/ready").send().await;
    assert_eq!(answer.status, 503, "{answer:?}");
    answer.assert_says_nothing_of_the_inside();
    assert_eq!(app.get("/health/live").send().await.status, 200);
}
