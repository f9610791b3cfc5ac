//! Keys that take turns, and keys that are taken back: who stays signed in, and who does not.

use std::time::Duration;

use auth::{
    Engine, Grant,
    session::Outcome,
    token::{KeyState, KeysmithError, ListedKey, Ring, SigningAlgorithm, SwitchOver},
};

use crate::support::{
    MASTER_SECRET, PASSWORD, TestDatabase, assert_invalid, call, eventually, on_database, refresh,
    refuses_within_two_seconds, sign_in, sign_up,
};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
const OTHER_SECRET: &str = "another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa";

fn key_ids(engine: &Engine) -> Vec<String> {
    let set = engine.key_set();
    set.keys.into_iter().map(|key| key.kid).collect()
}

fn state_of(keys: &[ListedKey], id: &str) -> KeyState {
    keys.iter().find(|key| key.id == id).unwrap().state
}

/// Waits until `engine` publishes this key.
async fn publishes(engine: &Engine, id: &str) {
    eventually("the key is published", async || {
        key_ids(engine).iter().any(|known| known == id)
    })
    .await;
}

/// For what can't be seen from outside: that a process has read which refresh keys there are, or that it has done nothing. It reads twice a
/// second, by a clock that no test turns.
async fn two_polls_pass() {
    tokio::time::sleep(Duration::from_millis(1_200)).await;
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_the_one_before_verifies_until_its_last_token_has_expired()
 {
    let database = TestDatabase::new().await;
    let (a, b) = (database.engine().await, database.engine().await);
    let smith = database.keysmith(|_| {}).await;
    let before = sign_up(&a, "ada").await;
    let new = smith
        .rotate(Ring::Access, SwitchOver::PublishedAhead)
        .await
        .unwrap();
    assert_eq!(new.state, KeyState::Waiting);
    publishes(&a, &new.id).await;
    publishes(&b, &new.id).await;

    database.turn(MINUTE * 5);
    let still_before = refresh(&b, &before.refresh_token).await.unwrap();
    assert_eq!(still_before.key_id, before.key_id);

    database.turn(MINUTE);
    let after = refresh(&a, &still_before.refresh_token).await.unwrap();
    assert_eq!(after.key_id, new.id);
    call(&b, &after.access_token).await.unwrap();
    call(&b, &still_before.access_token).await.unwrap();

    // The last token that the key before can have signed is of this minute, lives for ten, and another process may straggle by one.
    database.turn(MINUTE * 11);
    assert!(key_ids(&a).contains(&before.key_id));
    database.turn(Duration::from_secs(6));
    assert_eq!(key_ids(&a), [new.id.as_str()]);
    eventually("the key before is retired", async || {
        state_of(&smith.list().await.unwrap(), &before.key_id) == KeyState::Retired
    })
    .await;
    refresh(&b, &after.refresh_token).await.unwrap();
}

#[tokio::test]
async fn the_private_half_of_a_retired_key_is_destroyed() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let smith = database.keysmith(|_| {}).await;
    let ada = sign_up(&engine, "ada").await;
    smith.retire(&ada.key_id).await.unwrap();
    let empty: i64 = on_database!(database, pool => sqlx::query_scalar(
        "SELECT COUNT(*) FROM signing_keys WHERE retired_at IS NOT NULL AND LENGTH(sealed_private_key) = 0",
    ).fetch_one(&pool));
    assert_eq!(empty, 1);
}

#[tokio::test]
async fn by_the_schedule_one_key_follows_another_however_many_processes_keep_it() {
    let database = TestDatabase::new().await;
    let engines = [
        database.engine().await,
        database.engine().await,
        database.engine().await,
    ];
    let smith = database.keysmith(|_| {}).await;
    let mut ada = sign_up(&engines[0], "ada").await;
    let mut seen = vec![ada.key_id.clone()];
    for turn in 1..=3 {
        database.turn(DAY * 30);
        eventually("the next keys are there", async || {
            smith.list().await.unwrap().len() == 2 * (turn + 1)
        })
        .await;
        let waiting: Vec<_> = smith.list().await.unwrap();
        let newest = waiting
            .iter()
            .rfind(|key| key.ring == Ring::Access)
            .unwrap();
        for engine in &engines {
            publishes(engine, &newest.id).await;
        }
        // A month is also the longest that a session may rest.
        ada = sign_in(&engines[1], "ada", crate::support::PASSWORD)
            .await
            .unwrap();
        database.turn(MINUTE * 7);
        ada = refresh(&engines[2], &ada.refresh_token).await.unwrap();
        assert_eq!(ada.key_id, newest.id);
        assert!(!seen.contains(&ada.key_id));
        seen.push(ada.key_id.clone());
        call(&engines[0], &ada.access_token).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_schedule_no_key_follows() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| settings.key_rotation = None)
        .await;
    let keys = key_ids(&engine);
    database.turn(DAY * 400);
    // Whatever is done beside the calls has been done once this has.
    let ada = sign_up(&engine, "ada").await;
    call(&engine, &ada.access_token).await.unwrap();
    two_polls_pass().await;
    assert_eq!(key_ids(&engine), keys);
}

#[tokio::test]
async fn while_keys_rotate_under_load_nothing_fails() {
    let database = TestDatabase::new().await;
    let engines = [database.engine().await, database.engine().await];
    let smith = database.keysmith(|_| {}).await;
    let mut people = Vec::new();
    for number in 0..8 {
        people.push(sign_up(&engines[0], &format!("person{number}")).await);
    }
    let mut refreshes = 0;
    for ring in [Ring::Access, Ring::Refresh, Ring::Access, Ring::Refresh] {
        let new = smith
            .rotate(ring, SwitchOver::PublishedAhead)
            .await
            .unwrap();
        if ring == Ring::Access {
            publishes(&engines[0], &new.id).await;
            publishes(&engines[1], &new.id).await;
        } else {
            database.engine().await;
            two_polls_pass().await;
        }
        for minute in 0..20 {
            database.turn(MINUTE);
            let (a, b) = (&engines[minute % 2], &engines[(minute + 1) % 2]);
            let rotated: Vec<_> = people
                .iter()
                .map(async |person: &Grant| {
                    call(b, &person.access_token).await.unwrap();
                    let next = refresh(a, &person.refresh_token).await.unwrap();
                    assert_eq!(next.outcome, Outcome::Rotated);
                    call(b, &next.access_token).await.unwrap();
                    next
                })
                .collect();
            let mut next = Vec::new();
            for person in rotated {
                next.push(person.await);
            }
            people = next;
            refreshes += people.len();
        }
    }
    println!(
        "4 rotations, {} processes: {refreshes} refreshes and {} calls, none of which failed",
        engines.len(),
        2 * refreshes
    );
}

#[tokio::test]
async fn an_access_key_that_is_taken_back_costs_one_refresh_in_every_process() {
    let database = TestDatabase::new().await;
    let (a, b) = (database.engine().await, database.engine().await);
    let smith = database.keysmith(|_| {}).await;
    let ada = sign_up(&a, "ada").await;
    call(&b, &ada.access_token).await.unwrap();
    let retired = smith.retire(&ada.key_id).await.unwrap();
    assert_eq!(retired.ended_sessions, 0);
    refuses_within_two_seconds(&a, &ada.access_token).await;
    refuses_within_two_seconds(&b, &ada.access_token).await;
    assert_eq!(key_ids(&a), [retired.replacement.clone().unwrap()]);
    let next = refresh(&b, &ada.refresh_token).await.unwrap();
    assert_eq!(Some(&next.key_id), retired.replacement.as_ref());
    call(&a, &next.access_token).await.unwrap();
}

#[tokio::test]
async fn a_refresh_key_that_is_taken_back_signs_out_who_holds_a_token_of_it_and_nobody_else() {
    let database = TestDatabase::new().await;
    let (a, b) = (database.engine().await, database.engine().await);
    let smith = database.keysmith(|_| {}).await;
    let old_holder = sign_up(&a, "ada").await;
    let moved_on = sign_up(&a, "eve").await;
    let first = smith.list().await.unwrap();
    let first = first.iter().find(|key| key.ring == Ring::Refresh).unwrap();
    smith
        .rotate(Ring::Refresh, SwitchOver::PublishedAhead)
        .await
        .unwrap();
    two_polls_pass().await;
    database.turn(MINUTE * 7);
    let moved_on = refresh(&b, &moved_on.refresh_token).await.unwrap();
    let newcomer = sign_up(&b, "grace").await;

    assert_eq!(smith.holders(&first.id).await.unwrap(), 1);
    let retired = smith.retire(&first.id).await.unwrap();
    assert_eq!((retired.ended_sessions, retired.replacement), (1, None));
    refuses_within_two_seconds(&a, &old_holder.access_token).await;
    refuses_within_two_seconds(&b, &old_holder.access_token).await;
    for engine in [&a, &b] {
        assert_invalid(refresh(engine, &old_holder.refresh_token).await);
        call(engine, &moved_on.access_token).await.unwrap();
        call(engine, &newcomer.access_token).await.unwrap();
    }
    refresh(&a, &moved_on.refresh_token).await.unwrap();
    refresh(&b, &newcomer.refresh_token).await.unwrap();
}

#[tokio::test]
async fn a_refresh_key_that_signs_and_is_taken_back_is_followed_at_once() {
    let database = TestDatabase::new().await;
    let (a, b) = (database.engine().await, database.engine().await);
    let smith = database.keysmith(|_| {}).await;
    let ada = sign_up(&a, "ada").await;
    let keys = smith.list().await.unwrap();
    let signing = keys.iter().find(|key| key.ring == Ring::Refresh).unwrap();
    assert_eq!(smith.retire(&signing.id).await.unwrap().ended_sessions, 1);
    refuses_within_two_seconds(&a, &ada.access_token).await;
    assert_invalid(refresh(&a, &ada.refresh_token).await);
    let again = sign_in(&a, "ada", crate::support::PASSWORD).await.unwrap();
    refresh(&b, &again.refresh_token).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_told() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let smith = database.keysmith(|_| {}).await;
    assert!(matches!(
        smith.retire("2026-01-nothing").await,
        Err(KeysmithError::Unknown(_))
    ));
    let id = key_ids(&engine).remove(0);
    smith.retire(&id).await.unwrap();
    assert!(matches!(
        smith.retire(&id).await,
        Err(KeysmithError::RetiredAlready(_))
    ));
}

#[tokio::test]
async fn a_second_rotation_waits_for_the_first_unless_it_is_to_be_at_once() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let smith = database.keysmith(|_| {}).await;
    smith
        .rotate(Ring::Access, SwitchOver::PublishedAhead)
        .await
        .unwrap();
    assert!(matches!(
        smith.rotate(Ring::Access, SwitchOver::PublishedAhead).await,
        Err(KeysmithError::WaitsAlready { .. })
    ));
    let at_once = smith
        .rotate(Ring::Access, SwitchOver::AtOnce)
        .await
        .unwrap();
    publishes(&engine, &at_once.id).await;
    assert_eq!(sign_up(&engine, "ada").await.key_id, at_once.id);
}

#[tokio::test]
async fn a_token_of_a_key_that_this_process_has_not_read_yet_is_taken() {
    let database = TestDatabase::new().await;
    let (a, b) = (database.engine().await, database.engine().await);
    let smith = database.keysmith(|_| {}).await;
    for turn in 0..4 {
        let at_once = smith
            .rotate(Ring::Access, SwitchOver::AtOnce)
            .await
            .unwrap();
        publishes(&a, &at_once.id).await;
        let ada = sign_up(&a, &format!("ada{turn}")).await;
        call(&b, &ada.access_token).await.unwrap();
    }
}

#[tokio::test]
async fn another_algorithm_is_a_rotation_that_signs_nobody_out() {
    let database = TestDatabase::new().await;
    let before = database.engine().await;
    let ada = sign_up(&before, "ada").await;
    assert_eq!(ada.algorithm, "EdDSA");
    let es256 = |settings: &mut auth::EngineSettings| {
        settings.signing_algorithm = SigningAlgorithm::Es256;
    };
    let after = database.engine_with(es256).await;
    let keys = key_ids(&after);
    assert_eq!(keys.len(), 2, "published ahead");
    for id in &keys {
        publishes(&before, id).await;
    }
    database.turn(MINUTE * 7);
    call(&after, &ada.access_token).await.unwrap();
    let ada = refresh(&after, &ada.refresh_token).await.unwrap();
    assert_eq!(ada.algorithm, "ES256");
    call(&before, &ada.access_token).await.unwrap();
    let ada = refresh(&before, &ada.refresh_token).await.unwrap();
    call(&after, &ada.access_token).await.unwrap();
    let set = serde_json::to_value(after.key_set()).unwrap();
    let key = set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == ada.key_id.as_str())
        .unwrap();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (
            &"EC".into(),
            &"P-256".into(),
            &"ES256".into(),
            &"sig".into()
        )
    );
    assert_eq!(key["x"].as_str().unwrap().len(), 43);
    assert_eq!(key["y"].as_str().unwrap().len(), 43);
    // A third start finds the algorithm that it wants.
    let third = database.engine_with(es256).await;
    assert_eq!(key_ids(&third).len(), 2);
}

#[tokio::test]
async fn keys_sealed_anew_open_under_the_new_secret_alone_and_nobody_is_signed_out() {
    let database = TestDatabase::new().await;
    let running = database.engine().await;
    let ada = sign_up(&running, "ada").await;
    let smith = database.keysmith(|_| {}).await;
    let new_secret = auth::MasterSecret::parse(OTHER_SECRET).unwrap();
    assert_eq!(smith.seal_anew(&new_secret).await.unwrap(), 2);
    assert_eq!(
        smith.seal_anew(&new_secret).await.unwrap(),
        0,
        "begun again, it leaves what is done"
    );
    assert!(database.try_engine(MASTER_SECRET, |_| {}).await.is_err());
    let restarted = database.try_engine(OTHER_SECRET, |_| {}).await.unwrap();
    call(&restarted, &ada.access_token).await.unwrap();
    let ada = refresh(&restarted, &ada.refresh_token).await.unwrap();
    // One that has not been started again goes on with the keys that it has.
    two_polls_pass().await;
    call(&running, &ada.access_token).await.unwrap();
    refresh(&running, &ada.refresh_token).await.unwrap();
}

#[tokio::test]
async fn a_process_with_the_old_secret_makes_no_key_that_the_others_cannot_open() {
    let database = TestDatabase::new().await;
    let running = database.engine().await;
    let smith = database.keysmith(|_| {}).await;
    smith
        .seal_anew(&auth::MasterSecret::parse(OTHER_SECRET).unwrap())
        .await
        .unwrap();
    let renewed = database.keysmith_with(OTHER_SECRET, |_| {}).await;
    renewed
        .rotate(Ring::Access, SwitchOver::PublishedAhead)
        .await
        .unwrap();
    two_polls_pass().await;
    database.turn(DAY * 31);
    two_polls_pass().await;
    assert_eq!(renewed.list().await.unwrap().len(), 3);
    drop(running);
    database.try_engine(OTHER_SECRET, |_| {}).await.unwrap();
}

#[tokio::test]
async fn when_the_master_secret_is_lost_new_keys_are_made_and_everybody_is_signed_out() {
    let database = TestDatabase::new().await;
    let before = database.engine().await;
    let ada = sign_up(&before, "ada").await;
    drop(before);
    let smith = database.keysmith_with(OTHER_SECRET, |_| {}).await;
    assert_eq!(smith.start_anew().await.unwrap(), 1);
    let after = database.try_engine(OTHER_SECRET, |_| {}).await.unwrap();
    assert_invalid(call(&after, &ada.access_token).await);
    assert_invalid(refresh(&after, &ada.refresh_token).await);
    sign_in(&after, "ada", crate::support::PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_view_that_is_too_old_asks_whether_the_key_still_stands() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let grant = sign_up(&engine, "ada").await;
    // Nothing else of this process runs meanwhile, so that it neither hears of the key nor looks for longer than it believes what it saw last.
    std::thread::scope(|scope| {
        let another_process = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let smith = database.keysmith(|_| {}).await;
                smith.retire(&grant.key_id).await.unwrap();
            });
        });
        another_process.join().unwrap();
    });
    std::thread::sleep(Duration::from_millis(5_100));
    assert_invalid(call(&engine, &grant.access_token).await);
}

#[tokio::test]
async fn a_key_that_signs_at_once_is_taken_by_all_whatever_keys_a_stranger_names() {
    let database = TestDatabase::new().await;
    let here = database.engine().await;
    let smith = database.keysmith(|_| {}).await;
    sign_up(&here, "ada").await;
    let elsewhere = TestDatabase::new().await;
    let foreign = sign_up(&elsewhere.engine().await, "mallory").await;
    for ring in [Ring::Access, Ring::Refresh].repeat(3) {
        assert_invalid(call(&here, &foreign.access_token).await);
        assert_invalid(refresh(&here, &foreign.refresh_token).await);
        smith.rotate(ring, SwitchOver::AtOnce).await.unwrap();
        // A process that has just started knows the key; this one may not have read it yet.
        let there = database.engine().await;
        let grant = sign_in(&there, "ada", PASSWORD).await.unwrap();
        let (called, again, refreshed) = tokio::join!(
            call(&here, &grant.access_token),
            call(&here, &grant.access_token),
            refresh(&here, &grant.refresh_token)
        );
        called.unwrap();
        again.unwrap();
        refreshed.unwrap();
    }
}
