//! GET /api/v1/user/events, and POST .../{id}/not-me

use serde_json::Value;

use crate::support::{
    Answer, MINUTE, PASSWORD, SignedIn, TestApp, WRONG_PASSWORD, claims_of, eventually,
};

const EVENTS: &str = "/api/v1/user/events";

async fn page(app: &TestApp, who: &SignedIn, query: &str) -> Value {
    let answer = app
        .get(&format!("{EVENTS}{query}"))
        .bearer(&who.access)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    answer.json()
}

fn kinds(page: &Value) -> Vec<String> {
    let events = page["events"].as_array().unwrap().iter();
    events
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect()
}

async fn disown(app: &TestApp, who: &SignedIn, id: &str) -> Answer {
    app.post(&format!("{EVENTS}/{id}/not-me"))
        .bearer(&who.access)
        .send()
        .await
}

/// Somebody who has signed in, not signed up.
async fn signed_in(app: &TestApp) -> SignedIn {
    app.register("ada").await;
    app.login("ada").await
}

/// The id of the event with which this session began.
async fn beginning_of(app: &TestApp, who: &SignedIn) -> String {
    let sid = &claims_of(&who.access)["sid"];
    let told = page(app, who, "").await;
    let mut events = told["events"].as_array().unwrap().iter();
    let event = events.find(|event| event["kind"] == "signed_in" && event["session"] == *sid);
    event.unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_happened_is_told_the_newest_first_and_to_its_owner_alone() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let eve = app.register("eve").await;
    // Events of one moment have no order.
    app.advance(MINUTE);
    app.try_login("ada", WRONG_PASSWORD).await;
    app.advance(MINUTE);
    let there = app.login("ada").await;
    let told = page(&app, &ada, "").await;
    assert_eq!(kinds(&told)[..2], ["signed_in", "sign_in_failed"]);
    assert_eq!(told["next"], Value::Null);
    let event = &told["events"][0];
    assert_eq!(event["session"], claims_of(&there.access)["sid"]);
    assert_eq!(event["by"], "user");
    assert_eq!(event["address"], "127.0.0.1");
    assert!(!kinds(&page(&app, &eve, "").await).contains(&"sign_in_failed".to_owned()));
    let text = told.to_string();
    for secret in [PASSWORD, WRONG_PASSWORD, &*ada.refresh] {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn fifty_are_told_at_a_time_and_each_once() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for _ in 0..60 {
        app.login("ada").await;
    }
    let newest = page(&app, &ada, "").await;
    assert_eq!(kinds(&newest).len(), 50);
    let next = newest["next"].as_str().unwrap();
    let older = page(&app, &ada, &format!("?before={next}")).await;
    assert_eq!(older["next"], Value::Null);
    let ids = |page: &Value| -> Vec<String> {
        let events = page["events"].as_array().unwrap().iter();
        events.map(|event| event["id"].to_string()).collect()
    };
    let mut all = [ids(&newest), ids(&older)].concat();
    assert!(all.is_sorted_by(|newer, older| newer > older));
    all.dedup();
    assert!(all.len() > 60);
    app.get(&format!("{EVENTS}?before=x"))
        .bearer(&ada.access)
        .send()
        .await
        .assert_any_problem(404);
}

#[tokio::test]
async fn what_was_somebody_elses_doing_ends_their_session_and_starts_a_reset() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let thief = app.login("ada").await;
    app.advance(MINUTE);
    let answer = disown(&app, &ada, &beginning_of(&app, &thief).await).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    app.assert_dead(&thief).await;
    // This session stands, with tokens that are minted anew.
    let ada = app.refresh(&ada.refresh).await;
    assert_eq!(kinds(&page(&app, &ada, "").await)[0], "not_me");
    assert_eq!(app.try_login("ada", PASSWORD).await.status, 401);
    eventually("a letter to choose another password is sent", async || {
        let letters = app.get("/dev/mail.json").send().await.json();
        let mut letters = letters.as_array().unwrap().iter();
        letters.any(|letter| {
            letter["to"] == "ada@example.org" && letter["occasion"] == "reset_password"
        })
    })
    .await;
}

#[tokio::test]
async fn what_was_done_in_the_very_session_of_the_caller_ends_all() {
    let app = TestApp::start().await;
    let (ada, there) = (signed_in(&app).await, app.login("ada").await);
    let answer = disown(&app, &ada, &beginning_of(&app, &ada).await).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    app.assert_dead(&ada).await;
    app.assert_dead(&there).await;
}

#[tokio::test]
async fn anothers_event_is_not_found() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    let event = page(&app, &eve, "").await["events"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = app.database.state().await;
    for id in [&*event, "01890a5d-ac96-774b-bcce-b302099a8057", "x", "%ff"] {
        disown(&app, &ada, id).await.assert_any_problem(404);
    }
    assert_eq!(app.database.state().await, before);
    assert_eq!(app.profile(&eve.access).await.status, 200);
}

#[tokio::test]
async fn a_cookie_alone_is_not_enough() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let not_me = format!("{EVENTS}/01890a5d-ac96-774b-bcce-b302099a8057/not-me");
    for (method, path) in [("GET", EVENTS), ("POST", &not_me)] {
        let answer = app
            .ask(method, path)
            .refresh_cookie(&ada.refresh)
            .same_origin()
            .send()
            .await;
        answer.assert_problem(401, "Not authenticated");
    }
}
