//! What happens at once: many refreshes of one token, a refresh against a sign-out, in two processes.

use std::time::Duration;

use auth::{Engine, flow, session::Outcome};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, refresh, refuses_within_two_seconds,
    sign_in, sign_up,
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

#[tokio::test]
async fn a_race_between_machines_whose_clocks_differ_signs_nobody_out() {
    let database = TestDatabase::new().await;
    let behind = database.engine().await;
    let ahead = database.engine_ahead(Duration::from_secs(4)).await;
    let first = sign_up(&behind, "ada").await;
    let quick = refresh(&ahead, &first.refresh_token).await.unwrap();
    let slow = refresh(&behind, &first.refresh_token).await.unwrap();
    assert_eq!(
        (quick.outcome, slow.outcome),
        (Outcome::Rotated, Outcome::MintedAgain)
    );
    for engine in [&behind, &ahead] {
        call(engine, &slow.access_token).await.unwrap();
        refresh(engine, &slow.refresh_token).await.unwrap();
    }
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
                async move { flow::sign_out(&engine, None, Some(&token), &device()).await }
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

/// Whoever hangs up, at whatever moment, leaves either a session that stands or an owner who is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_thief_who_hangs_up_does_not_keep_the_owner_from_being_told() {
    let (_database, engines) = two_processes().await;
    let mut ended = 0;
    for round in 0..60 {
        let name = format!("ada-{round}");
        let stolen = sign_up(&engines[0], &name).await;
        let newer = refresh(&engines[0], &stolen.refresh_token).await.unwrap();
        let newest = refresh(&engines[0], &newer.refresh_token).await.unwrap();
        let moment = Duration::from_micros(round * 60);
        let _hung_up =
            tokio::time::timeout(moment, refresh(&engines[1], &stolen.refresh_token)).await;
        // What the thief began may still be under way: so it is asked before and after.
        let told = async || {
            let back = sign_in(&engines[0], &name, PASSWORD).await.unwrap();
            !back.notices.is_empty()
        };
        let told_before = told().await;
        if refresh(&engines[0], &newest.refresh_token).await.is_ok() {
            assert!(
                !told_before,
                "told of a session that stands, after {moment:?}"
            );
        } else {
            assert!(told().await, "not told, after {moment:?}");
            ended += 1;
        }
    }
    assert!(ended > 0, "no thief was found out");
}
