//! What the signed-in change of their account: POST /api/v1/auth/reauthenticate, POST /api/v1/user/password, POST /api/v1/user/email and
//! PATCH /api/v1/user/profile

use app::problems::Kind;
use serde_json::{Value, json};

use crate::support::{
    Answer, Ask, MINUTE, PASSWORD, SignedIn, TestApp, WRONG_PASSWORD, claims_of, eventually,
};

const REAUTHENTICATE: &str = "/api/v1/auth/reauthenticate";
const PASSWORD_CHANGE: &str = "/api/v1/user/password";
const EMAIL_CHANGE: &str = "/api/v1/user/email";
const NEW_PASSWORD: &str = "eight loud hatters hum";

fn rename(app: &TestApp, who: &SignedIn, username: &str) -> Ask {
    app.ask("PATCH", "/api/v1/user/profile")
        .bearer(&who.access)
        .json(&json!({ "username": username }))
}

async fn give_password(app: &TestApp, who: &SignedIn, password: &str) -> Answer {
    app.post(REAUTHENTICATE)
        .bearer(&who.access)
        .json(&json!({ "password": password }))
        .send()
        .await
}

async fn change_password(app: &TestApp, who: &SignedIn, current: &str, new: &str) -> Answer {
    app.post(PASSWORD_CHANGE)
        .bearer(&who.access)
        .json(&json!({ "current_password": current, "new_password": new }))
        .send()
        .await
}

async fn change_email(app: &TestApp, who: &SignedIn, email: &str) -> Answer {
    app.post(EMAIL_CHANGE)
        .bearer(&who.access)
        .json(&json!({ "email": email }))
        .send()
        .await
}

/// Somebody whose tokens are good, and who gave their password eleven minutes ago.
async fn long_signed_in(app: &TestApp, username: &str) -> SignedIn {
    let who = app.register(username).await;
    app.advance(11 * MINUTE);
    app.refresh(&who.refresh).await
}

/// Asserts that the password is asked for again, as RFC 9470 has it.
fn assert_wants_proof(answer: &Answer) {
    answer.assert_problem(401, "Enter your password again to go on");
    assert_eq!(answer.kind(), Kind::InsufficientUserAuthentication);
    assert_eq!(
        answer.header("www-authenticate"),
        Some(
            "Bearer error=\"insufficient_user_authentication\", error_description=\"A more recent authentication is required\", max_age=600"
        )
    );
    answer.assert_no_cookie();
}

async fn letters(app: &TestApp, email: &str, occasion: &str) -> Vec<Value> {
    let all = app.get("/dev/mail.json").send().await.json();
    let letters = all.as_array().unwrap().iter();
    letters
        .filter(|letter| letter["to"] == email && letter["occasion"] == occasion)
        .cloned()
        .collect()
}

/// The token of the link in the only such letter, once it was sent.
async fn token_of_letter(app: &TestApp, email: &str, occasion: &str) -> String {
    eventually("the letter is sent", async || {
        letters(app, email, occasion).await.len() == 1
    })
    .await;
    let letter = letters(app, email, occasion).await.remove(0);
    let link = letter["links"][0].as_str().unwrap();
    link.split_once("?token=").unwrap().1.to_owned()
}

#[tokio::test]
async fn none_is_open_without_a_bearer_token() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for (method, path) in [
        ("POST", REAUTHENTICATE),
        ("POST", PASSWORD_CHANGE),
        ("POST", EMAIL_CHANGE),
        ("PATCH", "/api/v1/user/profile"),
    ] {
        let answer = app
            .ask(method, path)
            .refresh_cookie(&ada.refresh)
            .same_origin()
            .json(&json!({ "password": PASSWORD, "username": "eve" }))
            .send()
            .await;
        answer.assert_problem(401, "Not authenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{path}");
        answer.assert_no_cookie();
    }
}

#[tokio::test]
async fn an_old_proof_is_renewed_by_the_password_and_by_nothing_else() {
    let app = TestApp::start().await;
    let ada = long_signed_in(&app, "ada").await;
    assert_wants_proof(&rename(&app, &ada, "countess").send().await);
    assert_wants_proof(&change_email(&app, &ada, "ada@example.net").await);
    // A refresh is no proof.
    let ada = app.refresh(&ada.refresh).await;
    assert_wants_proof(&rename(&app, &ada, "countess").send().await);

    let wrong = give_password(&app, &ada, WRONG_PASSWORD).await;
    wrong.assert_invalid(&["password"]);
    wrong.assert_no_cookie();
    assert_wants_proof(&rename(&app, &ada, "countess").send().await);

    let answer = give_password(&app, &ada, PASSWORD).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    answer.refresh_cookie().unwrap().assert_attributes();
    let proven = SignedIn::from(&answer);
    let (before, after) = (claims_of(&ada.access), claims_of(&proven.access));
    assert_eq!(after["auth_time"], app.now());
    for same in ["sub", "sid", "gen"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    let renamed = rename(&app, &proven, "countess").send().await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert_eq!(renamed.json()["username"], "countess");
    assert_eq!(app.try_refresh(&proven.refresh).await.status, 200);
}

#[tokio::test]
async fn a_proof_is_good_for_ten_minutes() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.advance(9 * MINUTE);
    let ada = app.refresh(&ada.refresh).await;
    assert_eq!(rename(&app, &ada, "countess").send().await.status, 200);
    app.advance(2 * MINUTE);
    assert_wants_proof(&rename(&app, &ada, "ada").send().await);
}

#[tokio::test]
async fn wrong_passwords_slow_the_next_and_no_stranger_slows_the_owner() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for _ in 0..20 {
        app.try_login("ada", WRONG_PASSWORD).await;
    }
    assert_eq!(give_password(&app, &ada, PASSWORD).await.status, 200);
    let mut last = 0;
    for _ in 0..20 {
        last = give_password(&app, &ada, WRONG_PASSWORD).await.status;
    }
    assert_eq!(last, 429);
    let right = give_password(&app, &ada, PASSWORD).await;
    right.assert_any_problem(429);
    assert!(right.header("retry-after").is_some());
}

#[tokio::test]
async fn another_password_ends_all_sessions_and_begins_a_new_one_here() {
    let app = TestApp::start().await;
    let (here, there) = (app.register("ada").await, app.login("ada").await);
    let answer = change_password(&app, &here, PASSWORD, NEW_PASSWORD).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    let now = SignedIn::from(&answer);
    assert_ne!(
        claims_of(&now.access)["sid"],
        claims_of(&here.access)["sid"]
    );
    app.assert_dead(&here).await;
    app.assert_dead(&there).await;
    assert_eq!(app.profile(&now.access).await.status, 200);
    assert_eq!(app.try_refresh(&now.refresh).await.status, 200);
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 401);
    assert_eq!(app.try_login("ada", NEW_PASSWORD).await.status, 200);
    eventually("the owner is told", async || {
        letters(&app, "ada@example.org", "password_changed")
            .await
            .len()
            == 1
    })
    .await;
}

#[tokio::test]
async fn a_password_is_not_changed_where_something_is_wrong() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for (current, new, field) in [
        (WRONG_PASSWORD, NEW_PASSWORD, "current_password"),
        ("", NEW_PASSWORD, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ] {
        let answer = change_password(&app, &ada, current, new).await;
        answer.assert_invalid(&[field]);
        answer.assert_no_cookie();
    }
    let missing = app
        .post(PASSWORD_CHANGE)
        .bearer(&ada.access)
        .json(&json!({}))
        .send()
        .await;
    missing.assert_invalid(&["current_password", "new_password"]);
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn another_address_counts_once_its_letter_was_used() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = change_email(&app, &ada, "ada@example.net").await;
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.json(), json!({ "status": "letter_sent" }));
    answer.assert_no_cookie();
    let profile = app.profile(&ada.access).await.json();
    assert_eq!(profile["email"], "ada@example.org");
    let token = token_of_letter(&app, "ada@example.net", "confirm_new_email").await;
    let confirmed = app
        .post("/api/v1/auth/confirm-email")
        .json(&json!({ "token": token }))
        .send()
        .await;
    assert_eq!(confirmed.status, 204, "{confirmed:?}");
    let profile = app.profile(&app.login("ada").await.access).await.json();
    assert_eq!(profile["email"], "ada@example.net");
    assert_eq!(profile["email_verified"], true);
}

#[tokio::test]
async fn whether_somebody_has_the_other_address_is_not_told() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.register("eve").await;
    let known = change_email(&app, &ada, "eve@example.org").await;
    let unknown = change_email(&app, &ada, "nobody@example.org").await;
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    change_email(&app, &ada, "no address")
        .await
        .assert_invalid(&["email"]);
    change_email(&app, &ada, "ADA@example.org")
        .await
        .assert_invalid(&["email"]);
}

#[tokio::test]
async fn only_the_name_is_changed_by_the_profile() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    let answer = app
        .ask("PATCH", "/api/v1/user/profile")
        .bearer(&ada.access)
        .json(&json!({ "username": "Countess", "email": "x@example.org", "roles": ["admin"], "id": eve.id }))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    let told = answer.json();
    assert_eq!(told["username"], "Countess");
    assert_eq!(told["email"], "ada@example.org");
    assert_eq!(told["roles"], json!([]));
    assert_eq!(told["id"], ada.id);
    assert_eq!(app.profile(&ada.access).await.json(), told);
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 401);
    app.login("countess").await;
    for taken in ["EVE", "a", ""] {
        rename(&app, &ada, taken)
            .send()
            .await
            .assert_invalid(&["username"]);
    }
}
