//! Deleting one's account: a day to change one's mind until, and nothing left after it that tells whose it was.

use std::time::Duration;

use auth::{Engine, Error, Grant, Letter, Occasion, Verification, account::Profile, flow};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, eventually, mail, new_user, on_database,
    only_link, refresh, sign_in, sign_up, who,
};

const DAY: Duration = Duration::from_hours(24);

/// An engine whose letters somebody takes, and whose keys don't take turns while the test turns the clock.
async fn engine(database: &TestDatabase) -> Engine {
    database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.key_rotation = None;
        })
        .await
}

async fn plan(engine: &Engine, grant: &Grant) -> Profile {
    let who = who(engine, grant).await;
    flow::plan_deletion(engine, &who, &device()).await.unwrap()
}

async fn cancel(engine: &Engine, grant: &Grant) -> Profile {
    let who = who(engine, grant).await;
    flow::cancel_deletion(engine, &who, &device())
        .await
        .unwrap()
}

async fn count(database: &TestDatabase, sql: &'static str) -> i64 {
    on_database!(database, pool => sqlx::query_scalar(sql).fetch_one(&pool))
}

fn on(letters: &[Letter], occasion: Occasion) -> Vec<&Letter> {
    letters
        .iter()
        .filter(|letter| letter.occasion == occasion)
        .collect()
}

#[tokio::test]
async fn it_is_planned_once_told_and_can_be_taken_back() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let planned = plan(&engine, &ada).await;
    assert_eq!(planned.deletes_at.as_deref(), Some("2027-01-29T08:00:00Z"));
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].occasion, Occasion::DeletionPlanned);
    assert_eq!(letters[0].detail.deletes_at, planned.deletes_at);
    database.turn(Duration::from_mins(1));
    assert_eq!(plan(&engine, &ada).await.deletes_at, planned.deletes_at);
    assert!(mail(&engine).await.is_empty());
    let meanwhile = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert_eq!(meanwhile.profile.deletes_at, planned.deletes_at);
    assert_eq!(cancel(&engine, &meanwhile).await.deletes_at, None);
    assert_eq!(cancel(&engine, &meanwhile).await.deletes_at, None);
    database.turn(DAY * 15);
    assert_eq!(engine.clean_once().await.unwrap().users, 0);
    refresh(&engine, &meanwhile.refresh_token).await.unwrap();
}

#[tokio::test]
async fn until_its_day_the_letter_that_tells_of_it_keeps_the_account() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    plan(&engine, &ada).await;
    let told = only_link(&mail(&engine).await, Occasion::DeletionPlanned);
    database.turn(Duration::from_secs(14 * 24 * 60 * 60 - 1));
    flow::it_was_not_me(&engine, &told, &device())
        .await
        .unwrap();
    assert_invalid(refresh(&engine, &ada.refresh_token).await);
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    database.turn(DAY);
    assert_eq!(engine.clean_once().await.unwrap().users, 0);
    let kept = "SELECT COUNT(*) FROM audit_events WHERE kind = 'deletion_cancelled' AND user_id IS NOT NULL";
    assert_eq!(count(&database, kept).await, 1);
}

#[tokio::test]
async fn once_its_day_has_come_there_is_no_way_back() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    plan(&engine, &ada).await;
    database.turn(Duration::from_secs(14 * 24 * 60 * 60 - 1));
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    database.turn(Duration::from_secs(1));
    let as_ada = who(&engine, &ada).await;
    let answer = flow::cancel_deletion(&engine, &as_ada, &device()).await;
    assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
    assert_eq!(engine.clean_once().await.unwrap().users, 1);
}

/// Somebody has asked for an account with the address while it was the owner's.
#[tokio::test]
async fn nobody_is_left_who_asked_for_an_account_with_its_address() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let requiring = database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.verification = Verification::Required;
        })
        .await;
    plan(&engine, &ada).await;
    database.turn(Duration::from_hours(14 * 24 - 1));
    for name in ["eve", "bob"] {
        let mut user = new_user(name);
        if name == "eve" {
            user.email = "ada@example.org".to_owned();
        }
        flow::sign_up(&requiring, user).await.unwrap();
    }
    database.turn(Duration::from_hours(1));
    assert_eq!(engine.clean_once().await.unwrap().users, 1);
    let left = "SELECT COUNT(*) FROM pending_sign_ups WHERE email = 'ada@example.org'";
    assert_eq!(count(&database, left).await, 0);
}

#[tokio::test]
async fn on_its_day_it_is_gone_and_nothing_tells_whose_it_was() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let bob = sign_up(&engine, "bob").await;
    plan(&engine, &ada).await;
    let letters = mail(&engine).await;
    assert_eq!(on(&letters, Occasion::DeletionPlanned).len(), 1);
    database.turn(Duration::from_secs(14 * 24 * 60 * 60 - 1));
    assert_eq!(engine.clean_once().await.unwrap().users, 0);
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    database.turn(Duration::from_secs(1));
    let cleaned = engine.clean_once().await.unwrap();
    assert_eq!((cleaned.users, cleaned.deletions), (1, 0));

    eventually("the tokens are refused", async || {
        call(&engine, &ada.access_token).await.is_err()
    })
    .await;
    assert_invalid(refresh(&engine, &ada.refresh_token).await);
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    let letters = mail(&engine).await;
    let [letter] = on(&letters, Occasion::Deleted)[..] else {
        panic!("not one letter: {letters:?}");
    };
    assert_eq!(letter.to, "ada@example.org");
    assert_eq!(letter.username.as_deref(), Some("ada"));

    // What is left of the events is that they happened.
    let hers = "SELECT COUNT(*) FROM audit_events WHERE kind IN ('signed_up', 'signed_in', 'deletion_planned')
                AND user_id IS NULL AND session_id IS NULL AND user_agent IS NULL AND address IS NULL";
    assert_eq!(count(&database, hers).await, 3);
    let bobs = "SELECT COUNT(*) FROM audit_events WHERE user_id IS NOT NULL AND session_id IS NOT NULL AND address IS NOT NULL";
    assert_eq!(count(&database, bobs).await, 1);
    let told = "SELECT COUNT(*) FROM audit_events WHERE kind = 'user_deleted' AND actor = 'system' AND user_id IS NULL";
    assert_eq!(count(&database, told).await, 1);
    for table in [
        "SELECT COUNT(*) FROM sessions",
        "SELECT COUNT(*) FROM users",
        "SELECT COUNT(*) FROM known_devices",
    ] {
        assert_eq!(count(&database, table).await, 1, "{table}");
    }
    refresh(&engine, &bob.refresh_token).await.unwrap();
    // The name and the address are free.
    flow::sign_up(&engine, new_user("ada")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn by_many_processes_at_once_it_is_deleted_and_told_once() {
    let database = TestDatabase::new().await;
    let engines = [
        engine(&database).await,
        engine(&database).await,
        engine(&database).await,
    ];
    for name in ["ada", "bob", "cleo"] {
        let grant = sign_up(&engines[0], name).await;
        plan(&engines[0], &grant).await;
    }
    mail(&engines[0]).await;
    database.turn(DAY * 14);
    let (a, b, c) = tokio::join!(
        engines[0].clean_once(),
        engines[1].clean_once(),
        engines[2].clean_once()
    );
    assert_eq!(a.unwrap().users + b.unwrap().users + c.unwrap().users, 3);
    let letters = mail(&engines[0]).await;
    assert_eq!(on(&letters, Occasion::Deleted).len(), 3);
    let told = "SELECT COUNT(*) FROM audit_events WHERE kind = 'user_deleted'";
    assert_eq!(count(&database, told).await, 3);
}

#[tokio::test]
async fn many_events_are_made_nobodys_in_batches() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    plan(&engine, &ada).await;
    let fill = if database.url.starts_with("sqlite") {
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO audit_events (id, at, kind, user_id) SELECT randomblob(16), 0, 'signed_in', id FROM users, numbers RETURNING kind"
    } else {
        "INSERT INTO audit_events (id, at, kind, user_id)
         SELECT gen_random_uuid(), now(), 'signed_in', id FROM users, generate_series(1, 1200) RETURNING kind"
    };
    let filled: Vec<String> =
        on_database!(database, pool => sqlx::query_scalar(fill).fetch_all(&pool));
    assert_eq!(filled.len(), 1200);
    database.turn(DAY * 14);
    assert_eq!(engine.clean_once().await.unwrap().users, 1);
    let left = "SELECT COUNT(*) FROM audit_events WHERE user_id IS NOT NULL";
    assert_eq!(count(&database, left).await, 0);
}
