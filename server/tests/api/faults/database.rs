//! A database that goes away while the program serves, and comes back. What an old view does on SQLite is tried beside the processes.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::join_all;

use super::{Program, assert_unavailable};
use crate::support::{PASSWORD, Proxy, Visited as _, eventually};

#[tokio::test]
async fn a_database_that_is_away_is_told_by_503_and_signs_nobody_out() {
    let Some((program, wire, server)) = Program::behind_a_wire().await else {
        return;
    };
    let ada = program.register("ada").await;
    assert_eq!(program.profile(&ada).await.status, 200);
    let nobody = wire.cut().await;
    // What was read a moment ago is believed for five seconds, and the keys for good.
    assert_eq!(program.profile(&ada).await.status, 200);
    assert_eq!(program.status("/.well-known/jwks.json").await, 200);
    let (ready, refreshed, signed_in) = tokio::join!(
        program.ask("GET", "/health/ready").send(),
        program.try_refresh(&ada),
        program.try_login("ada", PASSWORD),
    );
    for answer in [ready, refreshed, signed_in] {
        assert_unavailable(&answer);
    }
    eventually("its view is too old to be believed", async || {
        program.profile(&ada).await.status == 503
    })
    .await;
    assert_unavailable(&program.profile(&ada).await);
    assert_eq!(program.status("/health/live").await, 200);
    let _wire = Proxy::at(nobody, server).await;
    eventually("it has healed", async || {
        program.profile(&ada).await.status == 200 && program.status("/health/ready").await == 200
    })
    .await;
    let newer = program.refresh(&ada).await;
    assert_eq!(program.profile(&newer).await.status, 200);
}

/// As when the machine of the database has died, and another has taken its name: nobody ever answers on the connections that there were.
#[tokio::test]
async fn connections_that_hang_are_left_behind_for_others() {
    let Some((program, wire, _server)) = Program::behind_a_wire().await else {
        return;
    };
    let ada = program.register("ada").await;
    let ask_all = || join_all((0..40).map(|_| program.ask("GET", "/health/ready").send()));
    // So that the program has all the connections that it ever has.
    ask_all().await;
    wire.hang();
    // Somebody asks for a key that nobody knows, and waits: that must not keep others from the keys.
    let nobodys = ["{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"x\"}", "{}"]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let waits = tokio::spawn(
        program
            .ask("GET", "/api/v1/user/profile")
            .bearer(&format!("{nobodys}.AAAA"))
            .try_send(),
    );
    let impatient = tokio::time::timeout(Duration::from_secs(1), ask_all()).await;
    assert!(impatient.is_err(), "the wire still carries");
    assert!(!waits.is_finished(), "nobody was asked for the key");
    wire.carry_what_comes();
    eventually("it asks on other connections", async || {
        program.status("/health/ready").await == 200
    })
    .await;
    let newer = tokio::time::timeout(Duration::from_secs(10), program.refresh(&ada))
        .await
        .expect("the keys can't be read");
    assert_eq!(program.profile(&newer).await.status, 200);
}
