//! Tabs, processes and sign-outs that come at once.

use std::time::Duration;

use futures::future::join_all;

use crate::support::{SignedIn, TestApp, claims_of, eventually};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_refreshes_at_once_are_one_step_and_sign_nobody_out() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let answers = join_all((0..64).map(|_| app.try_refresh(&ada.refresh))).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        let who = SignedIn::from(answer);
        assert_eq!(claims_of(&who.access)["gen"], 1);
        assert_eq!(app.profile(&who.access).await.status, 200);
    }
    assert_eq!(
        app.database.number("SELECT generation FROM sessions").await,
        1
    );
    assert_eq!(
        app.database
            .number("SELECT COUNT(*) FROM audit_events WHERE kind = 'refresh_token_reused'")
            .await,
        0
    );
    let last = SignedIn::from(&answers[0]);
    assert_eq!(app.try_refresh(&last.refresh).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_of_two_servers_that_refresh_at_once_make_one_step() {
    let a = TestApp::start().await;
    let b = a.beside().await;
    let ada = a.register("ada").await;
    let answers = join_all(
        (0..64).map(|number| if number % 2 == 0 { &a } else { &b }.try_refresh(&ada.refresh)),
    )
    .await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{answers:?}"
    );
    assert_eq!(
        a.database.number("SELECT generation FROM sessions").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_that_races_a_sign_out_leaves_no_living_token() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for round in 0..50 {
        let ada = app.login("ada").await;
        let refresh = app.try_refresh(&ada.refresh);
        let sign_out = app
            .post("/api/v1/auth/logout")
            .refresh_cookie(&ada.refresh)
            .send();
        // Who comes first is turned about.
        let (refreshed, signed_out) = if round % 2 == 0 {
            tokio::join!(refresh, sign_out)
        } else {
            let (signed_out, refreshed) = tokio::join!(sign_out, refresh);
            (refreshed, signed_out)
        };
        assert_eq!(signed_out.status, 204);
        if refreshed.status == 200 {
            app.assert_dead(&SignedIn::from(&refreshed)).await;
        } else {
            refreshed.assert_problem(401, "Invalid token");
        }
        app.assert_dead(&ada).await;
    }
    assert_eq!(
        app.database
            .number("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL")
            .await,
        1
    );
}

#[tokio::test]
async fn two_tabs_may_come_with_one_token_within_ten_seconds() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let first_tab = app.refresh(&ada.refresh).await;
    app.confirm(&first_tab).await;
    app.advance(10 * SECOND);
    let second_tab = app.refresh(&ada.refresh).await;
    assert_eq!(claims_of(&second_tab.access)["gen"], 1);
    assert_eq!(app.profile(&first_tab.access).await.status, 200);
    assert_eq!(app.profile(&second_tab.access).await.status, 200);
}

#[tokio::test]
async fn minting_again_does_not_lengthen_the_ten_seconds() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    let newer = app.refresh(&ada.refresh).await;
    app.confirm(&newer).await;
    app.advance(6 * SECOND);
    assert_eq!(app.try_refresh(&ada.refresh).await.status, 200);
    app.advance(5 * SECOND);
    app.try_refresh(&ada.refresh)
        .await
        .assert_problem(401, "Invalid token");
    app.assert_dead(&newer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_thieves_at_once_are_told_of_once() {
    let app = TestApp::start().await;
    let stolen = app.register("ada").await;
    let ada = app.refresh(&stolen.refresh).await;
    app.confirm(&ada).await;
    app.advance(11 * SECOND);
    for answer in join_all((0..16).map(|_| app.try_refresh(&stolen.refresh))).await {
        answer.assert_problem(401, "Invalid token");
    }
    eventually("the theft is written down", async || {
        app.database.number("SELECT COUNT(*) FROM notices").await == 1
    })
    .await;
    assert_eq!(
        app.database
            .number("SELECT COUNT(*) FROM audit_events WHERE kind = 'refresh_token_reused'")
            .await,
        1
    );
}
