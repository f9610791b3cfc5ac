//! POST /api/v1/auth/confirm-email, and the way back by /api/v1/auth/undo-email-change

use serde_json::json;

use crate::support::{Answer, DAY, PASSWORD, SignedIn, TestApp};

const FORMER: &str = "ada@example.org";
const NEW: &str = "countess@example.org";

/// Asks for another address, and reads the token that is sent there.
async fn ask(app: &TestApp, who: &SignedIn) -> String {
    let asked = app
        .post("/api/v1/user/email")
        .bearer(&who.access)
        .json(&json!({ "email": NEW }))
        .send()
        .await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let letter = app.letter(NEW, "confirm_new_email").await;
    assert_eq!(letter.address, format!("{}/confirm-email", app.public_url));
    letter.token
}

async fn take(app: &TestApp, path: &str, token: &str) -> Answer {
    app.post(&format!("/api/v1/auth/{path}"))
        .json(&json!({ "token": token }))
        .send()
        .await
}

#[tokio::test]
async fn the_new_address_is_the_accounts_once_it_is_confirmed_and_the_former_is_told() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let token = ask(&app, &ada).await;
    assert_eq!(app.profile(&ada.access).await.json()["email"], FORMER);
    let answer = take(&app, "confirm-email", &token).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.assert_not_stored();
    let profile = app.profile(&ada.access).await.json();
    assert_eq!(
        (&profile["email"], &profile["email_verified"]),
        (&json!(NEW), &json!(true))
    );
    take(&app, "confirm-email", &token)
        .await
        .assert_any_problem(422);
    let told = app.letter(FORMER, "email_changed").await;
    assert_eq!(
        told.address,
        format!("{}/undo-email-change", app.public_url)
    );
}

#[tokio::test]
async fn the_former_address_takes_it_back_within_a_week() {
    let app = TestApp::start().await;
    let thief = app.register("ada").await;
    let token = ask(&app, &thief).await;
    take(&app, "confirm-email", &token).await;
    let undo = app.letter(FORMER, "email_changed").await.token;
    app.advance(6 * DAY);
    let answer = take(&app, "undo-email-change", &undo).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(
        app.database.texts("SELECT email FROM users").await,
        [FORMER]
    );
    app.assert_dead(&thief).await;
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 401);
    app.letter(FORMER, "reset_password").await;
    take(&app, "undo-email-change", &undo)
        .await
        .assert_any_problem(422);
}

#[tokio::test]
async fn after_a_week_it_is_too_late() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let token = ask(&app, &ada).await;
    take(&app, "confirm-email", &token).await;
    let undo = app.letter(FORMER, "email_changed").await.token;
    app.advance(7 * DAY);
    take(&app, "undo-email-change", &undo)
        .await
        .assert_any_problem(422);
    assert_eq!(app.database.texts("SELECT email FROM users").await, [NEW]);
}
