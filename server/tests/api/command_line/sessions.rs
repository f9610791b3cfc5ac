//! latchkey session

use super::{Live, PASSWORD, SignedIn};
use crate::support::{Visited as _, claims_of};

pub(super) fn id_of(who: &SignedIn) -> String {
    claims_of(&who.access)["sid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sessions_are_listed_by_user_and_ended_one_by_one() {
    let live = Live::start().await;
    let (ada, eve) = (live.register("ada").await, live.register("eve").await);
    let ada_elsewhere = SignedIn::from(&live.try_login("ada", PASSWORD).await);
    let all = live.run(&["session", "list", "--json"]).await.json();
    assert_eq!(all.as_array().unwrap().len(), 3);
    let of_ada = live
        .run(&["session", "list", "--user", "ada", "--json"])
        .await
        .json();
    let ids: Vec<_> = of_ada
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [id_of(&ada), id_of(&ada_elsewhere)]);

    live.run(&["session", "revoke", &id_of(&ada)])
        .await
        .ended(0);
    live.is_dead(&ada).await;
    assert_eq!(live.profile(&ada_elsewhere).await.status, 200);
    assert_eq!(live.profile(&eve).await.status, 200);
    live.run(&["session", "revoke", &id_of(&ada)])
        .await
        .ended(4);
    live.run(&["session", "list", "--user", "nobody"])
        .await
        .ended(4);
    live.run(&["session", "revoke", "no-id"]).await.ended(2);
}

#[tokio::test]
async fn those_of_a_user_end_together_and_all_only_when_that_is_confirmed() {
    let live = Live::start().await;
    let (ada, eve) = (live.register("ada").await, live.register("eve").await);
    let ada_elsewhere = SignedIn::from(&live.try_login("ada", PASSWORD).await);
    live.run(&["session", "revoke", "--user", "ada"])
        .await
        .ended(0)
        .says("2 sessions");
    live.is_dead(&ada).await;
    live.is_dead(&ada_elsewhere).await;
    assert_eq!(live.profile(&eve).await.status, 200);
    live.run(&["session", "revoke", "--all"])
        .await
        .ended(5)
        .says("--yes");
    assert_eq!(live.profile(&eve).await.status, 200);
    live.run(&["session", "revoke", "--all", "--yes"])
        .await
        .ended(0)
        .says("1 sessions");
    live.is_dead(&eve).await;
    live.run(&["session", "list"])
        .await
        .ended(0)
        .says("No session stands");
}

#[tokio::test]
async fn what_a_browser_calls_itself_moves_no_cursor() {
    let live = Live::start().await;
    live.register("ada").await;
    live.database
        .execute("UPDATE sessions SET user_agent = 'evil\u{1b}[2J'")
        .await;
    let said = live.run(&["session", "list"]).await;
    assert!(!said.out.contains('\u{1b}'), "{said:?}");
}
