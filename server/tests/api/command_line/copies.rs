//! latchkey copy

use serde_json::Value;

use super::{Database, Live, PASSWORD, SignedIn};
use crate::support::Visited as _;

/// How many rows of a table a copy has, and how many of them were brought now.
fn counts(copied: &Value, table: &str) -> (u64, u64) {
    let tables = copied.as_array().unwrap();
    let of_table = tables.iter().find(|one| one["table"] == table).unwrap();
    (
        of_table["rows"].as_u64().unwrap(),
        of_table["copied_now"].as_u64().unwrap(),
    )
}

/// Stops the server, copies all to another database, and starts a server there.
async fn move_house(live: &mut Live, to: Database) -> Value {
    live.stop().await;
    let copied = live
        .run(&["copy", "--to", &to.url(), "--json"])
        .await
        .json();
    live.move_to(to);
    live.serve().await;
    copied
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_move_there_or_back() {
    let mut live = Live::start().await;
    let (ada, eve) = (live.register("ada").await, live.register("eve").await);
    let signed_out = SignedIn::from(&live.try_login("ada", PASSWORD).await);
    let disabled = live.register("mallory").await;
    live.run(&["session", "revoke", &super::sessions::id_of(&signed_out)])
        .await
        .ended(0);
    live.run(&["user", "disable", "mallory"]).await.ended(0);
    assert_eq!(live.try_login("eve", "not her password").await.status, 401);
    let ada = live.refresh(&ada).await;

    let copied = move_house(&mut live, Database::embedded()).await;
    assert_eq!(counts(&copied, "users"), (3, 3));
    assert_eq!(counts(&copied, "sessions"), (4, 4));
    assert_eq!(live.profile(&ada).await.status, 200);
    live.is_dead(&signed_out).await;
    live.is_dead(&disabled).await;
    let ada = live.refresh(&ada).await;
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 200);

    let copied = move_house(&mut live, Database::create().await).await;
    assert_eq!(counts(&copied, "sessions"), (5, 5));
    live.refresh(&ada).await;
    live.refresh(&eve).await;
    live.is_dead(&signed_out).await;
    live.is_dead(&disabled).await;
}

#[tokio::test]
async fn a_copy_that_was_cut_goes_on_where_it_stopped() {
    let mut live = Live::start().await;
    for name in ["ada", "eve", "grace"] {
        live.register(name).await;
        live.try_login(name, PASSWORD).await;
    }
    live.stop().await;
    let to = Database::embedded();
    let url = to.url();
    live.run(&["copy", "--to", &url]).await.ended(0);
    // As if it had been cut in the middle of the sessions.
    to.execute(
        "DELETE FROM sessions WHERE id > (SELECT id FROM sessions ORDER BY id LIMIT 1 OFFSET 1)",
    )
    .await;
    let again = live.run(&["copy", "--to", &url, "--json"]).await.json();
    assert_eq!(counts(&again, "users"), (3, 0));
    assert_eq!(counts(&again, "sessions"), (6, 4));
    live.run(&["copy", "--to", &url])
        .await
        .ended(0)
        .says("by count and checksum");
}

#[tokio::test]
async fn a_copy_that_is_not_like_its_original_is_told_of_and_never_written_over() {
    let mut live = Live::start().await;
    let ada = live.register("ada").await;
    let to = Database::embedded();
    live.run(&["copy", "--to", &to.url()]).await.ended(0);
    live.refresh(&ada).await;
    live.run(&["copy", "--to", &to.url()])
        .await
        .ended(5)
        .says("sessions differs")
        .says("Stop all servers");
    assert_eq!(to.number("SELECT generation FROM sessions").await, 0);
    live.stop().await;
}

#[tokio::test]
async fn a_database_of_somebody_else_is_left_alone() {
    let mut live = Live::start().await;
    live.register("ada").await;
    live.stop().await;
    let other = Live::start().await;
    other.register("eve").await;
    live.run(&["copy", "--to", &other.database.url()])
        .await
        .ended(5)
        .says("another Latchkey");
    let own = live.database.url();
    live.run(&["copy", "--to", &own]).await.ended(5);
    assert_eq!(other.database.number("SELECT COUNT(*) FROM users").await, 1);
}

#[tokio::test]
async fn the_address_of_the_other_database_is_not_repeated() {
    let live = Live::start().await;
    for url in [
        "postgres://latchkey:canary-password@127.0.0.1:1/latchkey",
        "mysql://latchkey:canary-password@127.0.0.1/latchkey",
    ] {
        let said = live.run(&["copy", "--to", url]).await;
        assert_eq!(said.code, 1, "{said:?}");
        assert!(!format!("{said:?}").contains("canary-password"), "{said:?}");
    }
}
