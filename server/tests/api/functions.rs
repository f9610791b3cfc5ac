//! The door of the hydrated page: server functions under /fn.

use serde_json::{Value, json};

use crate::support::{
    Answer, MINUTE, PASSWORD, SignedIn, TestApp, WRONG_PASSWORD, claims_of, registration,
};

const ALL: [&str; 19] = [
    "/fn/register",
    "/fn/login",
    "/fn/refresh",
    "/fn/logout",
    "/fn/logout_all",
    "/fn/profile",
    "/fn/dismiss_notice",
    "/fn/reauthenticate",
    "/fn/change_password",
    "/fn/change_email",
    "/fn/change_username",
    "/fn/sessions",
    "/fn/end_session",
    "/fn/end_other_sessions",
    "/fn/events",
    "/fn/distrust_event",
    "/fn/plan_deletion",
    "/fn/cancel_deletion",
    "/fn/export",
];

/// Those that sign in, refresh and sign out: what brings or takes a session.
const OF_SESSIONS: [&str; 4] = ["/fn/register", "/fn/login", "/fn/refresh", "/fn/logout"];

async fn call(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.post(path).json(body).send().await
}

#[tokio::test]
async fn signing_in_gives_the_page_what_it_may_know_and_the_cookie_the_rest() {
    let app = TestApp::start().await;
    for (path, body) in [
        ("/fn/register", registration("Ada")),
        (
            "/fn/login",
            json!({ "username": "ada", "password": PASSWORD }),
        ),
    ] {
        let answer = call(&app, path, &body).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.assert_not_stored();
        let cookie = answer.refresh_cookie().unwrap();
        cookie.assert_attributes();
        assert_eq!(cookie.max_age, Some(30 * 24 * 60 * 60));
        assert!(!answer.text().contains(&cookie.value));
        let minted = answer.json();
        let access = minted["access_token"].as_str().unwrap();
        assert_eq!(minted["claims"], claims_of(access));
        assert_eq!(minted["expires_in"], 600);
        assert_eq!(minted["viewer"]["profile"]["username"], "Ada");
        assert_eq!(minted["outcome"], "signed_in");
        assert_eq!(minted["viewer"]["session"]["id"], claims_of(access)["sid"]);
        assert_ne!(
            minted["viewer"]["session"]["tag"],
            minted["viewer"]["session"]["id"]
        );
        assert_eq!(app.profile(access).await.status, 200);
    }
}

#[tokio::test]
async fn refreshing_rotates_by_the_cookie() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answer = app
        .post("/fn/refresh")
        .refresh_cookie(&ada.refresh)
        .same_origin()
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["outcome"], "rotated");
    assert_eq!(claims_of(&SignedIn::from(&answer).access)["gen"], 1);
    let again = app
        .post("/fn/refresh")
        .refresh_cookie(&ada.refresh)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(again.json()["outcome"], "minted_again");
}

#[tokio::test]
async fn a_refused_refresh_takes_the_cookie_away() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.post("/api/v1/auth/logout")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    let answer = app
        .post("/fn/refresh")
        .refresh_cookie(&ada.refresh)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!((answer.status, answer.json()), (401, json!("unauthorized")));
    answer.assert_cookie_cleared();
    for cookie in [
        b"__Host-refresh_token=a; __Host-refresh_token=b".as_slice(),
        b"__Host-refresh_token=\xff",
    ] {
        let answer = app
            .post("/fn/refresh")
            .header("cookie", cookie)
            .json(&json!({}))
            .send()
            .await;
        assert_eq!(answer.status, 401);
        answer.assert_cookie_cleared();
    }
    let answer = call(&app, "/fn/refresh", &json!({})).await;
    assert_eq!((answer.status, answer.json()), (401, json!("unauthorized")));
    answer.assert_no_cookie();
}

#[tokio::test]
async fn signing_out_ends_the_session_of_the_cookie_and_that_of_the_bearer() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    let answer = app
        .post("/fn/logout")
        .bearer(&ada.access)
        .refresh_cookie(&eve.refresh)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_cookie_cleared();
    app.assert_dead(&ada).await;
    app.assert_dead(&eve).await;
    assert_eq!(call(&app, "/fn/logout", &json!({})).await.status, 200);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let app = TestApp::start().await;
    let (here, there) = (app.register("ada").await, app.login("ada").await);
    let answer = app
        .post("/fn/logout_all")
        .bearer(&here.access)
        .refresh_cookie(&here.refresh)
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_cookie_cleared();
    app.assert_dead(&here).await;
    app.assert_dead(&there).await;
}

#[tokio::test]
async fn the_profile_is_its_bearers() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let eve = app.register("eve").await;
    let answer = app
        .post("/fn/profile")
        .bearer(&ada.access)
        .refresh_cookie(&eve.refresh)
        .json(&json!({ "id": eve.id }))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["username"], "ada");
    answer.assert_not_stored();
    answer.assert_no_cookie();
}

#[tokio::test]
async fn a_refusal_is_told_in_the_apps_own_words() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let wrong = call(
        &app,
        "/fn/login",
        &json!({ "username": "ada", "password": WRONG_PASSWORD }),
    )
    .await;
    assert_eq!(
        (wrong.status, wrong.json()),
        (401, json!("wrong_credentials"))
    );
    wrong.assert_no_cookie();
    let taken = call(&app, "/fn/register", &registration("ada")).await;
    assert_eq!(taken.status, 422, "{taken:?}");
    let fields: Vec<_> = taken.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].clone())
        .collect();
    assert_eq!(fields, ["username", "email"]);
    let invalid = call(
        &app,
        "/fn/register",
        &json!({ "username": "a", "email": "b", "password": "c" }),
    )
    .await;
    assert_eq!(invalid.status, 422);
    assert_eq!(invalid.json()["fields"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_bearer_token_is_needed_and_a_cookie_alone_is_not_enough() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for path in ALL.into_iter().filter(|path| !OF_SESSIONS.contains(path)) {
        // All that any of them is told; what is not asked for is ignored.
        let body = json!({
            "id": "01890a5d-ac96-774b-bcce-b302099a8057", "password": PASSWORD, "current": PASSWORD, "new": PASSWORD, "email": "a@example.org",
            "username": "eve", "before": null,
        });
        let answer = app
            .post(path)
            .refresh_cookie(&ada.refresh)
            .same_origin()
            .json(&body)
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.json()),
            (401, json!("unauthorized")),
            "{path}"
        );
        answer.assert_no_cookie();
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        let answer = app.post(path).bearer(&ada.refresh).json(&body).send().await;
        assert_eq!(answer.status, 401, "{path}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("invalid_token"), "{challenge}");
    }
    assert_eq!(app.profile(&ada.access).await.status, 200);
}

#[tokio::test]
async fn an_old_proof_is_told_apart_from_a_void_token_and_the_password_renews_it() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.advance(11 * MINUTE);
    let ada = app.refresh(&ada.refresh).await;
    for (path, body) in [
        ("/fn/change_username", json!({ "username": "countess" })),
        ("/fn/change_email", json!({ "email": "ada@example.net" })),
        ("/fn/plan_deletion", json!({})),
        ("/fn/export", json!({})),
    ] {
        let answer = app.post(path).bearer(&ada.access).json(&body).send().await;
        assert_eq!(
            (answer.status, answer.json()),
            (401, json!("proof_too_old")),
            "{path}"
        );
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(
            challenge.contains("insufficient_user_authentication"),
            "{challenge}"
        );
        answer.assert_no_cookie();
    }
    let prove = async |password: &str| {
        let body = json!({ "password": password });
        let ask = app.post("/fn/reauthenticate").bearer(&ada.access);
        ask.json(&body).send().await
    };
    let wrong = prove(WRONG_PASSWORD).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
    assert_eq!(wrong.json()["fields"][0]["field"], "password");
    wrong.assert_no_cookie();
    let right = prove(PASSWORD).await;
    assert_eq!(right.status, 200, "{right:?}");
    assert_eq!(right.json()["outcome"], "minted_again");
    let proven = SignedIn::from(&right);
    let renamed = app
        .post("/fn/change_username")
        .bearer(&proven.access)
        .json(&json!({ "username": "countess" }))
        .send()
        .await;
    assert_eq!(
        (renamed.status, &renamed.json()["username"]),
        (200, &json!("countess"))
    );
}

#[tokio::test]
async fn a_changed_password_brings_a_new_session_by_the_cookie() {
    let app = TestApp::start().await;
    let (ada, there) = (app.register("ada").await, app.login("ada").await);
    let answer = app
        .post("/fn/change_password")
        .bearer(&ada.access)
        .json(&json!({ "current": PASSWORD, "new": "eight loud hatters hum" }))
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    let cookie = answer.refresh_cookie().unwrap();
    cookie.assert_attributes();
    assert!(!answer.text().contains(&cookie.value));
    let now = SignedIn::from(&answer);
    app.assert_dead(&ada).await;
    app.assert_dead(&there).await;
    assert_eq!(app.profile(&now.access).await.status, 200);
}

#[tokio::test]
async fn a_device_a_page_of_events_and_all_data_are_told_as_the_page_reads_them() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let ask = async |path: &str, body: Value| {
        let answer = app.post(path).bearer(&ada.access).json(&body).send().await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.assert_not_stored();
        answer.json()
    };
    let sessions = ask("/fn/sessions", json!({})).await;
    assert_eq!(sessions[0]["is_this"], true);
    let events = ask("/fn/events", json!({ "before": null })).await;
    assert_eq!(events["next"], Value::Null);
    assert!(!events["events"].as_array().unwrap().is_empty());
    let text = ask("/fn/export", json!({})).await;
    let export: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
    assert_eq!(export["user"]["id"], ada.id);
    assert_eq!(ask("/fn/end_other_sessions", json!({})).await, 0);
    let planned = ask("/fn/plan_deletion", json!({})).await;
    assert!(planned["deletes_at"].is_string());
    let kept = ask("/fn/cancel_deletion", json!({})).await;
    assert_eq!(kept["deletes_at"], Value::Null);
}

#[tokio::test]
async fn they_can_be_posted_to_alone() {
    let app = TestApp::start().await;
    for path in ALL {
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
            let answer = app.ask(method, path).send().await;
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
            assert_eq!(answer.list("allow"), ["post"], "{method} {path}");
        }
    }
}

#[tokio::test]
async fn an_unknown_one_is_404() {
    let app = TestApp::start().await;
    for path in [
        "/fn",
        "/fn/",
        "/fn/nothing",
        "/fn/login/",
        "/fn/login/x",
        "/fn/Login",
        "/fn/delete_everything",
        "/fn/login1234",
    ] {
        let answer = call(&app, path, &json!({})).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        answer.assert_says_nothing_of_the_inside();
    }
}

#[tokio::test]
async fn only_json_is_read() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let body = json!({ "username": "ada", "password": PASSWORD }).to_string();
    for kind in [
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/cbor",
        "",
    ] {
        for path in ALL {
            let answer = app.post(path).body(kind, body.clone()).send().await;
            assert_eq!(answer.status, 415, "{path} {kind}: {answer:?}");
            answer.assert_no_cookie();
        }
    }
    let form = app
        .post("/fn/login")
        .form(&[("username", "ada"), ("password", PASSWORD)])
        .header("accept", "text/html")
        .send()
        .await;
    assert_eq!(form.status, 415);
    assert!(!form.headers.contains_key("location"));
}

#[tokio::test]
async fn arguments_that_can_not_be_read_are_4xx() {
    let app = TestApp::start().await;
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 422),
        ("[\"ada\",\"the weavers sing at noon\"]", 422),
        ("null", 422),
        ("{}", 400),
        ("{\"username\":1,\"password\":2}", 400),
        ("\"x\"", 422),
        ("{\"username\":\"ada\"}", 400),
    ] {
        let answer = app
            .post("/fn/login")
            .body("application/json", body)
            .send()
            .await;
        assert!((400..500).contains(&answer.status), "{body}: {answer:?}");
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        answer.assert_says_nothing_of_the_inside();
        answer.assert_no_cookie();
    }
}

#[tokio::test]
async fn what_a_stranger_may_not_decide_is_never_applied() {
    let app = TestApp::start().await;
    let mut body = registration("eve");
    body["roles"] = json!(["admin"]);
    body["id"] = json!("00000000-0000-7000-8000-000000000001");
    let answer = call(&app, "/fn/register", &body).await;
    if answer.status == 200 {
        assert_eq!(answer.json()["viewer"]["profile"]["roles"], json!([]));
        assert_ne!(answer.json()["viewer"]["profile"]["id"], body["id"]);
    }
    assert!(
        app.database
            .texts("SELECT role_names FROM users")
            .await
            .iter()
            .all(|roles| roles == "[]")
    );
}
