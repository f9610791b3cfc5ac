//! POST /api/v1/auth/not-me

use serde_json::json;

use crate::support::{Answer, MINUTE, SignedIn, TestApp};

const ADA: &str = "ada@example.org";
const THEIRS: &str = "eight loud hatters hum";

async fn not_me(app: &TestApp, token: &str) -> Answer {
    app.post("/api/v1/auth/not-me")
        .json(&json!({ "token": token }))
        .send()
        .await
}

/// Somebody who reads the mail of ada chooses another password, and ada is told.
async fn another_password(app: &TestApp) -> String {
    let letter = app.reset_letter(ADA).await;
    let reset = app
        .post("/api/v1/auth/reset-password")
        .json(&json!({ "token": letter.token, "password": THEIRS }))
        .send()
        .await;
    assert_eq!(reset.status, 204, "{reset:?}");
    app.letter(ADA, "password_changed").await.token
}

#[tokio::test]
async fn who_did_not_do_it_ends_what_was_begun_and_chooses_another_password() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let token = another_password(&app).await;
    let thief = SignedIn::from(&app.try_login("ada", THEIRS).await);
    app.advance(MINUTE);
    let answer = not_me(&app, &token).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.assert_not_stored();
    app.assert_dead(&thief).await;
    assert_eq!(app.try_login("ada", THEIRS).await.status, 401);
    assert_eq!(app.letters(ADA, "reset_password").await.len(), 2);
}

#[tokio::test]
async fn it_is_said_once() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let token = another_password(&app).await;
    assert_eq!(not_me(&app, &token).await.status, 204);
    not_me(&app, &token).await.assert_any_problem(422);
    app.post("/api/v1/auth/not-me")
        .json(&json!({}))
        .send()
        .await
        .assert_invalid(&["token"]);
}
