//! latchkey key

use serde_json::Value;

use super::{Live, PASSWORD, SignedIn};
use crate::support::{Visited as _, eventually, header_of};

const OTHER_SECRET: &str = "another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa";

fn key_of(token: &str) -> String {
    let header: Value = serde_json::from_str(&header_of(token)).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

impl Live {
    async fn keys(&self) -> Vec<Value> {
        let keys = self.run(&["key", "list", "--json"]).await.json();
        keys.as_array().unwrap().clone()
    }

    async fn published(&self) -> Vec<String> {
        let set = self
            .ask("GET", "/.well-known/jwks.json")
            .send()
            .await
            .json();
        let keys = set["keys"].as_array().unwrap();
        keys.iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn refresh(&self, who: &SignedIn) -> SignedIn {
        let answer = self.try_refresh(who).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        SignedIn::from(&answer)
    }
}

#[tokio::test]
async fn a_rotation_publishes_the_next_keys_and_signs_nobody_out() {
    let live = Live::start().await;
    let ada = live.register("ada").await;
    let made = live.run(&["key", "rotate", "--json"]).await.json();
    let access = made[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&made[0]["ring"], &made[0]["state"]),
        (&"access".into(), &"waiting".into())
    );
    eventually("the next key is published", async || {
        live.published().await.contains(&access)
    })
    .await;
    assert_eq!(live.profile(&ada).await.status, 200);
    let ada = live.refresh(&ada).await;
    assert_ne!(key_of(&ada.access), access, "it signs in six minutes");
    live.run(&["key", "rotate"])
        .await
        .ended(5)
        .says("waits already");

    live.run(&["key", "rotate", "--at-once"]).await.ended(0);
    eventually("a new key signs", async || {
        let next = live.try_login("ada", PASSWORD).await;
        key_of(&SignedIn::from(&next).access) != key_of(&ada.access)
    })
    .await;
    assert_eq!(live.profile(&ada).await.status, 200);
    live.refresh(&ada).await;
}

#[tokio::test]
async fn an_access_key_that_is_taken_back_costs_a_refresh() {
    let live = Live::start().await;
    let ada = live.register("ada").await;
    let id = key_of(&ada.access);
    live.run(&["key", "retire", &id])
        .await
        .ended(5)
        .says("refresh once")
        .says("--yes");
    assert_eq!(live.profile(&ada).await.status, 200);
    live.run(&["key", "retire", &id, "--yes"])
        .await
        .ended(0)
        .says("signs in its place");
    live.refuses(&ada).await;
    let ada = live.refresh(&ada).await;
    assert_eq!(live.profile(&ada).await.status, 200);
    assert!(!live.published().await.contains(&id));
    live.run(&["key", "retire", &id, "--yes"])
        .await
        .ended(5)
        .says("retired already");
    live.run(&["key", "retire", "2026-01-nothing", "--yes"])
        .await
        .ended(4);
    live.run(&["key", "list"]).await.ended(0).says("retired");
}

#[tokio::test]
async fn a_refresh_key_that_is_taken_back_says_first_whom_it_signs_out() {
    let live = Live::start().await;
    let (ada, eve) = (live.register("ada").await, live.register("eve").await);
    let id = key_of(&ada.refresh);
    live.run(&["key", "retire", &id])
        .await
        .ended(5)
        .says("2 sessions will end");
    assert_eq!(live.profile(&ada).await.status, 200);
    live.run(&["key", "retire", &id, "--yes"])
        .await
        .ended(0)
        .says("2 sessions ended");
    live.is_dead(&ada).await;
    live.is_dead(&eve).await;
    let again = SignedIn::from(&live.try_login("ada", PASSWORD).await);
    live.refresh(&again).await;
}

#[tokio::test]
async fn the_keys_are_sealed_under_another_master_secret_and_nobody_is_signed_out() {
    let mut live = Live::start().await;
    let ada = live.register("ada").await;
    let file = live.folder().join("new.secret");
    std::fs::write(&file, OTHER_SECRET).unwrap();
    let file = file.to_str().unwrap().to_owned();
    live.run(&["key", "seal-anew", "--new-secret-file", &file])
        .await
        .ended(0)
        .says("2 keys");
    live.run(&["check"])
        .await
        .ended(5)
        .says("signing keys")
        .says("start-anew");
    live.set("LATCHKEY_MASTER_SECRET", OTHER_SECRET);
    live.serve().await;
    assert_eq!(live.profile(&ada).await.status, 200);
    live.refresh(&ada).await;
    live.run(&["key", "seal-anew", "--new-secret-file", "nowhere"])
        .await
        .ended(1)
        .says("nowhere");
}

#[tokio::test]
async fn a_lost_master_secret_costs_everybody_their_session_and_no_account() {
    let mut live = Live::start().await;
    let ada = live.register("ada").await;
    live.set("LATCHKEY_MASTER_SECRET", OTHER_SECRET);
    live.run(&["serve"]).await.ended(1).says("start-anew");
    live.run(&["key", "start-anew"])
        .await
        .ended(5)
        .says("--yes");
    live.run(&["key", "start-anew", "--yes"])
        .await
        .ended(0)
        .says("made anew")
        .says("1 sessions ended");
    let signing = async || {
        let keys = live.keys().await;
        keys.iter().filter(|key| key["state"] == "signing").count()
    };
    assert_eq!(signing().await, 2, "before any server starts");
    live.serve().await;
    assert_eq!(live.profile(&ada).await.status, 401);
    assert_eq!(live.try_refresh(&ada).await.status, 401);
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 200);
    assert_eq!(
        live.keys()
            .await
            .iter()
            .filter(|key| key["state"] == "signing")
            .count(),
        2
    );
}

#[tokio::test]
async fn another_algorithm_takes_over_and_signs_nobody_out() {
    let mut live = Live::start().await;
    let ada = live.register("ada").await;
    live.set("LATCHKEY_SIGNING_ALGORITHM", "ES256");
    live.serve().await;
    let ada = live.refresh(&ada).await;
    let waiting: Vec<_> = live.keys().await;
    assert_eq!(
        waiting
            .iter()
            .filter(|key| key["state"] == "waiting" && key["algorithm"] == "ES256")
            .count(),
        2
    );
    live.run(&["key", "rotate", "--at-once"]).await.ended(0);
    eventually("ES256 signs", async || {
        let next = live.try_login("ada", PASSWORD).await;
        header_of(&SignedIn::from(&next).access).contains("ES256")
    })
    .await;
    assert_eq!(live.profile(&ada).await.status, 200);
    let ada = live.refresh(&ada).await;
    assert!(header_of(&ada.refresh).contains("ES256"));
    assert_eq!(live.profile(&ada).await.status, 200);
    live.refresh(&ada).await;
}
