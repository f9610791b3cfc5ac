//! Proof of receipt: an answer that was lost is told from a theft, and signs nobody out.

use std::time::Duration;

use crate::support::{DAY, SignedIn, TestApp, claims_of};

const SECOND: Duration = Duration::from_secs(1);

fn generation(who: &SignedIn) -> i64 {
    claims_of(&who.access)["gen"].as_i64().unwrap()
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let lost = app.refresh(&ada.refresh).await;
    app.advance(DAY);
    let again = app.refresh(&ada.refresh).await;
    assert_eq!((generation(&lost), generation(&again)), (1, 1));
    assert_eq!(app.profile(&again.access).await.status, 200);
    assert_eq!(generation(&app.refresh(&again.refresh).await), 2);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM notices").await, 0);
}

#[tokio::test]
async fn an_answer_may_be_lost_many_times_over() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    for _ in 0..5 {
        assert_eq!(generation(&app.refresh(&ada.refresh).await), 1);
        app.advance(DAY);
    }
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        1
    );
}

#[tokio::test]
async fn the_tokens_that_were_minted_first_are_as_good_as_those_minted_again() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let first = app.refresh(&ada.refresh).await;
    let again = app.refresh(&ada.refresh).await;
    assert_ne!(first.access, again.access);
    assert_eq!(app.profile(&first.access).await.status, 200);
    assert_eq!(app.profile(&again.access).await.status, 200);
    assert_eq!(generation(&app.refresh(&first.refresh).await), 2);
}

#[tokio::test]
async fn a_call_with_the_new_bearer_token_is_a_receipt() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let newer = app.refresh(&ada.refresh).await;
    app.confirm(&newer).await;
    app.advance(11 * SECOND);
    app.try_refresh(&ada.refresh)
        .await
        .assert_problem(401, "Invalid token");
    app.assert_dead(&newer).await;
}

#[tokio::test]
async fn the_next_refresh_is_a_receipt_too() {
    let app = TestApp::start().await;
    let first = app.register("ada").await;
    let second = app.refresh(&first.refresh).await;
    let third = app.refresh(&second.refresh).await;
    assert_eq!(
        app.database
            .number("SELECT confirmed_generation FROM sessions")
            .await,
        1
    );
    app.try_refresh(&first.refresh)
        .await
        .assert_problem(401, "Invalid token");
    app.assert_dead(&third).await;
}

#[tokio::test]
async fn a_call_with_an_older_bearer_token_is_no_receipt() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.refresh(&ada.refresh).await;
    assert_eq!(app.profile(&ada.access).await.status, 200);
    app.advance(DAY);
    assert_eq!(generation(&app.refresh(&ada.refresh).await), 1);
}

#[tokio::test]
async fn looking_at_a_page_is_no_receipt_and_rotates_nothing() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let newer = app.refresh(&ada.refresh).await;
    for cookie in [&newer.refresh, &ada.refresh, &newer.refresh] {
        assert_eq!(
            app.get("/profile")
                .refresh_cookie(cookie)
                .send()
                .await
                .status,
            200
        );
    }
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        1
    );
    assert_eq!(
        app.database
            .number("SELECT confirmed_generation FROM sessions")
            .await,
        0
    );
    app.advance(DAY);
    assert_eq!(generation(&app.refresh(&ada.refresh).await), 1);
}
