//! POST /api/v1/auth/verify-email, and .../send

use serde_json::{Value, json};

use crate::support::{Answer, MINUTE, SignedIn, TestApp, WITHOUT_MAIL};

const PATH: &str = "/api/v1/auth/verify-email";
const ADA: &str = "ada@example.org";

async fn by_token(app: &TestApp, token: &str) -> Answer {
    app.post(PATH).json(&json!({ "token": token })).send().await
}

async fn by_code(app: &TestApp, who: &SignedIn, code: &str) -> Answer {
    app.post(PATH)
        .bearer(&who.access)
        .json(&json!({ "code": code }))
        .send()
        .await
}

async fn send(app: &TestApp, who: &SignedIn) -> Answer {
    app.post("/api/v1/auth/verify-email/send")
        .bearer(&who.access)
        .send()
        .await
}

async fn is_verified(app: &TestApp, who: &SignedIn) -> Value {
    app.profile(&who.access).await.json()["email_verified"].clone()
}

#[tokio::test]
async fn the_letter_of_the_registration_proves_the_address_by_its_link_without_a_sign_in() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    assert_eq!(is_verified(&app, &ada).await, false);
    let letter = app.letter(ADA, "verify_email").await;
    assert_eq!(letter.address, format!("{}/verify-email", app.public_url));
    let answer = by_token(&app, &letter.token).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.assert_not_stored();
    answer.assert_no_cookie();
    assert_eq!(is_verified(&app, &ada).await, true);
}

#[tokio::test]
async fn its_code_does_so_for_who_is_signed_in() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let code = app.letter(ADA, "verify_email").await.code;
    assert_eq!(code.len(), 8);
    app.post(PATH)
        .json(&json!({ "code": code }))
        .send()
        .await
        .assert_problem(401, "Not authenticated");
    let eve = app.register("eve").await;
    assert_eq!(by_code(&app, &eve, &code).await.status, 422);
    let spaced = format!("{} {}", &code[..4], &code[4..]);
    assert_eq!(by_code(&app, &ada, &spaced).await.status, 204);
    assert_eq!(is_verified(&app, &ada).await, true);
    assert_eq!(is_verified(&app, &eve).await, false);
}

#[tokio::test]
async fn another_letter_kills_the_former_and_is_limited() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let former = app.letter(ADA, "verify_email").await;
    let sent = send(&app, &ada).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    assert_eq!(sent.json(), json!({ "status": "letter_sent" }));
    let newest = app.letter(ADA, "verify_email").await;
    by_token(&app, &former.token).await.assert_any_problem(422);
    let again = send(&app, &ada).await;
    again.assert_any_problem(429);
    assert_eq!(again.header("retry-after"), Some("60"), "{again:?}");
    app.advance(MINUTE / 2);
    let again = send(&app, &ada).await;
    again.assert_problem(429, "Too many tries. Try again in 30 s");
    assert_eq!(again.header("retry-after"), Some("30"), "{again:?}");
    app.advance(MINUTE / 2);
    assert_eq!(by_token(&app, &newest.token).await.status, 204);
    assert_eq!(
        send(&app, &ada).await.status,
        202,
        "who is through is told nothing else"
    );
    assert_eq!(app.letters(ADA, "verify_email").await.len(), 2);
}

#[tokio::test]
async fn after_five_in_an_hour_one_waits_for_the_rest_of_it() {
    let app = TestApp::start().await;
    let mut ada = app.register("ada").await;
    for _ in 0..5 {
        let sent = send(&app, &ada).await;
        assert_eq!(sent.status, 202, "{sent:?}");
        app.advance(MINUTE);
    }
    ada = app.refresh(&ada.refresh).await;
    let refused = send(&app, &ada).await;
    refused.assert_any_problem(429);
    assert_eq!(refused.header("retry-after"), Some("3300"), "{refused:?}");
    let page = app
        .post("/verify-email")
        .same_origin()
        .refresh_cookie(&ada.refresh)
        .form(&[("step", "send")])
        .send()
        .await;
    page.assert_page(429);
    assert_eq!(page.header("retry-after"), Some("3300"), "{page:?}");
    assert!(page.text().contains("Try again in 55 minutes"), "{page:?}");
    app.advance(55 * MINUTE);
    let ada = app.refresh(&ada.refresh).await;
    assert_eq!(send(&app, &ada).await.status, 202);
}

#[tokio::test]
async fn sending_needs_the_bearer_token_and_a_cookie_is_not_enough() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.post("/api/v1/auth/verify-email/send")
        .refresh_cookie(&ada.refresh)
        .send()
        .await
        .assert_problem(401, "Not authenticated");
    let code = app.letter(ADA, "verify_email").await.code;
    app.post(PATH)
        .refresh_cookie(&ada.refresh)
        .json(&json!({ "code": code }))
        .send()
        .await
        .assert_problem(401, "Not authenticated");
}

#[tokio::test]
async fn what_is_missing_or_no_text_is_named() {
    let app = TestApp::start().await;
    for (body, field) in [
        (json!({}), "code"),
        (json!({ "code": 12_345_678 }), "code"),
        (json!({ "token": 1 }), "token"),
    ] {
        app.post(PATH)
            .json(&body)
            .send()
            .await
            .assert_invalid(&[field]);
    }
}

#[tokio::test]
async fn where_no_mail_is_sent_none_can_be_asked_for() {
    let app = TestApp::with(&[WITHOUT_MAIL]).await;
    let ada = app.register("ada").await;
    send(&app, &ada)
        .await
        .assert_problem(422, "This service sends no mail. Ask whoever runs it");
}
