//! latchkey user

use super::{Live, PASSWORD};
use crate::support::Visited as _;

const OTHER_PASSWORD: &str = "nine loud weavers hum";

#[tokio::test]
async fn an_account_is_made_with_a_password_from_standard_input_and_signs_in() {
    let live = Live::start().await;
    let made = live
        .run_with(
            &["user", "add", "ada", "Ada@Example.org", "--json"],
            &format!("{PASSWORD}\n"),
        )
        .await
        .json();
    assert_eq!(
        (&made["username"], &made["email"]),
        (&"ada".into(), &"ada@example.org".into())
    );
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 200);
    let shown = live
        .run(&["user", "show", "ADA@example.org", "--json"])
        .await
        .json();
    assert_eq!((&shown["id"], &shown["sessions"]), (&made["id"], &1.into()));
    live.run(&["user", "show", made["id"].as_str().unwrap()])
        .await
        .ended(0)
        .says("active");
}

#[tokio::test]
async fn an_account_that_can_not_be_made_is_refused_with_each_reason() {
    let live = Live::start().await;
    live.register("ada").await;
    live.run_with(&["user", "add", "a", "nowhere"], "short\n")
        .await
        .ended(5)
        .says("username: ")
        .says("email: ")
        .says("password: ");
    live.run_with(&["user", "add", "ADA", "other@example.org"], PASSWORD)
        .await
        .ended(5)
        .says("taken");
    live.run(&["user", "add", "eve", "eve@example.org"])
        .await
        .ended(5)
        .says("No password came");
    assert_eq!(live.database.number("SELECT COUNT(*) FROM users").await, 1);
}

#[tokio::test]
async fn accounts_are_listed_page_by_page() {
    let live = Live::start().await;
    live.run(&["user", "list"])
        .await
        .ended(0)
        .says("There are no users");
    for name in ["ada", "eve", "grace"] {
        live.register(name).await;
    }
    let names = |page: &serde_json::Value| {
        let users = page.as_array().unwrap();
        users
            .iter()
            .map(|user| user["username"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = live
        .run(&["user", "list", "--limit", "2", "--json"])
        .await
        .json();
    assert_eq!(names(&first), ["ada", "eve"]);
    let last = first[1]["id"].as_str().unwrap();
    let second = live
        .run(&["user", "list", "--after", last, "--json"])
        .await
        .json();
    assert_eq!(names(&second), ["grace"]);
    live.run(&["user", "list"])
        .await
        .ended(0)
        .says("USERNAME")
        .says("grace@example.org");
    live.run(&["user", "list", "--limit", "0"]).await.ended(2);
}

#[tokio::test]
async fn another_password_ends_all_sessions() {
    let live = Live::start().await;
    let ada = live.register("ada").await;
    live.run_with(&["user", "set-password", "ada"], OTHER_PASSWORD)
        .await
        .ended(0)
        .says("1 sessions ended");
    live.is_dead(&ada).await;
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 401);
    assert_eq!(live.try_login("ada", OTHER_PASSWORD).await.status, 200);
    live.run_with(&["user", "set-password", "ada"], "short")
        .await
        .ended(5)
        .says("password: ");
    assert_eq!(live.try_login("ada", OTHER_PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_disabled_user_is_out_until_they_are_enabled() {
    let live = Live::start().await;
    let ada = live.register("ada").await;
    live.run(&["user", "disable", "ada"]).await.ended(0);
    live.is_dead(&ada).await;
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 401);
    live.run(&["user", "list"]).await.says("disabled");
    live.run(&["user", "enable", "ada"]).await.ended(0);
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 200);
    assert_eq!(live.profile(&ada).await.status, 401);
}

#[tokio::test]
async fn a_deleted_user_leaves_nothing_and_their_tokens_open_nothing() {
    let mut live = Live::start().await;
    let (ada, eve) = (live.register("ada").await, live.register("eve").await);
    live.run(&["user", "delete", "ada"])
        .await
        .ended(5)
        .says("--yes");
    assert_eq!(live.profile(&ada).await.status, 200);
    live.run(&["user", "delete", "ada", "--yes"])
        .await
        .ended(0)
        .says("ada is deleted");
    live.is_dead(&ada).await;
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 401);
    assert_eq!(
        live.database.number("SELECT COUNT(*) FROM sessions").await,
        1
    );
    assert_eq!(live.profile(&eve).await.status, 200);
    // A server that starts later knows it too.
    live.serve().await;
    assert_eq!(live.profile(&ada).await.status, 401);
    assert_eq!(live.profile(&eve).await.status, 200);
}

#[tokio::test]
async fn a_user_that_there_is_not_is_told() {
    let live = Live::start().await;
    for command in ["show", "disable", "enable", "delete"] {
        live.run(&["user", command, "nobody"])
            .await
            .ended(4)
            .says("There is no user nobody");
    }
    live.run_with(&["user", "set-password", "nobody"], PASSWORD)
        .await
        .ended(4);
}
