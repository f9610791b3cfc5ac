//! What another site's page can make a browser send: nothing of it does anything.

use serde_json::json;

use crate::support::{Ask, PASSWORD, SignedIn, TestApp, registration};

/// Every request that could change something, with everything in it that would let it.
fn requests(app: &TestApp, who: &SignedIn) -> Vec<(&'static str, Ask)> {
    let armed = |path: &'static str| {
        (
            path,
            app.post(path)
                .refresh_cookie(&who.refresh)
                .bearer(&who.access),
        )
    };
    let login = [("username", "ada"), ("password", PASSWORD)];
    let register = [
        ("username", "mallory"),
        ("email", "mallory@example.org"),
        ("password", PASSWORD),
    ];
    let link = json!({ "token": "x" });
    let with = |(path, ask): (&'static str, Ask), body: serde_json::Value| (path, ask.json(&body));
    let with_form =
        |(path, ask): (&'static str, Ask), fields: &[(&str, &str)]| (path, ask.form(fields));
    vec![
        with(armed("/api/v1/auth/register"), registration("mallory")),
        with_form(armed("/api/v1/auth/login"), &login),
        with(
            armed("/api/v1/auth/login"),
            json!({ "username": "ada", "password": PASSWORD }),
        ),
        armed("/api/v1/auth/refresh"),
        armed("/api/v1/auth/logout"),
        armed("/api/v1/auth/logout-all"),
        with(
            armed("/api/v1/auth/reauthenticate"),
            json!({ "password": PASSWORD }),
        ),
        with(
            armed("/api/v1/user/password"),
            json!({ "current_password": PASSWORD, "new_password": "eight loud hatters hum" }),
        ),
        with(
            armed("/api/v1/user/email"),
            json!({ "email": "mallory@example.org" }),
        ),
        armed("/api/v1/user/deletion"),
        with(armed("/fn/register"), registration("mallory")),
        with(
            armed("/fn/login"),
            json!({ "username": "ada", "password": PASSWORD }),
        ),
        with(armed("/fn/refresh"), json!({})),
        with(armed("/fn/logout"), json!({})),
        with(armed("/fn/logout_all"), json!({})),
        with(armed("/fn/plan_deletion"), json!({})),
        with(armed("/fn/end_other_sessions"), json!({})),
        with(
            armed("/fn/dismiss_notice"),
            json!({ "id": "01890a5d-ac96-774b-bcce-b302099a8057" }),
        ),
        with_form(armed("/register"), &register),
        with_form(armed("/login"), &login),
        with(
            armed("/api/v1/auth/forgot-password"),
            json!({ "email": "ada@example.org" }),
        ),
        with(
            armed("/api/v1/auth/reset-password"),
            json!({ "token": "x", "password": PASSWORD }),
        ),
        with(armed("/api/v1/auth/verify-email"), json!({ "code": "1" })),
        armed("/api/v1/auth/verify-email/send"),
        with(armed("/api/v1/auth/confirm-email"), link.clone()),
        with(armed("/api/v1/auth/undo-email-change"), link.clone()),
        with(armed("/api/v1/auth/not-me"), link),
        with_form(armed("/forgot-password"), &[("email", "ada@example.org")]),
        with_form(armed("/reset-password"), &[("password", PASSWORD)]),
        with_form(armed("/verify-email"), &[("step", "send")]),
        with_form(armed("/confirm-email"), &[]),
        with_form(armed("/undo-email-change"), &[]),
        with_form(armed("/not-me"), &[]),
        with_form(armed("/logout"), &[]),
        with_form(
            armed("/notices/dismiss"),
            &[("id", "01890a5d-ac96-774b-bcce-b302099a8057")],
        ),
    ]
}

async fn assert_refused(app: &TestApp, who: &SignedIn, headers: &[(&str, &str)]) {
    let before = app.database.state().await;
    for (path, mut ask) in requests(app, who) {
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let answer = ask.send().await;
        assert_eq!(answer.status, 403, "{path} {headers:?}: {answer:?}");
        answer.assert_no_cookie();
        if path.starts_with("/api/") {
            answer.assert_any_problem(403);
        }
    }
    assert_eq!(app.database.state().await, before, "{headers:?}");
}

#[tokio::test]
async fn a_post_that_another_site_caused_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let own = app.public_url.clone();
    for site in [
        "cross-site",
        "same-site",
        "none",
        "",
        "Same-Origin",
        "nonsense",
        "same-origin, cross-site",
    ] {
        assert_refused(&app, &ada, &[("sec-fetch-site", site)]).await;
        assert_refused(&app, &ada, &[("sec-fetch-site", site), ("origin", &own)]).await;
    }
    assert_refused(
        &app,
        &ada,
        &[
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ],
    )
    .await;
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn where_a_browser_does_not_say_the_site_its_origin_must_be_ours() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let own = app.public_url.clone();
    let https = own.replace("http:", "https:");
    for origin in [
        "null",
        "https://evil.example",
        "",
        &format!("{own}.evil.example"),
        &format!("{own}/"),
        &format!("{own}0"),
        &https,
        "http://127.0.0.1",
        "file://",
        "http://",
    ] {
        assert_refused(&app, &ada, &[("origin", origin)]).await;
    }
    assert_refused(
        &app,
        &ada,
        &[("origin", &own), ("origin", "https://evil.example")],
    )
    .await;
    let answer = app
        .post("/api/v1/auth/refresh")
        .refresh_cookie(&ada.refresh)
        .header("origin", &own)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn the_host_that_a_request_names_is_not_believed() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let forged = format!(
        "POST /api/v1/auth/refresh HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nX-Forwarded-Host: evil.example\r\n\
         Forwarded: host=evil.example\r\nCookie: __Host-refresh_token={}\r\nContent-Length: 0\r\n\r\n",
        ada.refresh
    );
    assert_eq!(app.raw(forged).await.status, 403);
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        0
    );
}

#[tokio::test]
async fn every_request_does_something_where_it_comes_from_our_own_pages() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for (path, ask) in requests(&app, &ada) {
        let answer = ask
            .same_origin()
            .header("origin", &app.public_url)
            .send()
            .await;
        assert_ne!(answer.status, 403, "{path}: {answer:?}");
    }
    let answer = app
        .post("/logout")
        .refresh_cookie(&ada.refresh)
        .same_origin()
        .header("origin", "null")
        .form(&[])
        .send()
        .await;
    assert_eq!(
        answer.status, 303,
        "Sec-Fetch-Site stands over Origin: {answer:?}"
    );
}

#[tokio::test]
async fn who_is_no_browser_need_not_say_where_it_comes_from() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn a_page_may_be_looked_at_from_anywhere() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for site in ["cross-site", "none", "same-site"] {
        let page = app
            .get("/profile")
            .refresh_cookie(&ada.refresh)
            .header("sec-fetch-site", site)
            .send()
            .await;
        page.assert_page(200);
        page.assert_no_cookie();
    }
}

#[tokio::test]
async fn it_is_refused_before_its_body_is_read() {
    let app = TestApp::start().await;
    let long = app
        .post("/api/v1/auth/login")
        .header("sec-fetch-site", "cross-site")
        .body("application/json", vec![b'a'; 100_000])
        .send()
        .await;
    long.assert_any_problem(403);
    let begin = std::time::Instant::now();
    let never_sent = app
        .raw("POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 9\r\n\r\n")
        .await;
    never_sent.assert_any_problem(403);
    assert!(begin.elapsed() < std::time::Duration::from_secs(20));
}
