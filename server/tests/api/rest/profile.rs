//! GET /api/v1/user/profile

use serde_json::json;

use crate::support::{START, TestApp};

#[tokio::test]
async fn a_bearer_token_shows_its_owner() {
    let app = TestApp::start().await;
    let ada = app.register("Ada").await;
    app.register("eve").await;
    let answer = app.profile(&ada.access).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.assert_not_stored();
    answer.assert_no_cookie();
    let expected = json!({
        "id": ada.id, "username": "Ada", "email": "ada@example.org", "email_verified": false, "has_password": true, "roles": [], "groups": [], "created_at": START.to_rfc3339(), "deletes_at": null,
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn the_owner_is_who_the_token_says_and_nobody_else() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    for path in [
        format!("/api/v1/user/profile?id={}", eve.id),
        "/api/v1/user/profile?username=eve&sub=eve".to_owned(),
    ] {
        let answer = app
            .get(&path)
            .bearer(&ada.access)
            .header("x-user-id", &eve.id)
            .refresh_cookie(&eve.refresh)
            .send()
            .await;
        assert_eq!(answer.json()["id"], ada.id);
    }
}

#[tokio::test]
async fn a_cookie_alone_is_not_enough() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .get("/api/v1/user/profile")
        .refresh_cookie(&ada.refresh)
        .same_origin()
        .send()
        .await;
    answer.assert_problem(401, "Not authenticated");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn who_was_deleted_has_no_profile() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.database.execute("DELETE FROM sessions").await;
    app.database.execute("DELETE FROM users").await;
    let answer = app.profile(&ada.access).await;
    assert!(matches!(answer.status, 401 | 404), "{answer:?}");
}
