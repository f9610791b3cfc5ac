//! POST and DELETE /api/v1/user/deletion, and GET /api/v1/user/export

use app::problems::Kind;
use serde_json::{Value, json};

use crate::support::{Answer, DAY, MINUTE, PASSWORD, START, SignedIn, TestApp};

const DELETION: &str = "/api/v1/user/deletion";
const EXPORT: &str = "/api/v1/user/export";

async fn ask(app: &TestApp, method: &str, path: &str, who: &SignedIn) -> Answer {
    app.ask(method, path).bearer(&who.access).send().await
}

#[tokio::test]
async fn a_deletion_is_planned_told_and_taken_back() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let planned = ask(&app, "POST", DELETION, &ada).await;
    assert_eq!(planned.status, 202, "{planned:?}");
    planned.assert_not_stored();
    let deletes_at = START.plus(14 * DAY).to_rfc3339();
    assert_eq!(planned.json()["deletes_at"], deletes_at);
    let told = app.profile(&ada.access).await.json();
    assert_eq!(told["deletes_at"], deletes_at);
    // Asked for again, the day stays.
    app.advance(MINUTE);
    let again = ask(&app, "POST", DELETION, &ada).await;
    assert_eq!(again.json()["deletes_at"], deletes_at);
    for _ in 0..2 {
        let kept = ask(&app, "DELETE", DELETION, &ada).await;
        assert_eq!(kept.status, 204, "{kept:?}");
    }
    let told = app.profile(&ada.access).await.json();
    assert_eq!(told["deletes_at"], Value::Null);
}

#[tokio::test]
async fn once_the_day_has_come_there_is_nothing_to_take_back() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    ask(&app, "POST", DELETION, &ada).await;
    app.advance(14 * DAY);
    let ada = app.login("ada").await;
    let too_late = ask(&app, "DELETE", DELETION, &ada).await;
    too_late.assert_any_problem(404);
}

#[tokio::test]
async fn what_is_held_is_given_as_one_document_without_a_secret() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.register("eve").await;
    let answer = ask(&app, "GET", EXPORT, &ada).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"latchkey-export.json\"")
    );
    let export = answer.json();
    assert_eq!(export["format"], "latchkey-export-1");
    assert_eq!(export["user"]["username"], "ada");
    assert_eq!(export["user"]["has_password"], true);
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    let mut events = export["events"].as_array().unwrap().iter();
    assert!(events.any(|event| event["kind"] == "account_exported"));
    for secret in ["argon2", "eyJ", "eve@example.org", PASSWORD, &*ada.refresh] {
        assert!(!answer.text().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_export_is_given_ten_times_an_hour() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for _ in 0..10 {
        assert_eq!(ask(&app, "GET", EXPORT, &ada).await.status, 200);
    }
    app.advance(5 * MINUTE);
    let refused = ask(&app, "GET", EXPORT, &ada).await;
    refused.assert_problem(429, "Too many tries. Try again in 3300 s");
    assert_eq!(refused.kind(), Kind::TooManyTries);
    assert_eq!(refused.header("retry-after"), Some("3300"), "{refused:?}");
    // Signing in anew does not end the waiting.
    let again = app.login("ada").await;
    ask(&app, "GET", EXPORT, &again)
        .await
        .assert_any_problem(429);
    app.advance(55 * MINUTE);
    let later = app.login("ada").await;
    assert_eq!(ask(&app, "GET", EXPORT, &later).await.status, 200);
}

#[tokio::test]
async fn both_want_a_proof_that_is_not_old_and_keeping_does_not() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    ask(&app, "POST", DELETION, &ada).await;
    app.advance(11 * MINUTE);
    let ada = app.refresh(&ada.refresh).await;
    for (method, path) in [("POST", DELETION), ("GET", EXPORT)] {
        let answer = ask(&app, method, path, &ada).await;
        answer.assert_problem(401, "Enter your password again to go on");
        assert_eq!(answer.kind(), Kind::InsufficientUserAuthentication);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("max_age=600"), "{challenge}");
    }
    assert_eq!(ask(&app, "DELETE", DELETION, &ada).await.status, 204);
}

#[tokio::test]
async fn a_cookie_alone_is_not_enough() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    for (method, path) in [("POST", DELETION), ("DELETE", DELETION), ("GET", EXPORT)] {
        let answer = app
            .ask(method, path)
            .refresh_cookie(&ada.refresh)
            .same_origin()
            .json(&json!({}))
            .send()
            .await;
        answer.assert_problem(401, "Not authenticated");
        answer.assert_no_cookie();
    }
    assert_eq!(app.database.state().await, before);
}
