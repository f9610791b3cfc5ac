//! What somebody might try with letters and their links: learning who has an account, steering where a link leads, using it twice, too late, or for
//! another thing, guessing codes, and flooding a mailbox.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Answer, DAY, MINUTE, PASSWORD, SignedIn, TestApp};

const ADA: &str = "ada@example.org";
const NOBODY: &str = "nobody@example.org";
const NEW: &str = "eight loud hatters hum";

async fn api(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.post(&format!("/api/v1/auth/{path}"))
        .json(body)
        .send()
        .await
}

async fn reset(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "token": token, "password": NEW });
    api(app, "reset-password", &body).await
}

async fn verify(app: &TestApp, token: &str) -> Answer {
    api(app, "verify-email", &json!({ "token": token })).await
}

async fn try_code(app: &TestApp, who: &SignedIn, code: &str) -> Answer {
    app.post("/api/v1/auth/verify-email")
        .bearer(&who.access)
        .json(&json!({ "code": code }))
        .send()
        .await
}

fn assert_void(answer: &Answer) {
    answer.assert_problem(
        422,
        "This link can't be used any more: it was used, is too old, or a newer one was sent",
    );
}

/// Status, body and headers without what differs from any answer to the next.
fn seen(answer: &Answer) -> (u16, String, Vec<String>) {
    let differs = ["x-request-id", "date", "content-security-policy"];
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !differs.contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    (answer.status, answer.text(), headers)
}

#[tokio::test]
async fn whether_there_is_an_account_is_told_neither_by_the_answer_nor_by_a_letter() {
    let app = TestApp::start().await;
    app.register("ada").await;
    app.register("off").await;
    app.database
        .execute("UPDATE users SET disabled_at = created_at WHERE username = 'off'")
        .await;
    for _ in 0..3 {
        let mut answers = Vec::new();
        for email in [ADA, NOBODY, "off@example.org"] {
            let by_api = api(&app, "forgot-password", &json!({ "email": email })).await;
            let by_page = app
                .post("/forgot-password")
                .form(&[("email", email)])
                .send()
                .await;
            answers.push((seen(&by_api), seen(&by_page)));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);
    }
    assert_eq!(app.letters(ADA, "reset_password").await.len(), 1);
    assert!(app.letters(NOBODY, "reset_password").await.is_empty());
    let of_disabled = app.letters("off@example.org", "reset_password").await;
    assert!(of_disabled.is_empty());
    // What waits in the database to be sent is the same, too: none is left of either.
    assert_eq!(app.database.number("SELECT COUNT(*) FROM letters").await, 0);
}

#[tokio::test]
async fn no_header_steers_where_a_link_leads() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let body = format!("{{\"email\":\"{ADA}\"}}");
    let forged = format!(
        "POST /api/v1/auth/forgot-password HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher\r\n\
         X-Original-URL: //evil.example/\r\nForwarded: host=evil.example;proto=https\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(app.raw(forged).await.status, 202);
    let letter = app.letter(ADA, "reset_password").await;
    assert_eq!(letter.address, format!("{}/reset-password", app.public_url));
    let letters = app.get("/dev/mail.json").send().await.text();
    assert!(!letters.contains("evil.example"));
    let opened = app
        .raw(format!(
            "GET /reset-password?token={} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n",
            letter.token
        ))
        .await;
    assert_eq!(opened.header("location"), Some("/reset-password"));
}

#[tokio::test]
async fn a_scanner_that_follows_a_link_three_times_leaves_it_good() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letter = app.reset_letter(ADA).await;
    for method in ["GET", "HEAD", "GET"] {
        let opened = app
            .ask(method, &format!("/reset-password?token={}", letter.token))
            .send()
            .await;
        opened.assert_redirect("/reset-password");
        let cookie = opened.cookie("__Host-reset_password").unwrap().value;
        app.get("/reset-password")
            .header("cookie", format!("__Host-reset_password={cookie}"))
            .send()
            .await
            .assert_page(200);
    }
    assert_eq!(reset(&app, &letter.token).await.status, 204);
}

#[tokio::test]
async fn a_link_is_used_once_and_of_fifty_uses_at_once_one_gets_through() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let (first, second) = (
        app.letter(ADA, "verify_email").await.token,
        app.reset_letter(ADA).await.token,
    );
    let through = |answers: &[Answer]| {
        let (through, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|answer| answer.status == 204);
        refused.into_iter().for_each(assert_void);
        through.len()
    };
    let verifications = join_all((0..50).map(|_| verify(&app, &first))).await;
    assert_eq!(through(&verifications), 1);
    // Each of these waits for a hash, and the queue of one address has an end.
    let resets = join_all((0..10).map(|_| reset(&app, &second))).await;
    assert_eq!(through(&resets), 1);
    assert_void(&verify(&app, &first).await);
    assert_void(&reset(&app, &second).await);
    let told = app.letters(ADA, "password_changed").await;
    assert_eq!(told.len(), 1, "the owner is told once");
}

#[tokio::test]
async fn a_link_ends_with_its_time() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let verification = app.letter(ADA, "verify_email").await;
    let reset_letter = app.reset_letter(ADA).await;
    app.advance(30 * MINUTE);
    assert_void(&reset(&app, &reset_letter.token).await);
    app.advance(DAY.saturating_sub(30 * MINUTE));
    assert_void(&verify(&app, &verification.token).await);
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_link_dies_when_a_newer_one_is_asked_for_or_the_password_changes() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let old = app.reset_letter(ADA).await;
    app.advance(MINUTE);
    let newer = app.reset_letter(ADA).await;
    assert_ne!(old.token, newer.token);
    assert_void(&reset(&app, &old.token).await);
    app.database
        .execute("UPDATE users SET security_version = security_version + 1")
        .await;
    assert_void(&reset(&app, &newer.token).await);
}

#[tokio::test]
async fn a_link_opens_nothing_but_what_it_is_for() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let verification = app.letter(ADA, "verify_email").await.token;
    let reset_token = app.reset_letter(ADA).await.token;
    assert_void(&reset(&app, &verification).await);
    for path in [
        "verify-email",
        "confirm-email",
        "undo-email-change",
        "not-me",
    ] {
        assert_void(&api(&app, path, &json!({ "token": reset_token })).await);
    }
    for changed in [
        String::new(),
        reset_token[1..].to_owned(),
        format!("{reset_token}="),
        format!(" {reset_token}"),
        reset_token.to_lowercase(),
    ] {
        assert_void(&reset(&app, &changed).await);
    }
    assert_eq!(reset(&app, &reset_token).await.status, 204);
}

#[tokio::test]
async fn five_codes_are_taken_and_then_not_even_the_right_one() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let letter = app.letter(ADA, "verify_email").await;
    let wrong = if letter.code == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    let guesses = join_all((0..20).map(|_| try_code(&app, &ada, wrong))).await;
    let looked_at = guesses
        .iter()
        .filter(|answer| answer.kind().slug() == "wrong-code")
        .count();
    assert_eq!(looked_at, 5);
    assert_void(&try_code(&app, &ada, &letter.code).await);
    assert_eq!(
        verify(&app, &letter.token).await.status,
        204,
        "the link still works"
    );
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let letter = app.letter(ADA, "verify_email").await;
    app.advance(10 * MINUTE);
    let ada = app.login("ada").await;
    assert_void(&try_code(&app, &ada, &letter.code).await);
}

#[tokio::test]
async fn nobody_can_have_a_mailbox_flooded() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let ask = || async {
        let asked = api(&app, "forgot-password", &json!({ "email": ADA })).await;
        assert_eq!(asked.status, 202, "{asked:?}");
    };
    join_all((0..50).map(|_| ask())).await;
    assert_eq!(app.letters(ADA, "reset_password").await.len(), 1);
    let mut sent = 0;
    for _ in 0..20 {
        app.advance(MINUTE);
        ask().await;
        sent = app.letters(ADA, "reset_password").await.len();
    }
    assert_eq!(sent, 5, "five in an hour");
    app.advance(60 * MINUTE);
    ask().await;
    assert_eq!(app.letters(ADA, "reset_password").await.len(), 6);
}

#[tokio::test]
async fn the_links_of_who_was_disabled_or_deleted_open_nothing() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let tokens = (
        app.letter(ADA, "verify_email").await.token,
        app.reset_letter(ADA).await.token,
    );
    app.database
        .execute("UPDATE users SET disabled_at = created_at")
        .await;
    assert_void(&verify(&app, &tokens.0).await);
    assert_void(&reset(&app, &tokens.1).await);
    app.database
        .execute("UPDATE users SET disabled_at = NULL")
        .await;
    app.database.execute("DELETE FROM sessions").await;
    app.database.execute("DELETE FROM users").await;
    assert_void(&verify(&app, &tokens.0).await);
    assert_void(&reset(&app, &tokens.1).await);
}

#[tokio::test]
async fn neither_a_token_nor_a_code_is_in_the_database() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let verification = app.letter(ADA, "verify_email").await;
    let reset_letter = app.reset_letter(ADA).await;
    let bytes = app.database.bytes_on_disk();
    for secret in [&verification.token, &verification.code, &reset_letter.token] {
        let found = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is in the database");
    }
}
