//! POST /api/v1/auth/reset-password

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestApp};

const NEW: &str = "eight loud hatters hum";

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    app.post("/api/v1/auth/reset-password")
        .json(&json!({ "token": token, "password": password }))
        .send()
        .await
}

#[tokio::test]
async fn the_link_gives_another_password_and_ends_every_session() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let elsewhere = app.login("ada").await;
    let letter = app.reset_letter("ada@example.org").await;
    let answer = reset(&app, &letter.token, NEW).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.assert_not_stored();
    answer.assert_no_cookie();
    app.assert_dead(&ada).await;
    app.assert_dead(&elsewhere).await;
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 401);
    assert_eq!(app.try_login("ada", NEW).await.status, 200);
}

#[tokio::test]
async fn the_owner_is_told_and_their_address_is_proven() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letter = app.reset_letter("ada@example.org").await;
    reset(&app, &letter.token, NEW).await;
    let told = app.letter("ada@example.org", "password_changed").await;
    assert_eq!(told.address, format!("{}/not-me", app.public_url));
    let verified = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL";
    assert_eq!(app.database.number(verified).await, 1);
}

#[tokio::test]
async fn a_password_that_cannot_be_taken_leaves_the_link_good() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letter = app.reset_letter("ada@example.org").await;
    for weak in ["", "short", "passwordpassword", "ada@example.org"] {
        reset(&app, &letter.token, weak)
            .await
            .assert_invalid(&["password"]);
    }
    assert_eq!(reset(&app, &letter.token, NEW).await.status, 204);
}

#[tokio::test]
async fn what_was_left_out_is_named() {
    let app = TestApp::start().await;
    app.post("/api/v1/auth/reset-password")
        .json(&json!({}))
        .send()
        .await
        .assert_invalid(&["token", "password"]);
}
