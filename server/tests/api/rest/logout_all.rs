//! POST /api/v1/auth/logout-all

use crate::support::{DAY, MINUTE, TestApp, claims_of};

#[tokio::test]
async fn every_session_and_token_of_the_user_ends_at_once() {
    let app = TestApp::start().await;
    let first = app.register("ada").await;
    let second = app.login("ada").await;
    let third = app.refresh(&app.login("ada").await.refresh).await;
    let other = app.register("eve").await;
    let answer = app
        .post("/api/v1/auth/logout-all")
        .bearer(&second.access)
        .refresh_cookie(&second.refresh)
        .send()
        .await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.assert_cookie_cleared();
    for dead in [&first, &second, &third] {
        app.assert_dead(dead).await;
    }
    assert_eq!(app.profile(&other.access).await.status, 200);
    assert_eq!(app.try_refresh(&other.refresh).await.status, 200);
}

#[tokio::test]
async fn the_next_sign_in_begins_at_a_raised_security_version() {
    let app = TestApp::start().await;
    let before = app.register("ada").await;
    assert_eq!(
        app.post("/api/v1/auth/logout-all")
            .bearer(&before.access)
            .send()
            .await
            .status,
        204
    );
    let after = app.login("ada").await;
    assert!(claims_of(&after.access)["ver"].as_i64() > claims_of(&before.access)["ver"].as_i64());
    assert_eq!(app.profile(&after.access).await.status, 200);
    assert_eq!(app.try_refresh(&after.refresh).await.status, 200);
    app.assert_dead(&before).await;
}

#[tokio::test]
async fn a_cookie_alone_is_not_enough() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/api/v1/auth/logout-all")
        .refresh_cookie(&ada.refresh)
        .same_origin()
        .send()
        .await;
    answer.assert_problem(401, "Not authenticated");
    answer.assert_no_cookie();
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn tokens_that_were_revoked_never_come_back_to_life() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    assert_eq!(
        app.post("/api/v1/auth/logout-all")
            .bearer(&ada.access)
            .send()
            .await
            .status,
        204
    );
    for step in [MINUTE, 9 * MINUTE, MINUTE, 10 * MINUTE, DAY, 20 * DAY] {
        app.advance(step);
        // Others go on signing in and out, so that what is remembered of revocations is turned over.
        let other = app.register(&format!("other-{}", app.now())).await;
        app.post("/api/v1/auth/logout")
            .bearer(&other.access)
            .send()
            .await;
        app.assert_dead(&ada).await;
    }
}
