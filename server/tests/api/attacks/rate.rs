//! How often one address may ask, and who says what the address is.

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestApp};

const TIGHT: [(&str, &str); 2] = [("LATCHKEY_CREDENTIAL_RATE_BURST", "3"), ("LATCHKEY_CREDENTIAL_RATE_PER_SECOND", "1")];
const BEHIND_A_PROXY: (&str, &str) = ("LATCHKEY_CLIENT_ADDRESS_HEADER", "x-forwarded-for");

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 429, "{answer:?}");
    answer.assert_no_cookie();
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1, "{answer:?}");
}

/// Tries to sign in from an address, as a header tells it.
async fn from(app: &TestApp, header: &str, address: &str) -> Answer {
    app.post("/api/v1/auth/login").header(header, address).form(&[("username", "nobody"), ("password", PASSWORD)]).send().await
}

#[tokio::test]
async fn an_address_that_signs_in_too_often_is_asked_to_wait() {
    let app = TestApp::with(&TIGHT).await;
    let ada = app.register("ada").await;
    for _ in 0..2 {
        assert_eq!(app.try_login("ada", PASSWORD).await.status, 200);
    }
    let refused = app.try_login("ada", PASSWORD).await;
    assert_refused(&refused);
    refused.assert_any_problem(429);
    assert_refused(&app.try_register("eve").await);
    // The other budget is untouched.
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
    assert_eq!(app.get("/health/live").send().await.status, 200);
}

#[tokio::test]
async fn no_door_is_a_way_around_it() {
    let credentials = json!({ "username": "nobody", "password": PASSWORD });
    for spent_at in 0..3 {
        let app = TestApp::with(&TIGHT).await;
        let doors = async |door: usize| match door {
            0 => app.post("/api/v1/auth/login").json(&credentials).send().await,
            1 => app.post("/fn/login").json(&credentials).send().await,
            _ => app.post("/login").form(&[("username", "nobody"), ("password", PASSWORD)]).send().await,
        };
        for _ in 0..3 {
            assert_ne!(doors(spent_at).await.status, 429);
        }
        for door in 0..3 {
            let answer = doors(door).await;
            assert_eq!(answer.status, 429, "spent at {spent_at}, tried at {door}: {answer:?}");
            assert_refused(&answer);
        }
    }
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let app = TestApp::with(&TIGHT).await;
    for _ in 0..3 {
        app.try_login("nobody", PASSWORD).await;
    }
    let fields = [("username", "grace"), ("email", "grace@example.org"), ("password", PASSWORD), ("next", "/profile")];
    let page = app.post("/register").form(&fields).send().await;
    assert_refused(&page);
    page.assert_page(429);
    let html = page.text();
    assert!(html.contains("value=\"grace\"") && html.contains("value=\"grace@example.org\""), "{page:?}");
    assert!(!html.contains("weavers"));
}

#[tokio::test]
async fn other_requests_have_a_budget_too() {
    let app = TestApp::with(&[("LATCHKEY_REQUEST_RATE_BURST", "5"), ("LATCHKEY_REQUEST_RATE_PER_SECOND", "1")]).await;
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(app.get("/api/v1/user/profile").send().await);
    }
    assert!(answers.iter().take(5).all(|answer| answer.status == 401));
    let refused = answers.iter().find(|answer| answer.status == 429).expect("a limit");
    assert_refused(refused);
    refused.assert_any_problem(429);
    assert_refused(&app.get("/").send().await);
    assert_refused(&app.post("/fn/refresh").body("application/json", "{}").send().await);
    for _ in 0..20 {
        assert_eq!(app.get("/health/live").send().await.status, 200);
    }
}

#[tokio::test]
async fn who_is_refused_is_refused_with_all_the_headers() {
    let app = TestApp::with(&[("LATCHKEY_REQUEST_RATE_BURST", "1"), ("LATCHKEY_REQUEST_RATE_PER_SECOND", "1")]).await;
    app.get("/").send().await;
    let refused = app.get("/").send().await;
    refused.assert_page(429);
    assert!(refused.headers.contains_key("content-security-policy"));
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn a_header_that_no_setting_names_is_not_believed() {
    let app = TestApp::with(&TIGHT).await;
    for (number, header) in ["x-forwarded-for", "forwarded", "x-real-ip"].into_iter().enumerate() {
        assert_eq!(from(&app, header, &format!("198.51.100.{number}")).await.status, 401);
    }
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "x-client-ip", "true-client-ip"] {
        assert_refused(&from(&app, header, "203.0.113.9").await);
    }
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_a_budget_of_its_own() {
    let app = TestApp::with(&[TIGHT[0], TIGHT[1], BEHIND_A_PROXY]).await;
    for client in ["198.51.100.1", "198.51.100.2"] {
        for _ in 0..3 {
            assert_eq!(from(&app, "x-forwarded-for", client).await.status, 401);
        }
        assert_refused(&from(&app, "x-forwarded-for", client).await);
    }
}

#[tokio::test]
async fn what_a_client_writes_before_the_proxy_is_not_believed() {
    let app = TestApp::with(&[TIGHT[0], TIGHT[1], BEHIND_A_PROXY]).await;
    for number in 0..3 {
        assert_eq!(from(&app, "x-forwarded-for", &format!("10.0.0.{number}, 198.51.100.1")).await.status, 401);
    }
    for forged in ["1.2.3.4, 198.51.100.1", "1.2.3.4,5.6.7.8,198.51.100.1", "198.51.100.1:80", " 198.51.100.1 ", "::ffff:198.51.100.1", "garbage, 198.51.100.1"] {
        assert_refused(&from(&app, "x-forwarded-for", forged).await);
    }
}

#[tokio::test]
async fn an_ipv6_network_is_one_client() {
    let app = TestApp::with(&[TIGHT[0], TIGHT[1], BEHIND_A_PROXY]).await;
    for number in 1..=3 {
        assert_eq!(from(&app, "x-forwarded-for", &format!("2001:db8:1:2::{number}")).await.status, 401);
    }
    assert_refused(&from(&app, "x-forwarded-for", "2001:db8:1:2:ffff:ffff:ffff:ffff").await);
    assert_eq!(from(&app, "x-forwarded-for", "2001:db8:1:3::1").await.status, 401);
}

#[tokio::test]
async fn the_address_is_written_down_with_the_session() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    let body = crate::support::registration("ada");
    app.post("/api/v1/auth/register").header("x-forwarded-for", "6.6.6.6, 198.51.100.7").json(&body).send().await;
    assert_eq!(app.database.texts("SELECT address FROM sessions").await, ["198.51.100.7"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_sign_ins_slows_itself_down_and_nothing_else() {
    let settings = [
        ("LATCHKEY_HASH_THREADS", "1"), ("LATCHKEY_HASH_QUEUE", "4"), ("LATCHKEY_HASH_PER_ADDRESS", "1"), ("LATCHKEY_HASH_MEMORY_KIB", "65536"),
        ("LATCHKEY_HASH_ITERATIONS", "8"), ("LATCHKEY_ACCOUNT_FREE_TRIES", "1000000"),
    ];
    let app = TestApp::with(&settings).await;
    let ada = app.register("ada").await;
    let flood = futures::future::join_all((0..40).map(|number| {
        let name = format!("nobody-{number}");
        let app = &app;
        async move { app.try_login(&name, PASSWORD).await }
    }));
    let meanwhile = async {
        for _ in 0..20 {
            assert_eq!(app.profile(&ada.access).await.status, 200);
        }
    };
    let (answers, ()) = tokio::join!(flood, meanwhile);
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(!refused.is_empty(), "a queue without end");
    refused.iter().for_each(|answer| assert_refused(answer));
    assert!(answers.iter().any(|answer| answer.status == 401), "nobody was served");
}
