//! Cookies that a sibling domain could set, or a neighbour could spoil: the refresh cookie is read byte for byte, or not at all.

use crate::support::{Answer, COOKIE, TestApp};

async fn refresh(app: &TestApp, cookie: &[u8]) -> Answer {
    app.post("/api/v1/auth/refresh")
        .header("cookie", cookie)
        .send()
        .await
}

#[tokio::test]
async fn a_look_alike_is_not_the_cookie() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    for name in [
        b"%5F%5FHost-refresh_token".as_slice(),
        b"%5f%5fHost-refresh_token",
        b"__Host%2Drefresh_token",
        b"\xe2\x80\x80__Host-refresh_token",
        b"\xc2\xa0__Host-refresh_token",
        b"__host-refresh_token",
        b"__HOST-REFRESH_TOKEN",
        b"__Host-refresh_token ;x",
        b"__Secure-refresh_token",
        b"refresh_token",
        b"latchkey-dev-refresh_token",
        b"\"__Host-refresh_token\"",
        b"x=__Host-refresh_token",
        b"__Host-refresh_token\xe2\x80\x80",
        b"\xef\xbb\xbf__Host-refresh_token",
        b"$__Host-refresh_token",
        b"=__Host-refresh_token",
    ] {
        let cookie = [name, b"=", ada.refresh.as_bytes()].concat();
        let answer = refresh(&app, &cookie).await;
        assert_eq!(
            answer.status,
            401,
            "{}: {answer:?}",
            String::from_utf8_lossy(name)
        );
        let page = app.get("/profile").header("cookie", &cookie).send().await;
        assert_eq!(page.status, 303, "{}", String::from_utf8_lossy(name));
    }
    assert_eq!(app.database.state().await, before);
}

#[tokio::test]
async fn a_look_alike_does_not_win_over_the_cookie() {
    let app = TestApp::start().await;
    let (mut ada, eve) = (app.register("ada").await, app.register("eve").await);
    for name in [
        "%5F%5FHost-refresh_token",
        "__host-refresh_token",
        "\u{2000}__Host-refresh_token",
    ] {
        for cookie in [
            format!("{COOKIE}={}; {name}={}", ada.refresh, eve.refresh),
            format!("{name}={}; {COOKIE}={}", eve.refresh, ada.refresh),
        ] {
            let answer = refresh(&app, cookie.as_bytes()).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let refreshed = crate::support::SignedIn::from(&answer);
            assert_eq!(refreshed.id, ada.id);
            ada = refreshed;
        }
    }
}

#[tokio::test]
async fn two_of_the_name_count_as_none() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    let before = app.database.state().await;
    for cookie in [
        format!("{COOKIE}={}; {COOKIE}={}", ada.refresh, eve.refresh),
        format!("{COOKIE}={}; {COOKIE}={}", ada.refresh, ada.refresh),
        format!("{COOKIE}={}; {COOKIE}=", ada.refresh),
        format!("{COOKIE}=; a=b; {COOKIE}={}", ada.refresh),
    ] {
        let answer = refresh(&app, cookie.as_bytes()).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        assert_eq!(
            app.get("/profile")
                .header("cookie", &cookie)
                .send()
                .await
                .status,
            303
        );
    }
    let in_two_headers = app
        .post("/api/v1/auth/refresh")
        .refresh_cookie(&ada.refresh)
        .refresh_cookie(&eve.refresh)
        .send()
        .await;
    assert_eq!(in_two_headers.status, 401, "{in_two_headers:?}");
    assert_eq!(app.database.state().await, before);
}

#[tokio::test]
async fn what_no_token_could_be_is_an_invalid_one_and_is_cleared() {
    let app = TestApp::start().await;
    for cookie in [
        b"__Host-refresh_token=\xff".as_slice(),
        b"__Host-refresh_token=",
    ] {
        let answer = refresh(&app, cookie).await;
        answer.assert_problem(401, "Invalid token");
        answer.assert_cookie_cleared();
    }
}

#[tokio::test]
async fn a_foreign_byte_in_a_neighbour_hides_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.register("ada").await;
    for neighbour in [
        b"a=\xff".as_slice(),
        b"\xfe\xff",
        b"a=\"",
        b"a=\xc3\xa9",
        b"%",
        b"=",
        b"",
        b";;;",
        b"a==b",
        b"a=b,c=d",
    ] {
        for first in [true, false] {
            let own = format!("{COOKIE}={}", ada.refresh);
            let (left, right) = if first {
                (neighbour, own.as_bytes())
            } else {
                (own.as_bytes(), neighbour)
            };
            let answer = refresh(&app, &[left, b"; ", right].concat()).await;
            assert_eq!(
                answer.status,
                200,
                "{}: {answer:?}",
                String::from_utf8_lossy(neighbour)
            );
            ada = crate::support::SignedIn::from(&answer);
        }
    }
}

#[tokio::test]
async fn a_value_is_not_decoded() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let escaped = ada
        .refresh
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect::<Vec<_>>()
        .concat();
    for value in [
        escaped,
        format!("\"{}\"", ada.refresh),
        format!("{}%20", ada.refresh),
        ada.refresh.replace('.', "%2E"),
        format!("{}\u{e9}", ada.refresh),
    ] {
        let answer = app.try_refresh(&value).await;
        assert_eq!(answer.status, 401, "{value}: {answer:?}");
        answer.assert_cookie_cleared();
    }
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        0
    );
}

#[tokio::test]
async fn neither_the_pages_nor_the_functions_read_more_of_it_than_they_may() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    for (path, body) in [
        ("/fn/profile", "{}"),
        ("/fn/logout_all", "{}"),
        ("/fn/dismiss_notice", "{\"id\":\"x\"}"),
        ("/fn/reauthenticate", "{\"password\":\"x\"}"),
        ("/fn/sessions", "{}"),
        ("/fn/end_other_sessions", "{}"),
        ("/fn/plan_deletion", "{}"),
        ("/fn/export", "{}"),
    ] {
        let answer = app
            .post(path)
            .refresh_cookie(&ada.refresh)
            .same_origin()
            .body("application/json", body)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{path}: {answer:?}");
        answer.assert_no_cookie();
    }
    assert_eq!(app.database.state().await, before);
}
