//! POST /api/v1/auth/refresh, as its owner uses it. `sessions` has what happens to the generations.

use std::time::Duration;

use serde_json::json;

use crate::support::{DAY, MINUTE, TestApp, claims_of};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_refresh_mints_the_next_pair() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.advance(5 * MINUTE);
    let answer = app.try_refresh(&ada.refresh).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.assert_not_stored();
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    let cookie = answer.refresh_cookie().unwrap();
    cookie.assert_attributes();
    assert_eq!(cookie.max_age, Some(30 * 24 * 60 * 60));
    assert_ne!(cookie.value, ada.refresh);
    let access = body["access_token"].as_str().unwrap();
    let (before, after) = (claims_of(&ada.access), claims_of(access));
    assert_eq!(after["gen"], 1);
    assert_eq!(after["iat"], app.now());
    for kept in [
        "sub",
        "sid",
        "auth_time",
        "ver",
        "amr",
        "iss",
        "aud",
        "client_id",
    ] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_ne!(after["jti"], before["jti"]);
    assert_eq!(app.profile(access).await.status, 200);
    assert_eq!(app.try_refresh(&cookie.value).await.status, 200);
}

#[tokio::test]
async fn the_answer_has_the_form_of_a_sign_in() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let members = |body: serde_json::Value| {
        body.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let signed_in = members(app.try_login("ada", crate::support::PASSWORD).await.json());
    let refreshed = members(app.try_refresh(&ada.refresh).await.json());
    assert_eq!(refreshed, signed_in);
    for member in ["access_token", "expires_in", "token_type"] {
        assert!(refreshed.iter().any(|name| name == member), "{refreshed:?}");
    }
}

#[tokio::test]
async fn without_a_cookie_there_is_nothing_to_refresh() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app.post("/api/v1/auth/refresh").send().await;
    answer.assert_problem(401, "Refresh token not found");
    answer.assert_no_cookie();
    let answer = app
        .post("/api/v1/auth/refresh")
        .bearer(&ada.access)
        .header("cookie", "theme=dark")
        .send()
        .await;
    answer.assert_problem(401, "Refresh token not found");
    answer.assert_no_cookie();
}

#[tokio::test]
async fn a_refused_refresh_clears_the_cookie_that_was_sent() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.post("/api/v1/auth/logout")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    for refused in ["garbage", &ada.access, &ada.refresh] {
        let answer = app.try_refresh(refused).await;
        answer.assert_problem(401, "Invalid token");
        answer.assert_cookie_cleared();
    }
}

#[tokio::test]
async fn the_access_token_ends_by_the_clock() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    // Ten minutes and the five seconds by which two machines' clocks may differ.
    app.advance(10 * MINUTE + 4 * SECOND);
    assert_eq!(app.profile(&ada.access).await.status, 200);
    app.advance(SECOND);
    app.profile(&ada.access)
        .await
        .assert_problem(401, "Invalid token");
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn an_unused_session_ends_after_thirty_days() {
    let app = TestApp::start().await;
    let (kept, left) = (app.register("ada").await, app.register("bob").await);
    app.advance((30 * DAY).saturating_sub(SECOND));
    let kept = app.refresh(&kept.refresh).await;
    app.advance(SECOND);
    let answer = app.try_refresh(&left.refresh).await;
    answer.assert_problem(401, "Invalid token");
    answer.assert_cookie_cleared();
    app.advance((30 * DAY).saturating_sub(2 * SECOND));
    assert_eq!(app.try_refresh(&kept.refresh).await.status, 200);
}

#[tokio::test]
async fn any_session_ends_after_ninety_days_however_much_it_is_used() {
    let app = TestApp::start().await;
    let mut ada = app.register("ada").await;
    for _ in 0..4 {
        app.advance(20 * DAY);
        ada = app.refresh(&ada.refresh).await;
    }
    let answer = app.try_refresh(&ada.refresh).await;
    assert_eq!(
        answer.refresh_cookie().unwrap().max_age,
        Some(10 * 24 * 60 * 60)
    );
    let newest = answer.refresh_cookie().unwrap().value;
    assert_eq!(claims_of(&newest)["exp"], app.now() + 10 * 24 * 60 * 60);
    app.advance((10 * DAY).saturating_sub(SECOND));
    let last = app.refresh(&newest).await;
    app.advance(SECOND);
    app.try_refresh(&last.refresh)
        .await
        .assert_problem(401, "Invalid token");
}

#[tokio::test]
async fn an_access_token_does_not_outlive_its_session_by_much() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.advance((30 * DAY).saturating_sub(SECOND));
    let ada = app.refresh(&ada.refresh).await;
    app.advance((30 * DAY).saturating_sub(SECOND));
    let ada = app.refresh(&ada.refresh).await;
    app.advance(30 * DAY + MINUTE);
    app.profile(&ada.access)
        .await
        .assert_problem(401, "Invalid token");
}

#[tokio::test]
async fn a_disabled_user_gets_no_new_tokens() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.database
        .execute("UPDATE users SET disabled_at = created_at")
        .await;
    app.try_refresh(&ada.refresh)
        .await
        .assert_problem(401, "Invalid token");
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        0
    );
}

#[tokio::test]
async fn a_failure_of_ours_clears_nothing() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.database
        .execute("ALTER TABLE sessions RENAME TO elsewhere")
        .await;
    let answer = app.try_refresh(&ada.refresh).await;
    assert!(matches!(answer.status, 500 | 503), "{answer:?}");
    answer.assert_any_problem(answer.status);
    answer.assert_no_cookie();
    app.database
        .execute("ALTER TABLE elsewhere RENAME TO sessions")
        .await;
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}
