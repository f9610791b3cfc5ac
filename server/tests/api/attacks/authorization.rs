//! The `Authorization` header in every form but the right one, and tokens in every place but the right one.

use crate::support::{Answer, SignedIn, TestApp};

async fn ask(app: &TestApp, authorization: &[u8]) -> Answer {
    app.get("/api/v1/user/profile")
        .header("authorization", authorization)
        .send()
        .await
}

fn assert_not_authenticated(answer: &Answer) {
    answer.assert_problem(401, "Not authenticated");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Bearer"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn the_scheme_is_read_without_regard_to_case() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(
            ask(&app, format!("{scheme} {}", ada.access).as_bytes())
                .await
                .status,
            200,
            "{scheme}"
        );
    }
}

#[tokio::test]
async fn what_is_no_bearer_token_is_no_authentication() {
    let app = TestApp::start().await;
    let SignedIn { access, .. } = app.register("ada").await;
    for value in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        access.clone(),
        format!("Basic {access}"),
        format!("Bearer{access}"),
        format!("Bearer\t{access}"),
        format!("Token {access}"),
        format!("Bearer {access} x"),
        format!("Bearer {access},Bearer {access}"),
        format!("Bearer \"{access}\""),
        format!("Bearer token={access}"),
        format!("DPoP {access}"),
        format!("Bearer: {access}"),
        format!("Basic YTpi, Bearer {access}"),
        format!("Bearer {access}; x"),
        "Negotiate =".to_owned(),
        "Bearer =".to_owned(),
    ] {
        assert_not_authenticated(&ask(&app, value.as_bytes()).await);
    }
    assert_not_authenticated(&app.get("/api/v1/user/profile").send().await);
}

#[tokio::test]
async fn two_of_them_are_refused_even_if_both_are_good() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    for second in [&ada.access, &eve.access, &"garbage".to_owned()] {
        let answer = app
            .get("/api/v1/user/profile")
            .bearer(&ada.access)
            .bearer(second)
            .send()
            .await;
        assert!(matches!(answer.status, 400 | 401), "{answer:?}");
        answer.assert_any_problem(answer.status);
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Bearer")
        );
    }
    let answer = app
        .get("/api/v1/user/profile")
        .header("authorization", "Basic YTpi")
        .bearer(&ada.access)
        .send()
        .await;
    assert!(matches!(answer.status, 400 | 401), "{answer:?}");
    let answer = app
        .post("/fn/profile")
        .bearer(&ada.access)
        .bearer(&ada.access)
        .body("application/json", "{}")
        .send()
        .await;
    assert!(matches!(answer.status, 400 | 401), "{answer:?}");
}

#[tokio::test]
async fn bytes_outside_ascii_are_refused() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for suffix in [b"\xff".as_slice(), b"\xc3\xa9", b"\xe2\x80\x80"] {
        let answer = ask(&app, &[b"Bearer ", ada.access.as_bytes(), suffix].concat()).await;
        assert!(matches!(answer.status, 400 | 401), "{answer:?}");
        answer.assert_any_problem(answer.status);
    }
}

#[tokio::test]
async fn a_b64token_that_is_none_of_ours_is_an_invalid_token() {
    let app = TestApp::start().await;
    let SignedIn { access, .. } = app.register("ada").await;
    for value in [
        "x",
        "abc==",
        "a.b.c",
        "....",
        "~",
        &format!("{access}="),
        &format!("{access}=="),
        &format!("{access}."),
    ] {
        let answer = ask(&app, format!("Bearer {value}").as_bytes()).await;
        answer.assert_problem(401, "Invalid token");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains("error=\"invalid_token\"")
        );
    }
}

#[tokio::test]
async fn a_token_in_the_query_the_body_or_a_cookie_is_not_read() {
    let app = TestApp::start().await;
    let SignedIn { access, .. } = app.register("ada").await;
    let before = app.database.state().await;
    for name in ["access_token", "token", "authorization", "bearer"] {
        assert_not_authenticated(
            &app.get(&format!("/api/v1/user/profile?{name}={access}"))
                .send()
                .await,
        );
        let answer = app
            .post(&format!("/api/v1/auth/logout-all?{name}={access}"))
            .form(&[(name, &access)])
            .send()
            .await;
        assert_not_authenticated(&answer);
        assert_not_authenticated(
            &app.get("/api/v1/user/profile")
                .header("cookie", format!("{name}={access}; __Host-{name}={access}"))
                .send()
                .await,
        );
        let body = format!("{{\"{name}\":\"{access}\"}}");
        assert_eq!(
            app.post("/fn/logout_all")
                .body("application/json", body)
                .send()
                .await
                .status,
            401
        );
    }
    for header in ["x-authorization", "proxy-authorization", "x-access-token"] {
        assert_not_authenticated(
            &app.get("/api/v1/user/profile")
                .header(header, format!("Bearer {access}"))
                .send()
                .await,
        );
    }
    assert_eq!(app.database.state().await, before);
}

#[tokio::test]
async fn a_refresh_token_in_the_body_is_not_read() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/api/v1/auth/refresh")
        .json(&serde_json::json!({ "refresh_token": ada.refresh }))
        .send()
        .await;
    answer.assert_problem(401, "Refresh token not found");
    let answer = app
        .post("/api/v1/auth/refresh")
        .form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &ada.refresh),
        ])
        .send()
        .await;
    answer.assert_problem(401, "Refresh token not found");
    let answer = app
        .post(&format!(
            "/api/v1/auth/refresh?refresh_token={}",
            ada.refresh
        ))
        .bearer(&ada.refresh)
        .send()
        .await;
    answer.assert_problem(401, "Refresh token not found");
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        0
    );
}
