//! A refresh token that comes back when its owner has gone on: both who hold it are signed out, and the owner is told.

use std::time::Duration;

use serde_json::json;

use crate::support::{PASSWORD, SignedIn, TestApp, claims_of};

const SECOND: Duration = Duration::from_secs(1);

/// Ada, who has refreshed once and used what she got; and the token that was stolen from her before.
async fn robbed(app: &TestApp) -> (SignedIn, SignedIn) {
    let stolen = app.register("ada").await;
    let ada = app.refresh(&stolen.refresh).await;
    app.confirm(&ada).await;
    (ada, stolen)
}

#[tokio::test]
async fn a_reused_refresh_token_ends_the_session() {
    let app = TestApp::start().await;
    let (ada, stolen) = robbed(&app).await;
    app.advance(11 * SECOND);
    let answer = app.try_refresh(&stolen.refresh).await;
    answer.assert_problem(401, "Invalid token");
    answer.assert_cookie_cleared();
    app.assert_dead(&ada).await;
    app.assert_dead(&stolen).await;
    assert_eq!(
        app.database.texts("SELECT end_reason FROM sessions").await,
        ["reused"]
    );
}

#[tokio::test]
async fn a_token_that_the_thief_used_first_ends_the_session_when_its_owner_comes() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let thief = app.refresh(&ada.refresh).await;
    app.confirm(&thief).await;
    app.advance(11 * SECOND);
    app.try_refresh(&ada.refresh)
        .await
        .assert_problem(401, "Invalid token");
    app.assert_dead(&thief).await;
}

#[tokio::test]
async fn anything_older_than_the_last_generation_is_stolen_however_quick_it_comes() {
    let app = TestApp::start().await;
    let stolen = app.register("ada").await;
    let second = app.refresh(&stolen.refresh).await;
    let ada = app.refresh(&second.refresh).await;
    app.try_refresh(&stolen.refresh)
        .await
        .assert_problem(401, "Invalid token");
    app.assert_dead(&ada).await;
}

#[tokio::test]
async fn other_sessions_of_the_owner_go_on() {
    let app = TestApp::start().await;
    let (_, stolen) = robbed(&app).await;
    let elsewhere = app.login("ada").await;
    app.advance(11 * SECOND);
    app.try_refresh(&stolen.refresh)
        .await
        .assert_problem(401, "Invalid token");
    assert_eq!(app.profile(&elsewhere.access).await.status, 200);
    assert_eq!(app.try_refresh(&elsewhere.refresh).await.status, 200);
}

#[tokio::test]
async fn a_theft_is_written_down_once() {
    let app = TestApp::start().await;
    let (ada, stolen) = robbed(&app).await;
    app.advance(11 * SECOND);
    for _ in 0..3 {
        let answer = app
            .post("/api/v1/auth/refresh")
            .refresh_cookie(&stolen.refresh)
            .header("user-agent", "Burglar/1.0")
            .send()
            .await;
        answer.assert_problem(401, "Invalid token");
    }
    let audit = &app.database;
    assert_eq!(
        audit
            .texts("SELECT kind FROM audit_events WHERE actor = 'anonymous'")
            .await,
        ["refresh_token_reused"]
    );
    assert_eq!(
        audit
            .texts("SELECT user_agent FROM audit_events WHERE actor = 'anonymous'")
            .await,
        ["Burglar/1.0"]
    );
    assert_eq!(
        audit
            .texts("SELECT address FROM audit_events WHERE actor = 'anonymous'")
            .await,
        ["127.0.0.1"]
    );
    assert_eq!(audit.number("SELECT COUNT(*) FROM notices").await, 1);
    app.assert_dead(&ada).await;
}

#[tokio::test]
async fn the_owner_is_told_at_the_next_sign_in_until_they_dismiss_it() {
    let app = TestApp::start().await;
    let (_, stolen) = robbed(&app).await;
    app.advance(11 * SECOND);
    app.try_refresh(&stolen.refresh).await;
    let sign_in = async || {
        app.post("/fn/login")
            .json(&json!({ "username": "ada", "password": PASSWORD }))
            .send()
            .await
    };
    let told = sign_in().await;
    let notices = told.json()["viewer"]["notices"].clone();
    assert_eq!(notices.as_array().unwrap().len(), 1, "{notices}");
    assert_eq!(notices[0]["kind"], "session_reused");
    let ada = SignedIn::from(&told);
    let page = app.get("/").refresh_cookie(&ada.refresh).send().await;
    assert!(
        page.text().contains("We ended a session of yours"),
        "{page:?}"
    );
    let dismiss = app
        .post("/fn/dismiss_notice")
        .bearer(&ada.access)
        .json(&json!({ "id": notices[0]["id"] }))
        .send()
        .await;
    assert_eq!(dismiss.status, 200, "{dismiss:?}");
    assert_eq!(sign_in().await.json()["viewer"]["notices"], json!([]));
    let page = app.get("/").refresh_cookie(&ada.refresh).send().await;
    assert!(!page.text().contains("We ended a session of yours"));
}

#[tokio::test]
async fn a_stranger_can_not_dismiss_the_notice() {
    let app = TestApp::start().await;
    let (_, stolen) = robbed(&app).await;
    app.advance(11 * SECOND);
    app.try_refresh(&stolen.refresh).await;
    let eve = app.register("eve").await;
    let told = app
        .post("/fn/login")
        .json(&json!({ "username": "ada", "password": PASSWORD }))
        .send()
        .await;
    let id = told.json()["viewer"]["notices"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.post("/fn/dismiss_notice")
        .bearer(&eve.access)
        .json(&json!({ "id": id }))
        .send()
        .await;
    app.post("/notices/dismiss")
        .refresh_cookie(&eve.refresh)
        .form(&[("id", &id)])
        .send()
        .await;
    app.post("/notices/dismiss")
        .form(&[("id", &id)])
        .send()
        .await;
    assert_eq!(
        app.database
            .number("SELECT COUNT(*) FROM notices WHERE dismissed_at IS NULL")
            .await,
        1
    );
}

#[tokio::test]
async fn a_page_shown_to_the_thief_is_a_strangers() {
    let app = TestApp::start().await;
    let (ada, stolen) = robbed(&app).await;
    app.advance(11 * SECOND);
    let page = app.get("/").refresh_cookie(&stolen.refresh).send().await;
    page.assert_page(200);
    assert!(!page.text().contains("Hello, ada"));
    // A page may be fetched ahead and thrown away: it punishes nobody.
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn a_token_ahead_of_its_session_is_refused_and_written_down() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let mut claims = claims_of(&ada.refresh);
    claims["gen"] = json!(7);
    let ahead = app.refresh_key().await.sign(
        &crate::support::header_of(&ada.refresh),
        &claims.to_string(),
    );
    app.try_refresh(&ahead)
        .await
        .assert_problem(401, "Invalid token");
    assert_eq!(
        app.database
            .texts("SELECT kind FROM audit_events WHERE actor = 'anonymous'")
            .await,
        ["refresh_token_ahead"]
    );
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        0
    );
}
