//! POST /api/v1/auth/login

use serde_json::json;

use crate::support::{Answer, DAY, PASSWORD, SignedIn, TestApp, WRONG_PASSWORD, claims_of};

/// Asserts that this signs in, as the API promises it.
fn assert_signed_in(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.assert_not_stored();
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert!(body.get("refresh_token").is_none());
    let cookie = answer.refresh_cookie().unwrap();
    cookie.assert_attributes();
    assert_eq!(
        cookie.max_age,
        Some(i64::try_from(30 * DAY.as_secs()).unwrap())
    );
    assert!(!answer.text().contains(&cookie.value));
}

#[tokio::test]
async fn a_password_signs_in_by_form() {
    let app = TestApp::start().await;
    app.register("ada").await;
    assert_signed_in(&app.try_login("ada", PASSWORD).await);
}

#[tokio::test]
async fn a_password_signs_in_by_json() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let answer = app
        .post("/api/v1/auth/login")
        .json(&json!({ "username": "ada", "password": PASSWORD }))
        .send()
        .await;
    assert_signed_in(&answer);
}

#[tokio::test]
async fn all_fields_of_the_oauth2_password_form_are_taken() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let fields = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
        ("scope", ""),
        ("client_id", "x"),
        ("client_secret", "y"),
    ];
    assert_signed_in(&app.post("/api/v1/auth/login").form(&fields).send().await);
}

#[tokio::test]
async fn a_charset_beside_the_media_type_is_taken() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let body = json!({ "username": "ada", "password": PASSWORD }).to_string();
    assert_signed_in(
        &app.post("/api/v1/auth/login")
            .body("application/json; charset=utf-8", body)
            .send()
            .await,
    );
}

#[tokio::test]
async fn the_name_in_any_case_and_the_address_in_any_form_sign_in() {
    let app = TestApp::start().await;
    let ada = app.register("Ada").await;
    for identifier in [
        "Ada",
        "aDA",
        " ada ",
        "ada@example.org",
        "ADA@Example.ORG",
        " ada@example.org",
    ] {
        assert_eq!(app.login(identifier).await.id, ada.id, "{identifier}");
    }
}

#[tokio::test]
async fn the_access_token_has_the_claims_of_rfc_9068_and_ours() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let ada = app.login("ada").await;
    let claims = claims_of(&ada.access);
    let expected = json!({
        "iss": app.public_url,
        "aud": app.public_url,
        "sub": ada.id,
        "client_id": "latchkey",
        "iat": app.now(),
        "exp": app.now() + 600,
        "jti": claims["jti"],
        "auth_time": app.now(),
        "amr": ["pwd"],
        "roles": [],
        "groups": [],
        "sid": claims["sid"],
        "gen": 0,
        "ver": 1,
    });
    assert_eq!(claims, expected);
    let refresh = claims_of(&ada.refresh);
    assert_eq!(
        refresh["aud"],
        format!("{}/api/v1/auth/refresh", app.public_url)
    );
    assert_eq!(
        (&refresh["sub"], &refresh["sid"], &refresh["gen"]),
        (&claims["sub"], &claims["sid"], &claims["gen"])
    );
    assert_eq!(refresh["exp"], app.now() + 30 * 24 * 60 * 60);
    assert_ne!(refresh["jti"], claims["jti"]);
}

#[tokio::test]
async fn what_is_wrong_is_not_told() {
    let app = TestApp::start().await;
    app.register("ada").await;
    app.register("off").await;
    app.database
        .execute("UPDATE users SET disabled_at = created_at WHERE username = 'off'")
        .await;
    app.register("bare").await;
    app.database
        .execute("UPDATE users SET password_hash = NULL WHERE username = 'bare'")
        .await;
    let wrong = app.try_login("ada", WRONG_PASSWORD).await;
    wrong.assert_problem(401, "Invalid username or password");
    wrong.assert_no_cookie();
    let long = "x".repeat(5_000);
    for (identifier, password) in [
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("off", PASSWORD),
        ("off", WRONG_PASSWORD),
        ("bare", PASSWORD),
        ("bare", WRONG_PASSWORD),
        ("no such name!", PASSWORD),
        ("ada", &long),
        (&long, PASSWORD),
        ("ada", "seven quiet weavers sing "),
        ("ada", "Seven quiet weavers sing"),
        ("ada", "a\0b"),
        ("a\0da", PASSWORD),
        ("ada' OR '1'='1", PASSWORD),
        ("%", PASSWORD),
        ("ad_", PASSWORD),
    ] {
        let answer = app.try_login(identifier, password).await;
        assert_eq!(
            (answer.status, &answer.body),
            (401, &wrong.body),
            "{identifier:?} {password:?}"
        );
        answer.assert_no_cookie();
    }
}

#[tokio::test]
async fn what_was_left_out_is_named() {
    let app = TestApp::start().await;
    app.post("/api/v1/auth/login")
        .form(&[("username", ""), ("password", "")])
        .send()
        .await
        .assert_invalid(&["username", "password"]);
    app.post("/api/v1/auth/login")
        .form(&[("username", "ada")])
        .send()
        .await
        .assert_any_problem(422);
    app.post("/api/v1/auth/login")
        .json(&json!({ "password": PASSWORD }))
        .send()
        .await
        .assert_any_problem(422);
}

#[tokio::test]
async fn a_sign_in_ends_the_session_whose_cookie_came_along() {
    let app = TestApp::start().await;
    app.register("eve").await;
    let ada = app.register("ada").await;
    let other_device = app.login("ada").await;
    let answer = app
        .post("/api/v1/auth/login")
        .refresh_cookie(&ada.refresh)
        .form(&[("username", "eve"), ("password", PASSWORD)])
        .send()
        .await;
    let eve = SignedIn::from(&answer);
    app.assert_dead(&ada).await;
    assert_eq!(app.profile(&eve.access).await.status, 200);
    assert_eq!(app.profile(&other_device.access).await.status, 200);
    assert_eq!(
        app.database
            .texts("SELECT end_reason FROM sessions WHERE revoked_at IS NOT NULL")
            .await,
        ["replaced"]
    );
}

#[tokio::test]
async fn a_refused_sign_in_leaves_the_session_that_came_along() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let fields = [("username", "ada"), ("password", WRONG_PASSWORD)];
    let answer = app
        .post("/api/v1/auth/login")
        .refresh_cookie(&ada.refresh)
        .form(&fields)
        .send()
        .await;
    answer.assert_problem(401, "Invalid username or password");
    answer.assert_no_cookie();
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn a_cookie_of_nobodys_does_not_keep_anyone_from_signing_in() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for garbage in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let fields = [("username", "ada"), ("password", PASSWORD)];
        let answer = app
            .post("/api/v1/auth/login")
            .refresh_cookie(garbage)
            .form(&fields)
            .send()
            .await;
        assert_signed_in(&answer);
    }
}

#[tokio::test]
async fn each_sign_in_begins_a_session_of_its_own() {
    let app = TestApp::start().await;
    let first = app.register("ada").await;
    let second = app.login("ada").await;
    assert_ne!(
        claims_of(&first.access)["sid"],
        claims_of(&second.access)["sid"]
    );
    assert_ne!(
        claims_of(&first.access)["jti"],
        claims_of(&second.access)["jti"]
    );
    assert_eq!(app.profile(&first.access).await.status, 200);
}

#[tokio::test]
async fn a_password_hashed_with_less_is_hashed_anew_at_sign_in() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let hash = async |app: &TestApp| {
        app.database
            .texts("SELECT password_hash FROM users")
            .await
            .remove(0)
    };
    let before = hash(&app).await;
    assert!(before.starts_with("$argon2id$v=19$m=7168,t=1,"), "{before}");
    let raised = TestApp::on(
        app.database.clone(),
        app.clock.clone(),
        Some(app.public_url.clone()),
        &[("LATCHKEY_HASH_ITERATIONS", "2")],
    )
    .await;
    assert_eq!(raised.try_login("ada", WRONG_PASSWORD).await.status, 401);
    assert_eq!(hash(&app).await, before);
    raised.login("ada").await;
    let after = hash(&app).await;
    assert!(after.starts_with("$argon2id$v=19$m=7168,t=2,"), "{after}");
    raised.login("ada").await;
    assert_eq!(hash(&app).await, after);
}
