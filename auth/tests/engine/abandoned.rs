//! Whoever asks may go away at any moment: a browser that hangs up, or a request that took too long, ends what is done for it where that stands.

use std::{pin::pin, task::Poll, time::Duration};

use auth::flow;
use tokio::time::timeout;

use crate::support::{TestDatabase, call, device, on_database, refresh, sign_up};

/// How often a sign-out is polled at most before it is done.
const POLLS: usize = 12;
/// More than there are connections, so that each is used.
const REFRESHES: i64 = 15;

/// Goes on with `work` until it has been polled so often, and drops it there.
async fn abandon_after(polls: usize, work: impl Future) {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Pending if left > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_as_done_after_others_have_hung_up_is_done() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let mut ada = sign_up(&engine, "ada").await;
    let bob = sign_up(&engine, "bob").await;
    // The earliest end last: a later transaction on the same connection would put right what that leaves.
    for polls in (1..=POLLS).rev() {
        let device = device();
        let sign_out = flow::sign_out(&engine, Some(&bob.access_token), None, &device);
        abandon_after(polls, sign_out).await;
    }
    for _ in 0..REFRESHES {
        ada = timeout(
            Duration::from_secs(10),
            refresh(&engine, &ada.refresh_token),
        )
        .await
        .expect("somebody who has gone holds the row")
        .unwrap();
    }
    call(&engine, &ada.access_token).await.unwrap();
    let seen_by_others: i64 = on_database!(database, pool => sqlx::query_scalar(
        "SELECT MAX(generation) FROM sessions",
    ).fetch_one(&pool));
    assert_eq!(seen_by_others, REFRESHES);
}
