//! The machine's clock is put back by an hour, as when it was wrong or is set wrong, and put right again.

use std::time::Duration;

use crate::support::{MINUTE, TestApp, WRONG_PASSWORD};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_clock_that_is_put_back_costs_a_refresh_and_signs_nobody_out() {
    let app = TestApp::start().await;
    let first = app.register("ada").await;
    let ada = app.refresh(&first.refresh).await;
    app.confirm(&ada).await;
    app.clock.turn_back(HOUR);
    // It was minted in an hour: as good as one that has expired.
    app.profile(&ada.access)
        .await
        .assert_problem(401, "Invalid token");
    let newer = app.refresh(&ada.refresh).await;
    app.confirm(&newer).await;
    let elsewhere = app.login("ada").await;
    assert_eq!(app.profile(&elsewhere.access).await.status, 200);
    app.advance(HOUR);
    for who in [newer, elsewhere] {
        let newest = app.refresh(&who.refresh).await;
        assert_eq!(app.profile(&newest.access).await.status, 200);
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM notices").await, 0);
    println!(
        "The clock was put back by {} minutes and put right again: one refresh for each, nobody signed out",
        HOUR.as_secs() / 60
    );
}

#[tokio::test]
async fn what_was_ended_while_the_clock_was_put_back_stays_so() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.register("ada").await, app.register("eve").await);
    app.clock.turn_back(HOUR);
    let sign_out = async |refresh: &str| {
        let answer = app
            .post("/api/v1/auth/logout")
            .refresh_cookie(refresh)
            .send()
            .await;
        assert_eq!(answer.status, 204, "{answer:?}");
    };
    sign_out(&ada.refresh).await;
    app.assert_dead(&ada).await;
    app.advance(HOUR + MINUTE);
    // What is remembered is gone through when something else ends.
    sign_out(&eve.refresh).await;
    app.assert_dead(&ada).await;
    app.assert_dead(&eve).await;
}

#[tokio::test]
async fn a_copy_is_found_out_while_the_clock_is_put_back() {
    let app = TestApp::start().await;
    let copy = app.register("ada").await;
    let ada = app.refresh(&copy.refresh).await;
    app.confirm(&ada).await;
    app.clock.turn_back(HOUR);
    app.try_refresh(&copy.refresh)
        .await
        .assert_problem(401, "Invalid token");
    app.assert_dead(&ada).await;
    assert_eq!(app.database.number("SELECT COUNT(*) FROM notices").await, 1);
}

#[tokio::test]
async fn wrong_passwords_of_before_keep_nobody_waiting_until_the_clock_is_there_again() {
    let app = TestApp::with(&[("LATCHKEY_ACCOUNT_FREE_TRIES", "1")]).await;
    app.register("ada").await;
    for status in [401, 401, 429] {
        let tried = app.try_login("ada", WRONG_PASSWORD).await;
        assert_eq!(tried.status, status, "{tried:?}");
    }
    app.clock.turn_back(HOUR);
    app.login("ada").await;
}
