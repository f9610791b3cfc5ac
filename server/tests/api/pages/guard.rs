//! Guarded pages send a stranger away before anything of them is rendered, and back again.

use crate::support::{PASSWORD, TestApp, WRONG_PASSWORD};

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_and_back_again() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let away = app.get("/profile").send().await;
    away.assert_redirect("/login?next=/profile");
    away.assert_no_cookie();
    let page = app.get("/login?next=/profile").send().await;
    page.assert_page(200);
    assert!(
        page.text().contains("name=\"next\"") && page.text().contains("value=\"/profile\""),
        "{page:?}"
    );
    let fields = [
        ("username", "ada"),
        ("password", WRONG_PASSWORD),
        ("next", "/profile"),
    ];
    let wrong = app.post("/login").form(&fields).send().await;
    wrong.assert_page(422);
    assert!(wrong.text().contains("value=\"/profile\""), "{wrong:?}");
    let fields = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("next", "/profile"),
    ];
    let right = app.post("/login").form(&fields).send().await;
    right.assert_redirect("/profile");
    let page = app
        .get("/profile")
        .refresh_cookie(&right.refresh_cookie().unwrap().value)
        .send()
        .await;
    page.assert_page(200);
    assert!(page.text().contains("ada@example.org"));
}

#[tokio::test]
async fn what_the_app_calls_guarded_is_guarded_and_nothing_else_is() {
    let app = TestApp::start().await;
    for path in app::routes::GUARDED {
        app.get(path)
            .send()
            .await
            .assert_redirect(&format!("/login?next={path}"));
    }
    for path in ["/", "/login", "/register"] {
        app.get(path).send().await.assert_page(200);
    }
}

#[tokio::test]
async fn the_query_of_the_page_comes_along() {
    let app = TestApp::start().await;
    app.get("/profile?tab=1&x=%2F")
        .send()
        .await
        .assert_redirect("/login?next=/profile%3Ftab%3D1%26x%3D%252F");
    let stays = app.get("/profile?next=//evil.example").send().await;
    stays.assert_redirect("/login?next=/profile%3Fnext%3D//evil.example");
}

#[tokio::test]
async fn no_bad_cookie_opens_it() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for cookie in ["garbage", "", &ada.access, &format!("{}x", ada.refresh)] {
        let answer = app.get("/profile").refresh_cookie(cookie).send().await;
        answer.assert_redirect("/login?next=/profile");
        // Rendering judges nobody: the cookie is left as it is.
        answer.assert_no_cookie();
    }
    app.get("/profile")
        .bearer(&ada.access)
        .send()
        .await
        .assert_redirect("/login?next=/profile");
    app.post("/api/v1/auth/logout")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    app.get("/profile")
        .refresh_cookie(&ada.refresh)
        .send()
        .await
        .assert_redirect("/login?next=/profile");
}

#[tokio::test]
async fn a_disabled_user_is_a_stranger() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.database
        .execute("UPDATE users SET disabled_at = created_at")
        .await;
    app.get("/profile")
        .refresh_cookie(&ada.refresh)
        .send()
        .await
        .assert_redirect("/login?next=/profile");
    assert!(
        !app.get("/")
            .refresh_cookie(&ada.refresh)
            .send()
            .await
            .text()
            .contains("ada@example.org")
    );
}

#[tokio::test]
async fn other_spellings_of_its_address_do_not_open_it() {
    let app = TestApp::start().await;
    for path in [
        "/profile/",
        "//profile",
        "/PROFILE",
        "/%70rofile",
        "/./profile",
        "/profile;x",
        "/profile%00",
        "/x/../profile",
        "/profile.html",
    ] {
        let answer = app
            .raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            .await;
        assert!(
            matches!(answer.status, 303 | 400 | 404),
            "{path}: {answer:?}"
        );
        assert!(
            !answer.text().contains("Member since"),
            "{path}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn who_is_signed_in_does_not_sign_in_again() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for page in ["/login", "/register"] {
        app.get(page)
            .refresh_cookie(&ada.refresh)
            .send()
            .await
            .assert_redirect("/");
        app.get(&format!("{page}?next=/profile"))
            .refresh_cookie(&ada.refresh)
            .send()
            .await
            .assert_redirect("/profile");
    }
}
