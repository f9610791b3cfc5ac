//! POST /api/v1/auth/logout

use crate::support::{Answer, TestApp};

fn assert_signed_out(answer: &Answer) {
    assert_eq!(answer.status, 204, "{answer:?}");
    assert!(answer.body.is_empty());
    answer.assert_cookie_cleared();
}

#[tokio::test]
async fn a_cookie_signs_its_session_out() {
    let app = TestApp::start().await;
    let (ada, elsewhere) = (app.register("ada").await, app.login("ada").await);
    assert_signed_out(
        &app.post("/api/v1/auth/logout")
            .refresh_cookie(&ada.refresh)
            .send()
            .await,
    );
    app.assert_dead(&ada).await;
    assert_eq!(app.profile(&elsewhere.access).await.status, 200);
    assert_eq!(app.try_refresh(&elsewhere.refresh).await.status, 200);
}

#[tokio::test]
async fn a_cookie_of_an_earlier_generation_signs_out_too() {
    let app = TestApp::start().await;
    let first = app.register("ada").await;
    let second = app.refresh(&first.refresh).await;
    let third = app.refresh(&second.refresh).await;
    assert_signed_out(
        &app.post("/api/v1/auth/logout")
            .refresh_cookie(&first.refresh)
            .send()
            .await,
    );
    for dead in [&first, &second, &third] {
        app.assert_dead(dead).await;
    }
    assert_eq!(
        app.database.texts("SELECT end_reason FROM sessions").await,
        ["signed_out"]
    );
}

#[tokio::test]
async fn a_bearer_token_signs_its_session_out() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    assert_signed_out(
        &app.post("/api/v1/auth/logout")
            .bearer(&ada.access)
            .send()
            .await,
    );
    app.assert_dead(&ada).await;
}

#[tokio::test]
async fn a_bearer_token_and_a_cookie_end_both_their_sessions() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    assert_signed_out(
        &app.post("/api/v1/auth/logout")
            .bearer(&ada.access)
            .refresh_cookie(&eve.refresh)
            .send()
            .await,
    );
    app.assert_dead(&ada).await;
    app.assert_dead(&eve).await;
}

#[tokio::test]
async fn who_is_not_signed_in_is_signed_out_all_the_same() {
    let app = TestApp::start().await;
    assert_eq!(app.post("/api/v1/auth/logout").send().await.status, 204);
    for garbage in ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        assert_signed_out(
            &app.post("/api/v1/auth/logout")
                .refresh_cookie(garbage)
                .send()
                .await,
        );
        assert_eq!(
            app.post("/api/v1/auth/logout")
                .bearer(garbage)
                .send()
                .await
                .status,
            204
        );
    }
    assert_eq!(
        app.post("/api/v1/auth/logout")
            .header("authorization", "Basic YTpi")
            .send()
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn of_two_bearer_tokens_none_is_believed_and_nobody_is_told_that_they_are_signed_out() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for path in ["/api/v1/auth/logout", "/fn/logout"] {
        let answer = app
            .post(path)
            .bearer(&ada.access)
            .header("authorization", "Basic YTpi")
            .json(&serde_json::json!({}))
            .send()
            .await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        answer.assert_no_cookie();
    }
    assert_eq!(app.profile(&ada.access).await.status, 200);
}

#[tokio::test]
async fn signing_out_twice_is_signing_out() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for _ in 0..2 {
        assert_signed_out(
            &app.post("/api/v1/auth/logout")
                .refresh_cookie(&ada.refresh)
                .bearer(&ada.access)
                .send()
                .await,
        );
    }
    app.assert_dead(&ada).await;
}

#[tokio::test]
async fn a_bad_bearer_token_does_not_keep_the_cookie_from_signing_out() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    assert_signed_out(
        &app.post("/api/v1/auth/logout")
            .bearer("garbage")
            .refresh_cookie(&ada.refresh)
            .send()
            .await,
    );
    app.assert_dead(&ada).await;
}
