//! The key rings: made once, shared by all processes, sealed.

use std::sync::Arc;

use auth::{Engine, EngineSettings, MasterSecret, StartError};

use crate::support::{
    MASTER_SECRET, NoRandomness, TestDatabase, call, on_database, refresh, sign_up,
};

#[tokio::test]
async fn processes_that_start_at_once_share_one_key_of_each_ring() {
    let database = TestDatabase::new().await;
    database.store().await;
    let (a, b, c) = tokio::join!(database.engine(), database.engine(), database.engine());
    assert_eq!(a.key_set(), b.key_set());
    assert_eq!(b.key_set(), c.key_set());
    assert_eq!(a.key_set().keys.len(), 1);
    let grant = sign_up(&a, "ada").await;
    call(&b, &grant.access_token).await.unwrap();
    refresh(&c, &grant.refresh_token).await.unwrap();
}

#[tokio::test]
async fn the_published_keys_are_the_access_rings_alone() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let set = serde_json::to_value(engine.key_set()).unwrap();
    let key = &set["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (
            &"OKP".into(),
            &"Ed25519".into(),
            &"EdDSA".into(),
            &"sig".into()
        )
    );
    assert!(key.get("d").is_none());
    let grant = sign_up(&engine, "ada").await;
    assert_eq!(key["kid"], grant.key_id.as_str());
}

#[tokio::test]
async fn another_master_secret_opens_nothing_and_says_so() {
    let database = TestDatabase::new().await;
    database.engine().await;
    let error = database
        .try_engine("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa", |_| {})
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::Keys(_)), "{error:?}");
    assert!(error.to_string().contains("master secret"), "{error}");
}

#[tokio::test]
async fn a_key_that_was_put_into_the_database_by_another_stops_the_start() {
    let database = TestDatabase::new().await;
    database.engine().await;
    // A public key of the attacker's own, in a place where it would verify and never sign, with the sealed half of another.
    let _added: String = on_database!(database, pool => sqlx::query_scalar(
        "INSERT INTO signing_keys (id, ring, serial, algorithm, public_key, sealed_private_key, created_at, signs_from)
         SELECT '2026-01-evil', ring, 0, algorithm, $1, sealed_private_key, created_at, signs_from FROM signing_keys WHERE ring = 'access'
         RETURNING id",
    ).bind([7_u8; 32].as_slice()).fetch_one(&pool));
    let error = database
        .try_engine(MASTER_SECRET, |_| {})
        .await
        .unwrap_err();
    assert!(error.to_string().contains("2026-01-evil"), "{error}");
}

#[tokio::test]
async fn nothing_is_made_of_failed_randomness() {
    let database = TestDatabase::new().await;
    let clock = Arc::clone(&database.clock) as Arc<dyn auth::clock::Clock>;
    let settings = EngineSettings::new("https://latchkey.example");
    let secret = MasterSecret::parse(MASTER_SECRET).unwrap();
    let started = Engine::start(
        settings,
        database.store().await,
        clock,
        Arc::new(NoRandomness),
        &secret,
    )
    .await;
    assert!(started.is_err());
}
