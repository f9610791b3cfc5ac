//! What is past is deleted, in small batches, and nothing else.

use std::time::Duration;

use auth::{
    Cleaned, Engine,
    audit::AuditFilter,
    flow::{
        self,
        administration::{self, Page},
    },
};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, eventually, on_database, operator,
    refresh, sign_in, sign_up,
};

const DAY: Duration = Duration::from_hours(24);

/// An engine whose keys don't take turns while the test turns the clock.
async fn engine(database: &TestDatabase) -> Engine {
    database
        .engine_with(|settings| settings.key_rotation = None)
        .await
}

async fn count(database: &TestDatabase, sql: &'static str) -> i64 {
    on_database!(database, pool => sqlx::query_scalar(sql).fetch_one(&pool))
}

#[tokio::test]
async fn ended_sessions_go_a_month_after_their_end_and_what_stands_stays() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let mut ada = sign_up(&engine, "ada").await;
    sign_up(&engine, "unused").await;
    let bob = sign_up(&engine, "bob").await;
    flow::sign_out(&engine, None, Some(&bob.refresh_token), &device())
        .await
        .unwrap();
    database.turn(DAY * 29);
    ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    assert_eq!(engine.clean_once().await.unwrap(), Cleaned::default());
    database.turn(DAY * 2);
    // Day 31: bob's is a month past. The one that nobody uses has its absolute end still before it.
    assert_eq!(engine.clean_once().await.unwrap().sessions, 1);
    assert_invalid(refresh(&engine, &bob.refresh_token).await);
    for _ in 0..2 {
        database.turn(DAY * 27);
        ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    }
    // Day 85.
    let second = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    database.turn(DAY * 27);
    let second = refresh(&engine, &second.refresh_token).await.unwrap();
    assert_eq!(engine.clean_once().await.unwrap().sessions, 0);
    database.turn(DAY * 9);
    // Day 121: those that began on the first day have ended on the ninetieth.
    assert_eq!(engine.clean_once().await.unwrap().sessions, 2);
    assert_eq!(engine.clean_once().await.unwrap().sessions, 0);
    assert_eq!(count(&database, "SELECT COUNT(*) FROM sessions").await, 1);
    refresh(&engine, &second.refresh_token).await.unwrap();
}

#[tokio::test]
async fn a_theft_is_found_out_however_often_there_was_cleaning() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let stolen = sign_up(&engine, "ada").await;
    let ada = refresh(&engine, &stolen.refresh_token).await.unwrap();
    call(&engine, &ada.access_token).await.unwrap();
    for _ in 0..5 {
        database.turn(DAY * 5);
        assert_eq!(engine.clean_once().await.unwrap().total(), 0);
    }
    assert_invalid(refresh(&engine, &stolen.refresh_token).await);
    assert_invalid(refresh(&engine, &ada.refresh_token).await);
    let reused = "SELECT COUNT(*) FROM audit_events WHERE kind = 'refresh_token_reused'";
    assert_eq!(count(&database, reused).await, 1);
}

#[tokio::test]
async fn old_events_of_the_audit_log_go_when_the_settings_say_so_and_not_before() {
    let database = TestDatabase::new().await;
    let keeps = database
        .engine_with(|settings| {
            settings.key_rotation = None;
            settings.audit_retention = None;
        })
        .await;
    let forgets = database
        .engine_with(|settings| {
            settings.key_rotation = None;
            settings.audit_retention = Some(DAY * 10);
        })
        .await;
    sign_up(&keeps, "ada").await;
    database.turn(DAY * 9);
    sign_in(&keeps, "ada", PASSWORD).await.unwrap();
    assert_eq!(forgets.clean_once().await.unwrap().audit_events, 0);
    database.turn(DAY * 2);
    assert_eq!(keeps.clean_once().await.unwrap().audit_events, 0);
    // Two keys were made, ada signed up, and was signed in by that.
    assert_eq!(forgets.clean_once().await.unwrap().audit_events, 4);
    let all = Page {
        after: None,
        limit: 100,
    };
    let left = administration::audit_log(&keeps, &AuditFilter::default(), all).await;
    let left = left.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].kind, "signed_in");
}

#[tokio::test]
async fn dismissed_notices_go_a_month_later_and_open_ones_stay() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    for name in ["ada", "bob"] {
        let stolen = sign_up(&engine, name).await;
        let newer = refresh(&engine, &stolen.refresh_token).await.unwrap();
        call(&engine, &newer.access_token).await.unwrap();
        database.turn(Duration::from_secs(11));
        assert_invalid(refresh(&engine, &stolen.refresh_token).await);
    }
    let ada = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let who = flow::authenticate(&engine, &ada.access_token)
        .await
        .unwrap();
    flow::dismiss_notice(&engine, who.user(), &ada.notices[0].id)
        .await
        .unwrap();
    database.turn(DAY * 29);
    assert_eq!(engine.clean_once().await.unwrap().notices, 0);
    database.turn(DAY * 2);
    assert_eq!(engine.clean_once().await.unwrap().notices, 1);
    let bob = sign_in(&engine, "bob", PASSWORD).await.unwrap();
    assert_eq!(bob.notices.len(), 1);
}

#[tokio::test]
async fn the_word_of_a_deleted_user_goes_when_no_token_of_theirs_can_be_good() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let account = administration::find_user(&engine, "ada").await.unwrap();
    administration::delete(&engine, &operator(), account.unwrap().id)
        .await
        .unwrap();
    database.turn(DAY);
    assert_eq!(engine.clean_once().await.unwrap().deletions, 0);
    database.turn(Duration::from_hours(1));
    assert_eq!(engine.clean_once().await.unwrap().deletions, 1);
    assert_invalid(call(&engine, &ada.access_token).await);
    assert_invalid(refresh(&engine, &ada.refresh_token).await);
}

/// Makes many words of users who were deleted long ago.
async fn fill_deletions(database: &TestDatabase) {
    if database.url.starts_with("sqlite") {
        let pool = sqlx::SqlitePool::connect(&database.url).await.unwrap();
        sqlx::query(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
             INSERT INTO deletions (user_id, deleted_at) SELECT randomblob(16), n FROM numbers",
        ).execute(&pool).await.unwrap();
    } else {
        let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
        sqlx::query(
            "INSERT INTO deletions (user_id, deleted_at)
             SELECT gen_random_uuid(), 'epoch'::timestamptz + n * interval '1 second' FROM generate_series(1, 1200) AS n",
        ).execute(&pool).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn much_is_deleted_in_small_batches_and_by_several_processes_at_once() {
    let database = TestDatabase::new().await;
    let (a, b) = (engine(&database).await, engine(&database).await);
    fill_deletions(&database).await;
    assert_eq!(a.clean_once().await.unwrap().deletions, 500);
    let left = "SELECT COUNT(*) FROM deletions";
    assert_eq!(count(&database, left).await, 700);
    let root = operator();
    let (by_a, by_b) = tokio::join!(
        administration::clean(&a, &root),
        administration::clean(&b, &root)
    );
    assert_eq!(by_a.unwrap().deletions + by_b.unwrap().deletions, 700);
    assert_eq!(count(&database, left).await, 0);
    let told = "SELECT COUNT(*) FROM audit_events WHERE kind = 'cleaned_up' AND actor = 'operator'";
    assert_eq!(count(&database, told).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_leaps_while_much_is_deleted_deletes_no_more() {
    let database = TestDatabase::new().await;
    let engine = engine(&database).await;
    let bob = sign_up(&engine, "bob").await;
    flow::sign_out(&engine, None, Some(&bob.refresh_token), &device())
        .await
        .unwrap();
    fill_deletions(&database).await;
    let cleaning = tokio::spawn({
        let engine = engine.clone();
        async move { administration::clean(&engine, &operator()).await }
    });
    eventually("the first batch is deleted", async || {
        count(&database, "SELECT COUNT(*) FROM deletions").await < 1200
    })
    .await;
    database.turn(DAY * 1_000);
    let cleaned = cleaning.await.unwrap().unwrap();
    assert_eq!((cleaned.deletions, cleaned.total()), (1200, 1200));
}
