//! POST /api/v1/auth/sign-in-link, and .../use

use serde_json::{Value, json};

use crate::support::{Answer, MINUTE, SignedIn, TestApp};

const ASK: &str = "/api/v1/auth/sign-in-link";
const USE: &str = "/api/v1/auth/sign-in-link/use";

async fn start() -> TestApp {
    TestApp::with(&[("LATCHKEY_SIGN_IN_LINKS", "true")]).await
}

async fn ask(app: &TestApp, email: &str) -> Answer {
    app.post(ASK).json(&json!({ "email": email })).send().await
}

async fn use_letter(app: &TestApp, letter: &Value) -> Answer {
    app.post(USE).json(letter).send().await
}

/// The only such letter: the token of its link, and its code.
async fn letter(app: &TestApp, email: &str) -> (String, String) {
    let mut letters = app.letters(email, "sign_in").await;
    assert_eq!(letters.len(), 1);
    let letter = letters.remove(0);
    assert_eq!(letter.address, format!("{}/sign-in-link", app.public_url));
    (letter.token, letter.code)
}

#[tokio::test]
async fn the_token_signs_in_once() {
    let app = start().await;
    let ada = app.register("ada").await;
    let asked = ask(&app, "ada@example.org").await;
    assert_eq!(asked.status, 202, "{asked:?}");
    asked.assert_no_cookie();
    let (token, _) = letter(&app, "ada@example.org").await;
    let answer = use_letter(&app, &json!({ "token": token })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(SignedIn::from(&answer).id, ada.id);
    use_letter(&app, &json!({ "token": token }))
        .await
        .assert_any_problem(422);
}

#[tokio::test]
async fn the_code_signs_in_with_the_address() {
    let app = start().await;
    let ada = app.register("ada").await;
    ask(&app, "ada@example.org").await;
    let (_, code) = letter(&app, "ada@example.org").await;
    let answer = use_letter(&app, &json!({ "email": "ada@example.org", "code": code })).await;
    assert_eq!(SignedIn::from(&answer).id, ada.id);
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let app = start().await;
    app.register("ada").await;
    let known = ask(&app, "ada@example.org").await;
    let unknown = ask(&app, "nobody@example.org").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    letter(&app, "ada@example.org").await;
    assert!(app.occasions("nobody@example.org").await.is_empty());
    for email in ["ada@example.org", "nobody@example.org"] {
        use_letter(&app, &json!({ "email": email, "code": "1" }))
            .await
            .assert_problem(422, "This code is not the one from the letter");
    }
}

#[tokio::test]
async fn a_forged_host_changes_nothing_about_the_link() {
    let app = start().await;
    app.register("ada").await;
    let asked = app
        .post(ASK)
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example")
        .json(&json!({ "email": "ada@example.org" }))
        .send()
        .await;
    assert_eq!(asked.status, 202);
    // Where the link leads is asserted here.
    letter(&app, "ada@example.org").await;
}

#[tokio::test]
async fn opening_a_link_changes_nothing_and_takes_the_token_out_of_the_address() {
    let app = start().await;
    app.register("ada").await;
    ask(&app, "ada@example.org").await;
    let (token, _) = letter(&app, "ada@example.org").await;
    for _ in 0..3 {
        let opened = app
            .get(&format!("/sign-in-link?token={token}"))
            .send()
            .await;
        opened.assert_redirect("/sign-in-link");
        let cookie = opened.cookie("__Host-sign_in_link").unwrap();
        cookie.assert_for_this_host();
        let page = app
            .get("/sign-in-link")
            .header("cookie", format!("__Host-sign_in_link={}", cookie.value))
            .send()
            .await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("You are about to sign in as"));
        assert!(!page.text().contains(&token));
    }
    let answer = use_letter(&app, &json!({ "token": token })).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn asking_again_is_limited_and_kills_the_older_link() {
    let app = start().await;
    app.register("ada").await;
    for _ in 0..10 {
        assert_eq!(ask(&app, "ada@example.org").await.status, 202);
    }
    let (old, _) = letter(&app, "ada@example.org").await;
    app.advance(2 * MINUTE);
    assert_eq!(ask(&app, "ada@example.org").await.status, 202);
    use_letter(&app, &json!({ "token": old }))
        .await
        .assert_any_problem(422);
}

#[tokio::test]
async fn where_the_setting_is_off_there_is_nothing() {
    let app = TestApp::start().await;
    ask(&app, "ada@example.org").await.assert_any_problem(404);
    use_letter(&app, &json!({ "token": "x" }))
        .await
        .assert_any_problem(404);
    assert_eq!(app.get("/sign-in-link").send().await.status, 404);
}

#[tokio::test]
async fn what_is_missing_is_told() {
    let app = start().await;
    let answer = use_letter(&app, &json!({})).await;
    answer.assert_any_problem(422);
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 2);
    ask(&app, "no address").await.assert_any_problem(422);
}
