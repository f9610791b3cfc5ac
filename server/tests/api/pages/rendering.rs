//! What stands in the HTML: the viewer's name, no token, and a stranger's text as text.

use crate::support::{DAY, PASSWORD, TestApp, form};

#[tokio::test]
async fn the_signed_in_find_their_name_in_the_html_and_no_token() {
    let app = TestApp::start().await;
    let ada = app.register("Ada.Lovelace").await;
    for (path, name) in [
        ("/", "Hello, Ada.Lovelace"),
        ("/profile", "ada.lovelace@example.org"),
        ("/settings", "Devices"),
        ("/settings/email", "ada.lovelace@example.org"),
        ("/settings/profile", "Ada.Lovelace"),
    ] {
        let page = app.get(path).refresh_cookie(&ada.refresh).send().await;
        page.assert_page(200);
        page.assert_not_stored();
        page.assert_no_cookie();
        assert!(page.list("vary").contains(&"cookie".to_owned()), "{page:?}");
        let html = page.text();
        assert!(html.contains(name), "{path}: {html}");
        assert!(!html.contains("eyJ"), "{path} holds a token");
        assert!(!html.contains("argon2"));
    }
}

#[tokio::test]
async fn a_page_rotates_nothing_and_writes_nothing() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    let seen = app
        .database
        .texts("SELECT CAST(last_seen_at AS TEXT) FROM sessions")
        .await;
    app.advance(DAY);
    for path in [
        "/",
        "/profile",
        "/settings",
        "/settings/devices",
        "/settings/activity",
        "/settings/export",
        "/login",
        "/register",
        "/nowhere",
    ] {
        app.get(path)
            .refresh_cookie(&ada.refresh)
            .send()
            .await
            .assert_no_cookie();
        app.ask("HEAD", path)
            .refresh_cookie(&ada.refresh)
            .send()
            .await
            .assert_no_cookie();
    }
    assert_eq!(app.database.state().await, before);
    assert_eq!(
        app.database
            .texts("SELECT CAST(last_seen_at AS TEXT) FROM sessions")
            .await,
        seen
    );
}

#[tokio::test]
async fn a_stranger_is_shown_the_way_in() {
    let app = TestApp::start().await;
    let page = app.get("/").send().await;
    page.assert_page(200);
    page.assert_no_cookie();
    page.assert_not_stored();
    assert!(page.list("vary").contains(&"cookie".to_owned()));
    let html = page.text();
    assert!(
        html.contains("href=\"/login\"") && html.contains("href=\"/register\""),
        "{html}"
    );
}

#[tokio::test]
async fn one_viewers_page_holds_nothing_of_another() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    for _ in 0..10 {
        let (of_ada, of_eve) = tokio::join!(
            app.get("/profile").refresh_cookie(&ada.refresh).send(),
            app.get("/profile").refresh_cookie(&eve.refresh).send()
        );
        assert!(
            of_ada.text().contains("ada@example.org") && !of_ada.text().contains("eve@example.org")
        );
        assert!(
            of_eve.text().contains("eve@example.org") && !of_eve.text().contains("ada@example.org")
        );
    }
}

#[tokio::test]
async fn a_missing_page_is_404_in_the_same_look() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for path in [
        "/nowhere",
        "/login/x",
        "/pkg/nothing.js",
        "/index.html",
        "/.env",
        "/%3Cscript%3E",
    ] {
        let page = app.get(path).send().await;
        page.assert_page(404);
        assert!(page.text().contains("Page not found"), "{path}: {page:?}");
    }
    let page = app
        .get("/nowhere")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    page.assert_page(404);
    page.assert_not_stored();
}

#[tokio::test]
async fn a_strangers_text_stays_text() {
    const HOSTILE: [&str; 5] = [
        "</script><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus=alert(1) autofocus='",
        "<!--<script>",
        "{{7*7}}${7*7}",
    ];
    let app = TestApp::start().await;
    // Attributes stand in double quotes, so a single one does nothing.
    let escaped = |html: &str, text: &str| !html.contains(text) || !text.contains(['<', '"']);
    for text in HOSTILE {
        let fields = [
            ("username", text),
            ("email", text),
            ("password", PASSWORD),
            ("next", &format!("/{text}")),
        ];
        for path in ["/login", "/register"] {
            let html = app.post(path).form(&fields).send().await.text();
            assert!(html.contains("<form"), "{html}");
            assert!(
                escaped(&html, text),
                "{text} stands in {path} as it is: {html}"
            );
            assert!(
                !html.contains("<script>alert") && !html.contains("<img src=x"),
                "{html}"
            );
            let html = app
                .get(&format!(
                    "{path}?{}",
                    form(&[("next", &format!("/{text}")), ("reason", text)])
                ))
                .send()
                .await
                .text();
            assert!(
                escaped(&html, text),
                "{text} stands in {path} as it is: {html}"
            );
        }
        let html = app
            .get(&format!("/nowhere?{}", form(&[("q", text)])))
            .header("user-agent", text)
            .send()
            .await
            .text();
        assert!(escaped(&html, text), "{html}");
    }
}

#[tokio::test]
async fn a_device_with_a_hostile_name_is_shown_as_text() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let hostile = "</script><script>alert(1)</script>";
    let answer = app
        .post("/login")
        .header("user-agent", hostile)
        .form(&[("username", "ada"), ("password", PASSWORD)])
        .send()
        .await;
    let cookie = answer.refresh_cookie().unwrap().value;
    for path in ["/", "/profile"] {
        let html = app
            .get(path)
            .refresh_cookie(&cookie)
            .header("user-agent", hostile)
            .send()
            .await
            .text();
        assert!(
            !html.contains(hostile) && !html.contains("<script>alert"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn an_unknown_reason_says_nothing() {
    let app = TestApp::start().await;
    let hidden = |html: &str| html.contains("<p role=\"status\" hidden");
    let known = app.get("/login?reason=ended").send().await.text();
    assert!(
        known.contains("You were signed out because your session ended. Sign in to go on.")
            && !hidden(&known),
        "{known}"
    );
    let disowned = app.get("/login?reason=disowned").send().await.text();
    assert!(
        disowned.contains("Look into your mail") && !hidden(&disowned),
        "{disowned}"
    );
    for reason in [
        "Call+0800+EVIL",
        "",
        "Ended",
        "ended+EVIL",
        "ended&reason=EVIL",
    ] {
        let html = app
            .get(&format!("/login?reason={reason}"))
            .send()
            .await
            .text();
        assert!(!html.contains("EVIL"), "{html}");
        assert!(
            hidden(&html) || reason.starts_with("ended&"),
            "{reason}: {html}"
        );
    }
}
