//! A database that an older program has filled is brought up to date with all that is in it.

use auth::{
    Engine, Store,
    audit::AuditFilter,
    clock::Clock as _,
    flow::administration::{self, Page},
};
use sqlx::migrate::Migrator;
use uuid::Uuid;

use crate::support::{PASSWORD, TestDatabase, on_database, sign_in, sign_up};

/// The last migration before the audit log told who did something.
const BEFORE: i64 = 4;

/// Brings an empty database to where the older program left it.
async fn make_old(database: &TestDatabase) {
    let until = |migrations: Migrator| {
        let old = migrations.iter().filter(|one| one.version <= BEFORE);
        Migrator::with_migrations(old.cloned().collect())
    };
    // Makes the file where it is one.
    let store = Store::connect(&database.url).await.unwrap();
    store.close().await;
    if database.url.starts_with("sqlite") {
        let pool = sqlx::SqlitePool::connect(&database.url).await.unwrap();
        until(sqlx::migrate!("migrations/sqlite"))
            .run(&pool)
            .await
            .unwrap();
    } else {
        let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
        until(sqlx::migrate!("migrations/postgres"))
            .run(&pool)
            .await
            .unwrap();
    }
}

/// The hash of [`PASSWORD`] as a program keeps it.
async fn hash() -> String {
    let elsewhere = TestDatabase::new().await;
    sign_up(&elsewhere.engine().await, "somebody").await;
    on_database!(elsewhere, pool => sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(&pool))
}

async fn add_what_was_there(database: &TestDatabase) {
    let (user, now, hash) = (Uuid::from_u128(7), database.clock.now(), hash().await);
    let a_user = "INSERT INTO users (id, username, username_key, email, password_hash, created_at)
                  VALUES ($1, 'Ada', 'ada', 'ada@example.org', $2, $3) RETURNING username";
    let an_event = "INSERT INTO audit_events (id, at, kind, user_id, session_id, address)
                    VALUES ($1, $2, 'refresh_token_reused', $1, $1, '192.0.2.1') RETURNING kind";
    let added: (String, String) = (
        on_database!(database, pool => sqlx::query_scalar(a_user).bind(user).bind(&hash).bind(now).fetch_one(&pool)),
        on_database!(database, pool => sqlx::query_scalar(an_event).bind(user).bind(now).fetch_one(&pool)),
    );
    assert_eq!(added, ("Ada".to_owned(), "refresh_token_reused".to_owned()));
}

async fn audit_log(engine: &Engine) -> Vec<(String, String)> {
    let all = Page {
        after: None,
        limit: 10,
    };
    let records = administration::audit_log(engine, &AuditFilter::default(), all)
        .await
        .unwrap();
    records
        .into_iter()
        .map(|record| (record.kind, record.actor))
        .collect()
}

#[tokio::test]
async fn what_an_older_program_has_stored_is_there_after_the_upgrade() {
    let database = TestDatabase::new().await;
    make_old(&database).await;
    add_what_was_there(&database).await;
    database.store().await;
    let engine = database.engine().await;
    sign_in(&engine, "ada@example.org", PASSWORD).await.unwrap();
    let log = audit_log(&engine).await;
    assert!(
        log.contains(&("refresh_token_reused".to_owned(), "anonymous".to_owned())),
        "{log:?}"
    );
    assert!(
        log.contains(&("signed_in".to_owned(), "user".to_owned())),
        "{log:?}"
    );
}
