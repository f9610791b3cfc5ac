//! Who waits for whom: transactions that want the same rows take them in the same order, and what concerns many rows keeps nobody waiting for
//! long. SQLite has one writer, and no locks of rows.

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

#[tokio::test(flavor = "multi_thread")]
async fn all_sessions_are_ended_in_batches_that_others_see_one_by_one() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let columns =
        "user_id, created_at, last_seen_at, expires_at, absolute_expires_at, auth_time, amr";
    // Their ids sort behind that of ada's, whose first bits are the time.
    let (numbers, id) = if database.url.starts_with("sqlite") {
        (
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)",
            "unhex(printf('f%031x', n))",
        )
    } else {
        (
            "WITH numbers (n) AS (SELECT generate_series(1, 2500))",
            "('f' || lpad(to_hex(n), 31, '0'))::UUID",
        )
    };
    let fill = format!(
        "{numbers} INSERT INTO sessions (id, {columns}) SELECT {id}, {columns} FROM sessions, numbers RETURNING generation"
    );
    let filled: Vec<i64> = on_database!(database, pool => sqlx::query_scalar(sqlx::AssertSqlSafe(fill)).fetch_all(&pool));
    assert_eq!(filled.len(), 2500);
    let count = async |condition: &str| -> i64 {
        let sql = format!("SELECT COUNT(*) FROM sessions WHERE {condition}");
        on_database!(database, pool => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&pool))
    };
    let root = operator();
    if database.url.starts_with("sqlite") {
        let ended = administration::revoke_all_sessions(&engine, &root).await;
        assert_eq!(ended.unwrap(), 2501);
    } else {
        // Somebody holds the last one.
        let mut admin = PgConnection::connect(&database.url).await.unwrap();
        let mut held = admin.begin().await.unwrap();
        sqlx::query(
            "SELECT id FROM sessions WHERE id = (SELECT id FROM sessions ORDER BY id DESC LIMIT 1) FOR UPDATE",
        )
        .execute(&mut *held)
        .await
        .unwrap();
        let (ended, ()) =
            tokio::join!(administration::revoke_all_sessions(&engine, &root), async {
                eventually("two batches are ended", async || {
                    count("revoked_at IS NOT NULL").await == 2000
                })
                .await;
                held.commit().await.unwrap();
            });
        assert_eq!(ended.unwrap(), 2501);
    }
    assert_eq!(count("revoked_at IS NULL").await, 0);
    assert_invalid(refresh(&engine, &ada.refresh_token).await);
    let told = "SELECT detail FROM audit_events WHERE kind = 'sessions_ended'";
    let told: String = on_database!(database, pool => sqlx::query_scalar(told).fetch_one(&pool));
    assert_eq!(told, "sessions=2501");
}
