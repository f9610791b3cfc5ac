//! The forms without JavaScript: each posts to its own page's address; 303 on success, the same page again with 422 otherwise.

use crate::support::{PASSWORD, SignedIn, TestApp, WRONG_PASSWORD};

fn register_fields<'a>(
    username: &'a str,
    email: &'a str,
    password: &'a str,
) -> [(&'a str, &'a str); 4] {
    [
        ("username", username),
        ("email", email),
        ("password", password),
        ("next", ""),
    ]
}

#[tokio::test]
async fn creating_an_account_signs_in_and_goes_home() {
    let app = TestApp::start().await;
    let answer = app
        .post("/register")
        .same_origin()
        .form(&register_fields("Ada", "ada@example.org", PASSWORD))
        .send()
        .await;
    answer.assert_redirect("/");
    let cookie = answer.refresh_cookie().unwrap();
    cookie.assert_attributes();
    assert_eq!(cookie.max_age, Some(30 * 24 * 60 * 60));
    let home = app.get("/").refresh_cookie(&cookie.value).send().await;
    assert!(home.text().contains("Hello, Ada"), "{home:?}");
}

#[tokio::test]
async fn signing_in_goes_home_or_on() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for identifier in ["ada", "ADA@example.org"] {
        let answer = app
            .post("/login")
            .same_origin()
            .form(&[
                ("username", identifier),
                ("password", PASSWORD),
                ("next", ""),
            ])
            .send()
            .await;
        answer.assert_redirect("/");
        answer.refresh_cookie().unwrap().assert_attributes();
    }
    let answer = app
        .post("/login")
        .form(&[("username", "ada"), ("password", PASSWORD)])
        .send()
        .await;
    answer.assert_redirect("/");
}

#[tokio::test]
async fn a_refused_sign_in_keeps_the_name_and_drops_the_password() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let page = app
        .post("/login")
        .form(&[
            ("username", "ada"),
            ("password", WRONG_PASSWORD),
            ("next", "/profile"),
        ])
        .send()
        .await;
    page.assert_page(422);
    page.assert_not_stored();
    page.assert_no_cookie();
    let html = page.text();
    assert!(
        html.contains("Invalid username or password. Check both and try again."),
        "{html}"
    );
    assert!(
        html.contains("value=\"ada\"") && html.contains("value=\"/profile\""),
        "{html}"
    );
    assert!(!html.contains("weavers"), "the password is echoed");
    assert!(html.contains("action=\"/login\"") && html.contains("method=\"post\""));
}

#[tokio::test]
async fn a_refused_registration_names_each_field_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let page = app
        .post("/register")
        .form(&register_fields("a b", "nowhere", "short-canary"))
        .send()
        .await;
    page.assert_page(422);
    page.assert_no_cookie();
    let html = page.text();
    assert!(
        html.contains("value=\"a b\"") && html.contains("value=\"nowhere\""),
        "{html}"
    );
    assert!(!html.contains("short-canary"), "the password is echoed");
    assert!(html.matches("aria-invalid=\"true\"").count() >= 2, "{html}");
    assert!(
        html.contains("Use only the letters a to z, digits"),
        "{html}"
    );
    app.register("ada").await;
    let page = app
        .post("/register")
        .form(&register_fields("ada", "ada@example.org", PASSWORD))
        .send()
        .await;
    page.assert_page(422);
    assert!(page.text().contains("This username is taken"), "{page:?}");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 1);
}

#[tokio::test]
async fn fields_that_were_left_out_are_asked_for() {
    let app = TestApp::start().await;
    for path in ["/login", "/register"] {
        let page = app.post(path).form(&[]).send().await;
        page.assert_page(422);
        assert!(page.text().contains("action=\"/"), "{page:?}");
        let page = app
            .post(path)
            .form(&[("username", ""), ("email", ""), ("password", "")])
            .send()
            .await;
        page.assert_page(422);
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_and_goes_home() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/logout")
        .refresh_cookie(&ada.refresh)
        .same_origin()
        .form(&[])
        .send()
        .await;
    answer.assert_redirect("/");
    answer.assert_cookie_cleared();
    app.assert_dead(&ada).await;
    app.post("/logout")
        .form(&[])
        .send()
        .await
        .assert_redirect("/");
    app.post("/logout")
        .refresh_cookie("garbage")
        .form(&[])
        .send()
        .await
        .assert_redirect("/");
}

#[tokio::test]
async fn a_form_ends_the_session_whose_cookie_came_along() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/register")
        .refresh_cookie(&ada.refresh)
        .form(&register_fields("eve", "eve@example.org", PASSWORD))
        .send()
        .await;
    answer.assert_redirect("/");
    app.assert_dead(&ada).await;
    let eve = answer.refresh_cookie().unwrap().value;
    let answer = app
        .post("/login")
        .refresh_cookie(&eve)
        .form(&[("username", "ada"), ("password", PASSWORD)])
        .send()
        .await;
    answer.assert_redirect("/");
    app.try_refresh(&eve)
        .await
        .assert_problem(401, "Invalid token");
}

#[tokio::test]
async fn a_notice_is_dismissed_without_scripts() {
    let app = TestApp::start().await;
    let stolen = app.register("ada").await;
    let newer = app.refresh(&stolen.refresh).await;
    app.confirm(&newer).await;
    app.advance(std::time::Duration::from_secs(11));
    app.try_refresh(&stolen.refresh).await;
    let SignedIn { refresh, .. } = app.login("ada").await;
    let html = app.get("/").refresh_cookie(&refresh).send().await.text();
    let form = html
        .split("action=\"/notices/dismiss\"")
        .nth(1)
        .expect("a form to dismiss the notice");
    let id = form
        .split("name=\"id\"")
        .nth(1)
        .and_then(|rest| rest.split("value=\"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let answer = app
        .post("/notices/dismiss")
        .refresh_cookie(&refresh)
        .same_origin()
        .form(&[("id", id)])
        .send()
        .await;
    answer.assert_redirect("/");
    assert!(
        !app.get("/")
            .refresh_cookie(&refresh)
            .send()
            .await
            .text()
            .contains("We ended a session of yours")
    );
    assert_eq!(app.try_refresh(&refresh).await.status, 200);
}

#[tokio::test]
async fn what_is_no_form_is_refused_as_a_page() {
    let app = TestApp::start().await;
    for path in ["/login", "/register", "/notices/dismiss"] {
        let page = app
            .post(path)
            .body("application/json", "{\"username\":\"ada\"}")
            .send()
            .await;
        page.assert_page(415);
        page.assert_no_cookie();
        app.post(path)
            .body("application/x-www-form-urlencoded", "username=%ff")
            .send()
            .await
            .assert_page(400);
        app.post(path)
            .body("application/x-www-form-urlencoded", vec![b'a'; 70_000])
            .send()
            .await
            .assert_page(413);
    }
    for (path, method) in [
        ("/", "POST"),
        ("/profile", "POST"),
        ("/login", "DELETE"),
        ("/logout", "GET"),
        ("/notices/dismiss", "GET"),
    ] {
        let page = app.ask(method, path).send().await;
        page.assert_page(405);
        assert!(
            page.headers.contains_key("allow"),
            "{method} {path}: {page:?}"
        );
    }
}

#[tokio::test]
async fn both_forms_say_where_and_how_they_post_before_any_script_runs() {
    let app = TestApp::start().await;
    for path in ["/login", "/register"] {
        let html = app.get(path).send().await.text();
        let own = html
            .split("<form")
            .find(|form| form.contains(&format!("action=\"{path}\"")))
            .unwrap_or_else(|| panic!("{path}: {html}"));
        assert!(own.contains("method=\"post\""), "{own}");
        assert!(own.contains("autocomplete=\"username\""), "{own}");
        let password = if path == "/login" {
            "current-password"
        } else {
            "new-password"
        };
        assert!(
            own.contains(&format!("autocomplete=\"{password}\"")),
            "{own}"
        );
    }
}
