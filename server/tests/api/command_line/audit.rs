//! latchkey audit, latchkey clean

use std::process::Command;

use serde_json::Value;

use super::{Live, PASSWORD};
use crate::support::{Visited as _, WRONG_PASSWORD};

impl Live {
    async fn audit(&self, arguments: &[&str]) -> Vec<Value> {
        let arguments = [&["audit", "--json"][..], arguments].concat();
        let events = self.run(&arguments).await.json();
        events.as_array().unwrap().clone()
    }
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect()
}

/// The account that the tests run under.
fn account() -> String {
    let said = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_log_tells_who_did_what_to_which_account_from_where() {
    let live = Live::start().await;
    let ada = live.register("ada").await;
    live.register("eve").await;
    assert_eq!(live.try_login("ada", WRONG_PASSWORD).await.status, 401);
    live.run(&["user", "disable", "ada"]).await.ended(0);

    let of_ada = live.audit(&["--user", "ada"]).await;
    assert_eq!(kinds(&of_ada)[..2], ["user_disabled", "sign_in_failed"]);
    assert_eq!(of_ada.len(), 4);
    let (disabled, failed) = (&of_ada[0], &of_ada[1]);
    assert_eq!(disabled["actor"], "operator");
    assert_eq!(disabled["operator"], account());
    assert_eq!(disabled["user_id"], ada.id);
    assert_eq!(disabled["username"], "ada");
    assert_eq!(failed["actor"], "anonymous");
    assert_eq!(failed["address"], "127.0.0.1");
    live.run(&["audit", "--user", "ada"])
        .await
        .ended(0)
        .says(&format!("operator:{}", account()))
        .says("user_disabled");

    live.run(&["user", "delete", "ada", "--yes"]).await.ended(0);
    live.run(&["audit", "--user", "ada"]).await.ended(4);
    let of_ada = live.audit(&["--user", &ada.id]).await;
    assert_eq!(kinds(&of_ada)[0], "user_deleted");
    assert_eq!(of_ada.len(), 5);
    assert_eq!(of_ada[0]["username"], Value::Null);
}

#[tokio::test]
async fn the_log_is_read_by_kind_by_time_and_page_by_page() {
    let live = Live::start().await;
    for name in ["ada", "eve", "grace"] {
        live.register(name).await;
    }
    let signed_up = live.audit(&["--kind", "signed_up"]).await;
    let names: Vec<_> = signed_up.iter().map(|event| &event["username"]).collect();
    assert_eq!(names, ["grace", "eve", "ada"]);
    let first = live.audit(&["--kind", "signed_up", "--limit", "2"]).await;
    assert_eq!(first[..], signed_up[..2]);
    let last = first[1]["id"].as_str().unwrap();
    let rest = live.audit(&["--kind", "signed_up", "--after", last]).await;
    assert_eq!(rest[..], signed_up[2..]);

    assert_eq!(live.audit(&["--since", "1h"]).await.len(), 8);
    assert!(live.audit(&["--until", "1h"]).await.is_empty());
    assert!(live.audit(&["--since", "2999-01-01"]).await.is_empty());
    live.run(&["audit", "--until", "2020-01-01"])
        .await
        .ended(0)
        .says("There is no such event");
    live.run(&["audit", "--kind", "nothing"])
        .await
        .ended(2)
        .says("signed_up");
    live.run(&["audit", "--since", "yesterday"])
        .await
        .ended(2)
        .says("7d");
}

#[tokio::test]
async fn what_a_browser_calls_itself_moves_no_cursor_in_the_log() {
    let live = Live::start().await;
    let event = if live.database.is_embedded() {
        "INSERT INTO audit_events (id, at, kind, actor, user_agent)
         VALUES (x'019B76DAA8007000800000000000000A', 1767225600000000, 'signed_in', 'user', 'evil\u{1b}[2J')"
    } else {
        "INSERT INTO audit_events (id, at, kind, actor, user_agent)
         VALUES ('019B76DA-A800-7000-8000-00000000000A', '2026-01-01T00:00:00Z', 'signed_in', 'user', 'evil\u{1b}[2J')"
    };
    live.database.execute(event).await;
    let said = live
        .run(&["audit", "--since", "2026-01-01", "--until", "2026-01-02"])
        .await;
    said.ended(0).says("evil");
    assert!(!said.out.contains('\u{1b}'), "{said:?}");
}

#[tokio::test]
async fn what_the_settings_no_longer_keep_is_deleted_by_a_command() {
    let mut live = Live::start().await;
    live.register("ada").await;
    let event = if live.database.is_embedded() {
        "INSERT INTO audit_events (id, at, kind, actor)
         VALUES (x'016F5E66E8007000800000000000000A', 1577836800000000, 'signed_in', 'user')"
    } else {
        "INSERT INTO audit_events (id, at, kind, actor)
         VALUES ('016F5E66-E800-7000-8000-00000000000A', '2020-01-01T00:00:00Z', 'signed_in', 'user')"
    };
    live.database.execute(event).await;
    live.set("LATCHKEY_AUDIT_DAYS", "0");
    live.run(&["clean"]).await.ended(0).says(" 0 events");
    live.set("LATCHKEY_AUDIT_DAYS", "30");
    live.run(&["clean"]).await.ended(0).says(" 1 events");
    let cleaned = live.audit(&["--kind", "cleaned_up"]).await;
    assert_eq!(cleaned[0]["detail"], "audit_events=1");
    assert_eq!(cleaned[0]["operator"], account());
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 200);
}
