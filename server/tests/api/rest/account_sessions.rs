//! GET and DELETE /api/v1/user/sessions, and .../{id}

use serde_json::Value;

use crate::support::{Answer, MINUTE, SignedIn, TestApp, claims_of};

const SESSIONS: &str = "/api/v1/user/sessions";

async fn sessions(app: &TestApp, who: &SignedIn) -> Vec<Value> {
    let answer = app.get(SESSIONS).bearer(&who.access).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.assert_not_stored();
    answer.assert_no_cookie();
    answer.json()["sessions"].as_array().unwrap().clone()
}

async fn end(app: &TestApp, who: &SignedIn, id: &str) -> Answer {
    app.ask("DELETE", &format!("{SESSIONS}/{id}"))
        .bearer(&who.access)
        .send()
        .await
}

fn session_of(who: &SignedIn) -> String {
    claims_of(&who.access)["sid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_caller_sees_their_own_and_which_is_this_one() {
    let app = TestApp::start().await;
    let first = app.register("ada").await;
    app.register("eve").await;
    app.advance(MINUTE);
    let answer = app
        .post("/api/v1/auth/login")
        .header(
            "user-agent",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0",
        )
        .form(&[("username", "ada"), ("password", crate::support::PASSWORD)])
        .send()
        .await;
    let second = SignedIn::from(&answer);
    let told = sessions(&app, &first).await;
    let ids: Vec<_> = told.iter().map(|session| session["id"].clone()).collect();
    assert_eq!(ids, [session_of(&first), session_of(&second)]);
    assert_eq!(told[0]["is_this"], true);
    assert_eq!(told[1]["is_this"], false);
    assert_eq!(told[1]["browser"], "Firefox");
    assert_eq!(told[1]["system"], "Windows");
    assert_eq!(told[1]["address"], "127.0.0.1");
    assert_eq!(told[1]["place"], Value::Null);
    assert_eq!(sessions(&app, &second).await[0]["id"], session_of(&second));
}

#[tokio::test]
async fn one_that_is_ended_opens_nothing_any_more() {
    let app = TestApp::start().await;
    let (here, there) = (app.register("ada").await, app.login("ada").await);
    let answer = end(&app, &here, &session_of(&there)).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    answer.assert_no_cookie();
    app.assert_dead(&there).await;
    assert_eq!(app.profile(&here.access).await.status, 200);
    assert_eq!(sessions(&app, &here).await.len(), 1);
    end(&app, &here, &session_of(&there))
        .await
        .assert_any_problem(404);
}

#[tokio::test]
async fn anothers_is_not_found_and_goes_on() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    let before = app.database.state().await;
    for id in [
        &*session_of(&eve),
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "x",
        "%ff",
        "'%20OR%201=1",
    ] {
        end(&app, &ada, id).await.assert_any_problem(404);
    }
    assert_eq!(app.database.state().await, before);
    assert_eq!(app.profile(&eve.access).await.status, 200);
}

#[tokio::test]
async fn all_others_are_ended_and_this_one_goes_on() {
    let app = TestApp::start().await;
    let (first, second, here) = (
        app.register("ada").await,
        app.login("ada").await,
        app.login("ada").await,
    );
    let eve = app.register("eve").await;
    for _ in 0..2 {
        let answer = app
            .ask("DELETE", SESSIONS)
            .bearer(&here.access)
            .send()
            .await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
    app.assert_dead(&first).await;
    app.assert_dead(&second).await;
    assert_eq!(app.profile(&here.access).await.status, 200);
    assert_eq!(app.try_refresh(&here.refresh).await.status, 200);
    assert_eq!(app.profile(&eve.access).await.status, 200);
}

#[tokio::test]
async fn a_cookie_alone_shows_and_ends_nothing() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let before = app.database.state().await;
    let one = format!("{SESSIONS}/{}", session_of(&ada));
    for (method, path) in [("GET", SESSIONS), ("DELETE", SESSIONS), ("DELETE", &one)] {
        let answer = app
            .ask(method, path)
            .refresh_cookie(&ada.refresh)
            .same_origin()
            .send()
            .await;
        answer.assert_problem(401, "Not authenticated");
        answer.assert_no_cookie();
    }
    assert_eq!(app.database.state().await, before);
}
