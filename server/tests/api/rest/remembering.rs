//! What a browser keeps after signing in: the refresh token for long or not, and that by which it is known again.

use serde_json::json;

use crate::support::{Answer, COOKIE, DEVICE_COOKIE, PASSWORD, SignedIn, TestApp, WRONG_PASSWORD};

async fn login(app: &TestApp, device: Option<&str>, password: &str) -> Answer {
    let ask = app.post("/api/v1/auth/login");
    let ask = match device {
        Some(device) => ask.header("cookie", format!("{DEVICE_COOKIE}={device}")),
        None => ask,
    };
    ask.json(&json!({ "username": "ada", "password": password }))
        .send()
        .await
}

#[tokio::test]
async fn who_asks_not_to_be_remembered_gets_a_cookie_that_goes_with_the_browser() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let json = json!({ "username": "ada", "password": PASSWORD, "remember": false });
    let by_json = app.post("/api/v1/auth/login").json(&json).send().await;
    let form = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("remember", "false"),
    ];
    let by_form = app.post("/api/v1/auth/login").form(&form).send().await;
    let by_function = app.post("/fn/login").json(&json).send().await;
    let page = [("username", "ada"), ("password", PASSWORD)];
    let by_page = app.post("/login").same_origin().form(&page).send().await;
    for answer in [&by_json, &by_form, &by_function, &by_page] {
        let cookie = answer.refresh_cookie().unwrap();
        assert_eq!(cookie.max_age, None, "{answer:?}");
        cookie.assert_attributes();
        let refreshed = app.try_refresh(&cookie.value).await;
        assert_eq!(refreshed.refresh_cookie().unwrap().max_age, None);
    }
    let box_checked = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("remember", "on"),
    ];
    let kept = app.post("/login").form(&box_checked).send().await;
    assert!(kept.refresh_cookie().unwrap().max_age.is_some());
}

#[tokio::test]
async fn remember_must_be_true_or_false() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let json = json!({ "username": "ada", "password": PASSWORD, "remember": "no" });
    let answer = app.post("/api/v1/auth/login").json(&json).send().await;
    answer.assert_any_problem(422);
    assert_eq!(answer.json()["errors"][0]["field"], "remember");
    let form = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("remember", "no"),
    ];
    let answer = app.post("/api/v1/auth/login").form(&form).send().await;
    answer.assert_any_problem(422);
}

#[tokio::test]
async fn a_browser_is_given_once_what_it_is_known_again_by() {
    let app = TestApp::start().await;
    let registered = app.try_register("ada").await;
    let device = registered.cookie(DEVICE_COOKIE).unwrap();
    device.assert_for_this_host();
    assert_eq!(device.max_age, Some(365 * 24 * 60 * 60));
    assert_eq!(device.value.len(), 43);
    let again = login(&app, Some(&device.value), PASSWORD).await;
    assert!(again.cookie(DEVICE_COOKIE).is_none());
    let elsewhere = login(&app, None, PASSWORD).await;
    assert_ne!(elsewhere.cookie(DEVICE_COOKIE).unwrap().value, device.value);
    let wrong = login(&app, None, WRONG_PASSWORD).await;
    assert!(wrong.set_cookies().is_empty(), "nor on a failure");
    let two = format!("{DEVICE_COOKIE}={0}; {DEVICE_COOKIE}={0}", device.value);
    let twice = app
        .post("/api/v1/auth/login")
        .header("cookie", two)
        .json(&json!({ "username": "ada", "password": PASSWORD }))
        .send()
        .await;
    assert!(
        twice.cookie(DEVICE_COOKIE).is_some(),
        "two of the name are none"
    );
}

#[tokio::test]
async fn the_refresh_cookie_comes_first_and_signing_out_leaves_the_browser_known() {
    let app = TestApp::start().await;
    let answer = app.try_register("ada").await;
    let names: Vec<String> = answer
        .set_cookies()
        .into_iter()
        .map(|cookie| cookie.name)
        .collect();
    assert_eq!(names, [COOKIE, DEVICE_COOKIE]);
    let ada = SignedIn::from(&answer);
    let out = app
        .post("/api/v1/auth/logout")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    assert!(out.cookie(DEVICE_COOKIE).is_none());
}

#[tokio::test]
async fn a_stranger_who_guesses_does_not_keep_the_owner_out() {
    let app = TestApp::start().await;
    let registered = app.try_register("ada").await;
    let device = registered.cookie(DEVICE_COOKIE).unwrap().value;
    while login(&app, None, WRONG_PASSWORD).await.status != 429 {}
    assert_eq!(login(&app, None, PASSWORD).await.status, 429);
    assert_eq!(login(&app, Some(&device), PASSWORD).await.status, 200);
}

#[tokio::test]
async fn one_address_is_slowed_down_whatever_accounts_it_tries() {
    let settings = [
        ("LATCHKEY_CLIENT_ADDRESS_HEADER", "x-forwarded-for"),
        ("LATCHKEY_ADDRESS_FREE_TRIES", "15"),
    ];
    let app = TestApp::with(&settings).await;
    app.register("ada").await;
    let guess = async |address: &str, number: usize| {
        let body = json!({ "username": format!("nobody-{number}"), "password": WRONG_PASSWORD });
        app.post("/api/v1/auth/login")
            .header("x-forwarded-for", address)
            .json(&body)
            .send()
            .await
            .status
    };
    let mut tries = 0;
    // One customer has all of an IPv6 network of 64 bits.
    while guess(&format!("2001:db8::{tries:x}"), tries).await == 401 {
        tries += 1;
        assert!(tries < 100, "an address may guess without end");
    }
    assert_eq!(tries, 16);
    assert_eq!(guess("2001:db8:0:1::1", 1_000).await, 401);
    assert_eq!(guess("192.0.2.1", 1_001).await, 401);
}
