//! Guessing passwords of one account: each try makes the next wait longer, the owner is never locked out, and nothing tells whether there is
//! such an account.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use crate::support::{Answer, MINUTE, PASSWORD, TestApp, WRONG_PASSWORD};

const SECOND: Duration = Duration::from_secs(1);

/// Asserts that this refuses a try that came too soon; answers how long to wait.
fn assert_too_soon(answer: &Answer) -> Duration {
    answer.assert_any_problem(429);
    answer.assert_no_cookie();
    let seconds = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{answer:?}");
    Duration::from_secs(seconds)
}

/// Tries wrong passwords until one has to wait. How many were looked at.
async fn guess(app: &TestApp, identifier: &str) -> usize {
    for tries in 0..200 {
        let answer = app.try_login(identifier, WRONG_PASSWORD).await;
        if answer.status == 429 {
            assert_too_soon(&answer);
            return tries;
        }
        answer.assert_problem(401, "Invalid username or password");
    }
    panic!("{identifier} may be guessed at without end");
}

#[tokio::test]
async fn after_a_strangers_hundred_wrong_tries_the_owner_is_in_within_a_minute() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for _ in 0..100 {
        assert_ne!(app.try_login("ada", WRONG_PASSWORD).await.status, 200);
        app.advance(SECOND);
    }
    let mut waited = Duration::ZERO;
    loop {
        let answer = app.try_login("ada", PASSWORD).await;
        if answer.status == 200 {
            break;
        }
        let wait = assert_too_soon(&answer);
        app.advance(wait);
        waited += wait;
        assert!(waited <= MINUTE, "the owner is locked out");
    }
}

#[tokio::test]
async fn who_waits_as_long_as_was_said_may_try_again() {
    let app = TestApp::start().await;
    app.register("ada").await;
    guess(&app, "ada").await;
    let mut waits = Vec::new();
    for _ in 0..8 {
        let wait = assert_too_soon(&app.try_login("ada", WRONG_PASSWORD).await);
        app.advance(wait.saturating_sub(SECOND));
        if wait > SECOND {
            assert_too_soon(&app.try_login("ada", WRONG_PASSWORD).await);
        }
        app.advance(SECOND);
        assert_eq!(app.try_login("ada", WRONG_PASSWORD).await.status, 401);
        waits.push(wait);
    }
    assert!(
        waits.is_sorted() && waits[0] < waits[5],
        "the delay grows: {waits:?}"
    );
    assert!(waits.iter().all(|wait| *wait <= MINUTE), "{waits:?}");
}

#[tokio::test]
async fn a_try_that_came_too_soon_does_not_lengthen_the_wait() {
    let app = TestApp::start().await;
    app.register("ada").await;
    guess(&app, "ada").await;
    let wait = assert_too_soon(&app.try_login("ada", WRONG_PASSWORD).await);
    for _ in 0..50 {
        assert!(assert_too_soon(&app.try_login("ada", WRONG_PASSWORD).await) <= wait);
    }
    app.advance(wait);
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn an_account_that_there_is_not_makes_people_wait_just_so() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let known = guess(&app, "ada").await;
    let unknown = guess(&app, "nobody").await;
    assert_eq!(known, unknown);
    for _ in 0..4 {
        let (known, unknown) = (
            app.try_login("ada", WRONG_PASSWORD).await,
            app.try_login("nobody", WRONG_PASSWORD).await,
        );
        assert_eq!(known.body, unknown.body);
        assert_eq!(assert_too_soon(&known), assert_too_soon(&unknown));
        app.advance(assert_too_soon(&known));
        let (known, unknown) = (
            app.try_login("ada", WRONG_PASSWORD).await,
            app.try_login("nobody", WRONG_PASSWORD).await,
        );
        assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    }
}

#[tokio::test]
async fn another_spelling_of_an_account_is_no_new_account() {
    let app = TestApp::start().await;
    let body = json!({ "username": "Ada", "email": "ada@bücher.example", "password": PASSWORD });
    assert_eq!(
        app.post("/api/v1/auth/register")
            .json(&body)
            .send()
            .await
            .status,
        201
    );
    guess(&app, "ada").await;
    for spelling in ["ADA", "aDa", " ada", "ada "] {
        assert_too_soon(&app.try_login(spelling, WRONG_PASSWORD).await);
    }
    guess(&app, "ada@bücher.example").await;
    for spelling in [
        "ADA@BÜCHER.EXAMPLE",
        "ada@bu\u{308}cher.example",
        "ada@xn--bcher-kva.example",
        "ada@XN--bcher-KVA.example",
        "ada@ｂücher.example",
        "ada@bücher。example",
        " ada@bücher.example ",
        "ada@b\u{ad}ücher.example",
    ] {
        let answer = app.try_login(spelling, WRONG_PASSWORD).await;
        assert_eq!(
            answer.status, 429,
            "{spelling} has a budget of its own: {answer:?}"
        );
    }
}

#[tokio::test]
async fn each_account_has_a_count_of_its_own() {
    let app = TestApp::start().await;
    app.register("ada").await;
    app.register("eve").await;
    guess(&app, "ada").await;
    assert_eq!(app.try_login("eve", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_right_password_begins_the_count_anew() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let free = guess(&app, "ada").await;
    app.advance(MINUTE);
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 200);
    assert_eq!(guess(&app, "ada").await, free);
}

#[tokio::test]
async fn the_wait_holds_at_every_door_and_in_every_process() {
    let app = TestApp::start().await;
    let other = app.beside().await;
    app.register("ada").await;
    guess(&app, "ada").await;
    assert_too_soon(&other.try_login("ada", PASSWORD).await);
    let function = app
        .post("/fn/login")
        .json(&json!({ "username": "ada", "password": PASSWORD }))
        .send()
        .await;
    assert_eq!(function.status, 429, "{function:?}");
    function.assert_no_cookie();
    assert!(function.headers.contains_key("retry-after"));
    let page = app
        .post("/login")
        .form(&[
            ("username", "ada"),
            ("password", PASSWORD),
            ("next", "/profile"),
        ])
        .send()
        .await;
    page.assert_page(429);
    page.assert_no_cookie();
    assert!(page.headers.contains_key("retry-after"));
    assert!(
        page.text().contains("value=\"ada\"") && !page.text().contains("weavers"),
        "{page:?}"
    );
    assert!(page.text().contains("/profile"));
}

#[tokio::test]
async fn who_is_signed_in_goes_on_while_somebody_guesses() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    guess(&app, "ada").await;
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_that_come_at_once_are_counted_all() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let answers = join_all((0..64).map(|_| app.try_login("ada", WRONG_PASSWORD))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
    let failures = app
        .database
        .number("SELECT MIN(failures) FROM sign_in_failures")
        .await;
    assert_eq!(usize::try_from(failures).unwrap(), looked_at);
    assert_too_soon(&app.try_login("ada", WRONG_PASSWORD).await);
}

#[tokio::test]
async fn nothing_that_was_typed_is_kept_of_a_failed_sign_in() {
    let app = TestApp::start().await;
    app.try_login("canary-typed-in-the-wrong-field", "canary-wrong-password")
        .await;
    if app.database.is_embedded() {
        let bytes = app.database.bytes_on_disk();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
    }
}
