//! How often one address may ask, and who says what the address is.
//!
//! The limits count by the machine's own clock, a try a second at their tightest. So that a busy machine changes nothing, each test asks many
//! times at once, and allows for the seconds that went by.

use std::time::Instant;

use futures::future::join_all;
use serde_json::json;

use crate::support::{Answer, Ask, PASSWORD, TestApp, registration};

const BURST: u64 = 3;
const TIGHT: [(&str, &str); 2] = [
    ("LATCHKEY_CREDENTIAL_RATE_BURST", "3"),
    ("LATCHKEY_CREDENTIAL_RATE_PER_SECOND", "1"),
];
const BEHIND_A_PROXY: (&str, &str) = ("LATCHKEY_CLIENT_ADDRESS_HEADER", "x-forwarded-for");

/// Asks all at once; asserts that they share one budget of [`BURST`], and that who came beyond it is refused as it should be.
async fn share_one_budget(asks: Vec<Ask>) -> Vec<Answer> {
    let begin = Instant::now();
    let answers = join_all(asks.into_iter().map(Ask::send)).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 429)
        .cloned()
        .collect();
    let served = u64::try_from(answers.len() - refused.len()).unwrap();
    let allowed = BURST + begin.elapsed().as_secs() + 1;
    assert!(
        served <= allowed,
        "{served} were served, {allowed} may be: {answers:?}"
    );
    assert!(!refused.is_empty(), "the machine is too slow for this test");
    for answer in &refused {
        answer.assert_no_cookie();
        assert!(
            answer
                .header("retry-after")
                .unwrap()
                .parse::<u64>()
                .unwrap()
                >= 1,
            "{answer:?}"
        );
    }
    refused
}

/// A try to sign in from an address, as a header tells it.
fn from(app: &TestApp, header: &str, address: &str) -> Ask {
    app.post("/api/v1/auth/login")
        .header(header, address)
        .form(&[("username", "nobody"), ("password", PASSWORD)])
}

#[tokio::test]
async fn an_address_that_signs_in_too_often_is_asked_to_wait() {
    let app = TestApp::with(&TIGHT).await;
    let ada = app.register("ada").await;
    let sign_in = || {
        app.post("/api/v1/auth/login")
            .form(&[("username", "ada"), ("password", PASSWORD)])
    };
    let register = || app.post("/api/v1/auth/register").json(&registration("eve"));
    let asks = (0..30)
        .map(|number| {
            if number % 2 == 0 {
                sign_in()
            } else {
                register()
            }
        })
        .collect();
    share_one_budget(asks)
        .await
        .iter()
        .for_each(|refused| refused.assert_any_problem(429));
    // The other budget is untouched.
    assert_eq!(app.profile(&ada.access).await.status, 200);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
    assert_eq!(app.get("/health/live").send().await.status, 200);
}

#[tokio::test]
async fn no_door_is_a_way_around_it() {
    let app = TestApp::with(&TIGHT).await;
    let credentials = json!({ "username": "nobody", "password": PASSWORD });
    let fields = [
        ("username", "nobody"),
        ("email", "nobody@example.org"),
        ("password", PASSWORD),
    ];
    let address = json!({ "email": "nobody@example.org" });
    let asks = (0..48).map(|number| match number % 8 {
        0 => app.post("/api/v1/auth/login").json(&credentials),
        1 => app
            .post("/api/v1/auth/register")
            .json(&registration("nobody")),
        2 => app.post("/fn/login").json(&credentials),
        3 => app.post("/fn/register").json(&registration("nobody")),
        4 => app.post("/login").form(&fields),
        5 => app.post("/register").form(&fields),
        6 => app.post("/api/v1/auth/forgot-password").json(&address),
        _ => app.post("/forgot-password").form(&fields),
    });
    share_one_budget(asks.collect()).await;
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let app = TestApp::with(&TIGHT).await;
    let fields = [
        ("username", "grace"),
        ("email", "grace@example.org"),
        ("password", PASSWORD),
        ("next", "/profile"),
    ];
    for page in share_one_budget(
        (0..12)
            .map(|_| app.post("/register").form(&fields))
            .collect(),
    )
    .await
    {
        page.assert_page(429);
        let html = page.text();
        assert!(
            html.contains("value=\"grace\"") && html.contains("value=\"grace@example.org\""),
            "{page:?}"
        );
        assert!(
            html.contains("value=\"/profile\"") && !html.contains("weavers"),
            "{page:?}"
        );
    }
}

#[tokio::test]
async fn a_form_is_not_lost_to_the_budget_of_other_requests() {
    let app = TestApp::with(&[
        ("LATCHKEY_REQUEST_RATE_BURST", "3"),
        ("LATCHKEY_REQUEST_RATE_PER_SECOND", "1"),
    ])
    .await;
    share_one_budget((0..20).map(|_| app.get("/login")).collect()).await;
    let fields = [("username", "grace"), ("password", PASSWORD)];
    for page in join_all((0..8).map(|_| app.post("/login").form(&fields).send())).await {
        assert!(page.text().contains("value=\"grace\""), "{page:?}");
    }
}

#[tokio::test]
async fn other_requests_have_a_budget_too() {
    let app = TestApp::with(&[
        ("LATCHKEY_REQUEST_RATE_BURST", "3"),
        ("LATCHKEY_REQUEST_RATE_PER_SECOND", "1"),
    ])
    .await;
    let asks = (0..40).map(|number| match number % 4 {
        0 => app.get("/api/v1/user/profile"),
        1 => app.get("/"),
        2 => app.post("/fn/refresh").body("application/json", "{}"),
        _ => app.get("/.well-known/jwks.json"),
    });
    for refused in share_one_budget(asks.collect()).await {
        assert!(
            refused.headers.contains_key("content-security-policy"),
            "{refused:?}"
        );
        assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
    }
    for _ in 0..20 {
        assert_eq!(app.get("/health/live").send().await.status, 200);
    }
}

#[tokio::test]
async fn a_header_that_no_setting_names_is_not_believed() {
    let app = TestApp::with(&TIGHT).await;
    let headers = [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "cf-connecting-ip",
        "x-client-ip",
        "true-client-ip",
    ];
    let asks =
        (0..36).map(|number| from(&app, headers[number % 6], &format!("198.51.100.{number}")));
    share_one_budget(asks.collect()).await;
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_a_budget_of_its_own() {
    let app = TestApp::with(&[TIGHT[0], TIGHT[1], BEHIND_A_PROXY]).await;
    for client in ["198.51.100.1", "198.51.100.2"] {
        let first =
            join_all((0..BURST).map(|_| from(&app, "x-forwarded-for", client).send())).await;
        assert!(first.iter().all(|answer| answer.status == 401), "{first:?}");
        share_one_budget(
            (0..20)
                .map(|_| from(&app, "x-forwarded-for", client))
                .collect(),
        )
        .await;
    }
}

#[tokio::test]
async fn what_a_client_writes_before_the_proxy_is_not_believed() {
    let app = TestApp::with(&[TIGHT[0], TIGHT[1], BEHIND_A_PROXY]).await;
    let forged = [
        "10.0.0.1, 198.51.100.1",
        "1.2.3.4,5.6.7.8,198.51.100.1",
        "198.51.100.1:80",
        " 198.51.100.1 ",
        "::ffff:198.51.100.1",
        "garbage, 198.51.100.1",
    ];
    share_one_budget(
        (0..36)
            .map(|number| from(&app, "x-forwarded-for", forged[number % 6]))
            .collect(),
    )
    .await;
}

#[tokio::test]
async fn an_ipv6_network_is_one_client() {
    let app = TestApp::with(&[TIGHT[0], TIGHT[1], BEHIND_A_PROXY]).await;
    share_one_budget(
        (0..30)
            .map(|number| {
                from(
                    &app,
                    "x-forwarded-for",
                    &format!("2001:db8:1:2::{number:x}"),
                )
            })
            .collect(),
    )
    .await;
    assert_eq!(
        from(&app, "x-forwarded-for", "2001:db8:1:3::1")
            .send()
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn the_address_is_written_down_with_the_session() {
    let app = TestApp::with(&[BEHIND_A_PROXY]).await;
    app.post("/api/v1/auth/register")
        .header("x-forwarded-for", "6.6.6.6, 198.51.100.7")
        .json(&registration("ada"))
        .send()
        .await;
    assert_eq!(
        app.database.texts("SELECT address FROM sessions").await,
        ["198.51.100.7"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_from_a_few_addresses_leaves_room_for_the_others() {
    let settings = [
        BEHIND_A_PROXY,
        ("LATCHKEY_HASH_THREADS", "1"),
        ("LATCHKEY_HASH_QUEUE", "32"),
        ("LATCHKEY_HASH_PER_ADDRESS", "2"),
        ("LATCHKEY_HASH_MEMORY_KIB", "32768"),
        ("LATCHKEY_ACCOUNT_FREE_TRIES", "1000000"),
    ];
    let app = TestApp::with(&settings).await;
    let flood = |address| {
        let tries: Vec<_> = (0..60)
            .map(|_| from(&app, "x-forwarded-for", address).send())
            .collect();
        join_all(tries)
    };
    let others = async {
        let mut answers = Vec::new();
        for number in 0..5 {
            let address = format!("203.0.113.{number}");
            answers.push(from(&app, "x-forwarded-for", &address).send().await.status);
        }
        answers
    };
    let (one, two, three, others) = tokio::join!(
        flood("198.51.100.1"),
        flood("198.51.100.2"),
        flood("198.51.100.3"),
        others
    );
    for flood in [one, two, three] {
        assert!(flood.iter().any(|answer| answer.status == 429));
    }
    assert_eq!(others, [401; 5], "these sent one at a time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_sign_ins_slows_itself_down_and_nothing_else() {
    let settings = [
        ("LATCHKEY_HASH_THREADS", "1"),
        ("LATCHKEY_HASH_QUEUE", "4"),
        ("LATCHKEY_HASH_PER_ADDRESS", "1"),
        ("LATCHKEY_HASH_MEMORY_KIB", "65536"),
        ("LATCHKEY_HASH_ITERATIONS", "8"),
        ("LATCHKEY_ACCOUNT_FREE_TRIES", "1000000"),
    ];
    let app = TestApp::with(&settings).await;
    let ada = app.register("ada").await;
    let flood = join_all((0..40).map(|number| {
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
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 429)
        .collect();
    assert!(!refused.is_empty(), "a queue without end");
    for answer in refused {
        answer.assert_no_cookie();
        assert!(
            answer
                .header("retry-after")
                .unwrap()
                .parse::<u64>()
                .unwrap()
                >= 1,
            "{answer:?}"
        );
    }
    assert!(
        answers.iter().any(|answer| answer.status == 401),
        "nobody was served"
    );
}
