//! POST /api/v1/auth/confirm-sign-up

use serde_json::{Value, json};

use crate::support::{Answer, MINUTE, PASSWORD, SignedIn, TestApp};

const PATH: &str = "/api/v1/auth/confirm-sign-up";
const PENDING: &str = "__Host-pending";

async fn start() -> TestApp {
    TestApp::with(&[("LATCHKEY_VERIFICATION", "required")]).await
}

async fn confirm(app: &TestApp, pending: Option<&str>, body: &Value) -> Answer {
    let ask = app.post(PATH).json(body);
    match pending {
        Some(key) => ask.header("cookie", format!("{PENDING}={key}")),
        None => ask,
    }
    .send()
    .await
}

/// The token and the code of the only letter to an address.
async fn letter(app: &TestApp, email: &str) -> (String, String) {
    assert_eq!(app.occasions(email).await, ["confirm_sign_up"]);
    let letter = app.letter(email, "confirm_sign_up").await;
    assert_eq!(
        letter.address,
        format!("{}/confirm-sign-up", app.public_url)
    );
    (letter.token, letter.code)
}

/// Asks for an account; what the browser holds from then on.
async fn ask(app: &TestApp, username: &str) -> String {
    let asked = app.try_register(username).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    assert_eq!(asked.json(), json!({ "status": "confirmation_sent" }));
    let cookie = asked.cookie(PENDING).unwrap();
    cookie.assert_for_this_host();
    assert!(asked.refresh_cookie().is_none(), "nobody is signed in");
    cookie.value
}

#[tokio::test]
async fn the_token_makes_the_account_once_in_the_client_that_asked() {
    let app = start().await;
    let pending = ask(&app, "ada").await;
    let (token, _) = letter(&app, "ada@example.org").await;
    let body = json!({ "token": token });
    let answer = confirm(&app, Some(&pending), &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["user"]["email_verified"], true);
    assert_eq!(answer.cookie(PENDING).unwrap().value, "");
    let ada = SignedIn::from(&answer);
    assert_eq!(app.profile(&ada.access).await.status, 200);
    confirm(&app, Some(&pending), &body)
        .await
        .assert_any_problem(422);
}

#[tokio::test]
async fn the_code_does_too() {
    let app = start().await;
    let pending = ask(&app, "ada").await;
    let (_, code) = letter(&app, "ada@example.org").await;
    confirm(&app, None, &json!({ "code": code }))
        .await
        .assert_any_problem(422);
    let answer = confirm(&app, Some(&pending), &json!({ "code": code })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test]
async fn another_client_must_know_the_password() {
    let app = start().await;
    ask(&app, "ada").await;
    let (token, _) = letter(&app, "ada@example.org").await;
    for password in [None, Some("not this one, surely")] {
        let answer = confirm(&app, None, &json!({ "token": token, "password": password })).await;
        answer.assert_any_problem(422);
        assert_eq!(answer.json()["errors"][0]["field"], "password");
    }
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(confirm(&app, None, &body).await.status, 201);
}

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let app = start().await;
    let pending = ask(&app, "ada").await;
    let (token, _) = letter(&app, "ada@example.org").await;
    confirm(&app, Some(&pending), &json!({ "token": token })).await;
    app.advance(2 * MINUTE);
    let register = async |username: &str, email: &str| {
        let body = json!({ "username": username, "email": email, "password": PASSWORD });
        let path = "/api/v1/auth/register";
        app.post(path).json(&body).send().await
    };
    let known = register("eve", "ada@example.org").await;
    let unknown = register("eve", "eve@example.org").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    let names = |answer: &Answer| {
        let cookies = answer.set_cookies().into_iter();
        cookies
            .map(|cookie| (cookie.name, cookie.value.len(), cookie.max_age))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&known), names(&unknown));
    // One for her own sign-up, and one more each.
    assert_eq!(app.occasions("ada@example.org").await.len(), 2);
    assert_eq!(app.occasions("eve@example.org").await.len(), 1);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 1);
}

#[tokio::test]
async fn opening_a_link_changes_nothing_and_takes_the_token_out_of_the_address() {
    let app = start().await;
    let pending = ask(&app, "ada").await;
    let (token, _) = letter(&app, "ada@example.org").await;
    for _ in 0..3 {
        let opened = app
            .get(&format!("/confirm-sign-up?token={token}"))
            .send()
            .await;
        opened.assert_redirect("/confirm-sign-up");
        assert!(opened.cookie("__Host-confirm_sign_up").is_some());
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 0);
    let answer = confirm(&app, Some(&pending), &json!({ "token": token })).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn the_page_makes_the_account_without_scripts() {
    let app = start().await;
    let pending = ask(&app, "ada").await;
    let (token, _) = letter(&app, "ada@example.org").await;
    let cookies = format!("{PENDING}={pending}; __Host-confirm_sign_up={token}");
    let made = app
        .post("/confirm-sign-up")
        .same_origin()
        .header("cookie", cookies)
        .form(&[("step", "link"), ("next", "")])
        .send()
        .await;
    made.assert_redirect("/");
    assert_eq!(made.cookie(PENDING).unwrap().value, "");
    assert_eq!(made.cookie("__Host-confirm_sign_up").unwrap().value, "");
}

#[tokio::test]
async fn a_page_that_stood_open_for_too_long_says_that_its_link_is_void() {
    let app = start().await;
    let pending = ask(&app, "ada").await;
    let late = app
        .post("/confirm-sign-up")
        .same_origin()
        .header("cookie", format!("{PENDING}={pending}"))
        .form(&[("step", "link"), ("next", "")])
        .send()
        .await;
    late.assert_page(422);
    assert!(late.text().contains("be used any more"), "{late:?}");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 0);
}
