//! Transactions that want the same rows take them in the same order. SQLite has one writer, and nobody there waits for another.

use std::time::Duration;

use auth::flow::administration;
use sqlx::{Connection as _, PgConnection};

use crate::support::{
    TestDatabase, assert_invalid, call, eventually, on_database, operator, refresh, sign_up,
};

/// How many wait for a lock.
async fn waiting(database: &TestDatabase) -> i64 {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    on_database!(database, pool => sqlx::query_scalar(sql).fetch_one(&pool))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theft_that_is_found_out_while_its_user_is_deleted_waits_or_goes_first() {
    let database = TestDatabase::new().await;
    if database.url.starts_with("sqlite") {
        return;
    }
    let engine = database.engine().await;
    let stolen = sign_up(&engine, "ada").await;
    let newer = refresh(&engine, &stolen.refresh_token).await.unwrap();
    call(&engine, &newer.access_token).await.unwrap();
    database.turn(Duration::from_secs(11));
    let account = administration::find_user(&engine, "ada").await.unwrap();
    let user = account.unwrap().id;
    // Nobody can be left a notice for now: so the theft is held up in the middle.
    let mut admin = PgConnection::connect(&database.url).await.unwrap();
    let mut held = admin.begin().await.unwrap();
    sqlx::query("LOCK TABLE notices IN SHARE MODE")
        .execute(&mut *held)
        .await
        .unwrap();
    let theft = tokio::spawn({
        let engine = engine.clone();
        async move { refresh(&engine, &stolen.refresh_token).await }
    });
    eventually("the theft is held up", async || {
        waiting(&database).await == 1
    })
    .await;
    let deletion = tokio::spawn({
        let engine = engine.clone();
        async move { administration::delete(&engine, &operator(), user).await }
    });
    eventually("the deletion waits for it", async || {
        waiting(&database).await == 2
    })
    .await;
    held.commit().await.unwrap();
    assert_invalid(theft.await.unwrap());
    deletion.await.unwrap().unwrap();
}
