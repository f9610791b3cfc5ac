//! What happens at once: many refreshes of one token, a refresh against a sign-out, in two processes.

use auth::{Engine, flow, session::Outcome};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, refresh, refuses_within_two_seconds, sign_in,
    sign_up,
};

async fn two_processes() -> (TestDatabase, [Engine; 2]) {
    let database = TestDatabase::new().await;
    let engines = [database.engine().await, database.engine().await];
    (database, engines)
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_refreshes_of_one_token_at_once_make_one_new_generation_and_sign_nobody_out() {
    let (_database, engines) = two_processes().await;
    let first = sign_up(&engines[0], "ada").await;
    let tries: Vec<_> = (0..64)
        .map(|number| {
            let engine = engines[number % 2].clone();
            let token = first.refresh_token.clone();
            tokio::spawn(async move { refresh(&engine, &token).await })
        })
        .collect();
    let mut grants = Vec::new();
    for one in tries {
        grants.push(one.await.unwrap().unwrap());
    }
    assert_eq!(
        grants
            .iter()
            .filter(|grant| grant.outcome == Outcome::Rotated)
            .count(),
        1
    );
    assert!(grants.iter().all(|grant| grant.claims.generation == 1));
    for grant in &grants {
        call(&engines[1], &grant.access_token).await.unwrap();
    }
    assert_eq!(
        refresh(&engines[0], &grants[17].refresh_token)
            .await
            .unwrap()
            .claims
            .generation,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_against_a_sign_out_ends_with_every_token_dead_fifty_times_over() {
    let (_database, engines) = two_processes().await;
    sign_up(&engines[0], "ada").await;
    for round in 0..50 {
        let first = sign_in(&engines[round % 2], "ada", PASSWORD).await.unwrap();
        let (refreshed, signed_out) = tokio::join!(
            tokio::spawn({
                let (engine, token) = (engines[0].clone(), first.refresh_token.clone());
                async move { refresh(&engine, &token).await }
            }),
            tokio::spawn({
                let (engine, token) = (engines[1].clone(), first.refresh_token.clone());
                async move { flow::sign_out(&engine, None, Some(&token)).await }
            }),
        );
        signed_out.unwrap().unwrap();
        let grants: Vec<_> = std::iter::once(first).chain(refreshed.unwrap()).collect();
        for grant in &grants {
            assert_invalid(refresh(&engines[round % 2], &grant.refresh_token).await);
            assert_invalid(call(&engines[1], &grant.access_token).await);
            refuses_within_two_seconds(&engines[0], &grant.access_token).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_token_that_comes_fifty_times_at_once_ends_the_session_and_tells_once() {
    let (_database, engines) = two_processes().await;
    let first = sign_up(&engines[0], "ada").await;
    let second = refresh(&engines[0], &first.refresh_token).await.unwrap();
    refresh(&engines[0], &second.refresh_token).await.unwrap();
    let tries: Vec<_> = (0..50)
        .map(|number| {
            let engine = engines[number % 2].clone();
            let token = first.refresh_token.clone();
            tokio::spawn(async move { refresh(&engine, &token).await })
        })
        .collect();
    for one in tries {
        assert_invalid(one.await.unwrap());
    }
    assert_eq!(
        sign_in(&engines[0], "ada", PASSWORD)
            .await
            .unwrap()
            .notices
            .len(),
        1
    );
}
