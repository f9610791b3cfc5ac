//! What every address of the API says to a request that it can't take: exactly what is wrong with it, as a problem of RFC 9457.

use serde_json::json;

use crate::support::{PASSWORD, TestApp};

/// The addresses that take one method.
const ROUTES: [(&str, &str); 21] = [
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/verify-email"),
    ("POST", "/api/v1/auth/verify-email/send"),
    ("POST", "/api/v1/auth/forgot-password"),
    ("POST", "/api/v1/auth/reset-password"),
    ("POST", "/api/v1/auth/confirm-email"),
    ("POST", "/api/v1/auth/undo-email-change"),
    ("POST", "/api/v1/auth/not-me"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/logout"),
    ("POST", "/api/v1/auth/logout-all"),
    ("POST", "/api/v1/auth/reauthenticate"),
    ("POST", "/api/v1/user/password"),
    ("POST", "/api/v1/user/email"),
    ("GET", "/api/v1/user/events"),
    ("GET", "/api/v1/user/export"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
];

#[tokio::test]
async fn an_unknown_path_is_404() {
    let app = TestApp::start().await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/auth/login",
        "/api/v1/auth",
        "/api/v1/auth/login/",
        "/api/v1/auth/login/x",
        "/api/v1/AUTH/login",
        "/api/v1//auth/login",
        "/api/v1/user",
        "/api/v1/user/profile/1",
        "/.well-known/nothing",
        "/health",
        "/api/v1/auth/%6cogin/x",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            app.ask(method, path).send().await.assert_any_problem(404);
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_405_and_the_right_ones_are_named() {
    let app = TestApp::start().await;
    for (right, path) in ROUTES {
        for wrong in ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
            if wrong == right {
                continue;
            }
            let answer = app.ask(wrong, path).send().await;
            assert_eq!(answer.status, 405, "{wrong} {path}: {answer:?}");
            answer.assert_any_problem(405);
            answer.assert_no_cookie();
            let expected: &[&str] = if right == "GET" {
                &["get", "head"]
            } else {
                &["post"]
            };
            assert_eq!(answer.list("allow"), expected, "{wrong} {path}");
        }
    }
}

#[tokio::test]
async fn an_address_that_takes_two_methods_names_both() {
    let app = TestApp::start().await;
    for (path, expected) in [
        ("/api/v1/user/profile", ["get", "head", "patch"].as_slice()),
        (
            "/api/v1/user/sessions",
            ["delete", "get", "head"].as_slice(),
        ),
        ("/api/v1/user/deletion", ["delete", "post"].as_slice()),
    ] {
        let answer = app.ask("PUT", path).send().await;
        answer.assert_any_problem(405);
        let mut allowed = answer.list("allow");
        allowed.sort();
        assert_eq!(allowed, expected, "{path}");
    }
}

#[tokio::test]
async fn what_changes_something_can_not_be_got() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    for path in [
        "/api/v1/auth/logout",
        "/api/v1/auth/logout-all",
        "/api/v1/auth/refresh",
        "/api/v1/auth/reauthenticate",
        "/api/v1/user/password",
        "/api/v1/user/email",
        "/api/v1/user/deletion",
        "/logout",
        "/notices/dismiss",
        "/fn/logout",
        "/fn/logout_all",
        "/fn/refresh",
        "/fn/plan_deletion",
        "/fn/export",
        "/fn/dismiss_notice?id=x",
        "/fn/login?username=ada&password=x",
    ] {
        for method in ["GET", "HEAD"] {
            let answer = app
                .ask(method, path)
                .bearer(&ada.access)
                .refresh_cookie(&ada.refresh)
                .send()
                .await;
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
            answer.assert_no_cookie();
        }
    }
    let by_query = format!("/login?username=ada&password={PASSWORD}").replace(' ', "+");
    let answer = app.get(&by_query).send().await;
    answer.assert_page(200);
    answer.assert_no_cookie();
    assert!(!answer.text().contains("weavers"));
    assert_eq!(app.database.state().await, before);
}

#[tokio::test]
async fn another_media_type_is_415() {
    let app = TestApp::start().await;
    let json =
        json!({ "username": "ada", "email": "ada@example.org", "password": PASSWORD }).to_string();
    for kind in [
        "text/plain",
        "application/jsonp",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/problem+json",
        "application/x-json",
        "text/json",
        "",
    ] {
        app.post("/api/v1/auth/register")
            .body(kind, json.clone())
            .send()
            .await
            .assert_any_problem(415);
        app.post("/api/v1/auth/login")
            .body(kind, json.clone())
            .send()
            .await
            .assert_any_problem(415);
    }
    app.post("/api/v1/auth/register")
        .form(&[
            ("username", "ada"),
            ("email", "ada@example.org"),
            ("password", PASSWORD),
        ])
        .send()
        .await
        .assert_any_problem(415);
    app.post("/api/v1/auth/register")
        .send()
        .await
        .assert_any_problem(415);
    let twice = app
        .post("/api/v1/auth/register")
        .header("content-type", "application/json")
        .body("application/json", json)
        .send()
        .await;
    twice.assert_any_problem(415);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test]
async fn broken_json_is_400() {
    let app = TestApp::start().await;
    for body in [
        "",
        "{",
        "{}}",
        "{\"username\":}",
        "{'username':'ada'}",
        "nonsense",
        "{\"username\":\"\\ud800\"}",
        "[1,]",
        "\u{feff}{}",
        "{\"n\":1e999}",
        "{\"n\":NaN}",
    ] {
        for path in ["/api/v1/auth/register", "/api/v1/auth/login"] {
            app.post(path)
                .body("application/json", body)
                .send()
                .await
                .assert_any_problem(400);
        }
    }
}

#[tokio::test]
async fn json_of_a_wrong_shape_is_422() {
    let app = TestApp::start().await;
    for body in [
        json!(null),
        json!([]),
        json!("ada"),
        json!(7),
        json!({}),
        json!({ "username": "ada" }),
        json!([{ "username": "ada" }]),
        json!({ "username": 1, "email": "ada@example.org", "password": PASSWORD }),
        json!({ "username": "ada", "email": ["ada@example.org"], "password": PASSWORD }),
        json!({ "username": "ada", "email": "ada@example.org", "password": { "$ne": null } }),
        json!({ "username": null, "email": null, "password": null }),
        json!({ "Username": "ada", "Email": "ada@example.org", "Password": PASSWORD }),
    ] {
        for path in ["/api/v1/auth/register", "/api/v1/auth/login"] {
            let answer = app.post(path).json(&body).send().await;
            if answer.status == 401 && path.ends_with("login") {
                // It had both members that a sign-in needs.
                continue;
            }
            answer.assert_any_problem(422);
            assert!(
                answer.json()["errors"]
                    .as_array()
                    .is_some_and(|errors| !errors.is_empty()),
                "{body}: {answer:?}"
            );
        }
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test]
async fn what_a_sign_in_does_not_know_is_refused_or_ignored() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let body = json!({ "username": "ada", "password": PASSWORD, "roles": ["admin"], "sub": "x", "ver": 99 });
    let answer = app.post("/api/v1/auth/login").json(&body).send().await;
    if answer.status == 200 {
        let claims = crate::support::claims_of(answer.json()["access_token"].as_str().unwrap());
        assert_eq!((&claims["roles"], &claims["ver"]), (&json!([]), &json!(1)));
    } else {
        answer.assert_any_problem(422);
    }
}

#[tokio::test]
async fn no_other_site_is_allowed_to_read_an_answer() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for origin in ["https://evil.example", "null", app.public_url.as_str()] {
        let answer = app
            .get("/api/v1/user/profile")
            .bearer(&ada.access)
            .header("origin", origin)
            .send()
            .await;
        let preflight = app
            .ask("OPTIONS", "/api/v1/user/profile")
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
            .send()
            .await;
        for answer in [answer, preflight] {
            let names: Vec<_> = answer
                .headers
                .keys()
                .filter(|name| name.as_str().starts_with("access-control-"))
                .collect();
            assert!(names.is_empty(), "{origin}: {names:?}");
        }
    }
}
