//! All that is held of a user, given to them.

use std::{collections::BTreeSet, time::Duration};

use auth::{Engine, Error, ExposeSecret as _, Grant, flow, flow::Export};

use crate::support::{
    PASSWORD, TestDatabase, call, device, mail, mailing, on_database, refresh, sign_in, sign_up,
    who,
};

async fn take(engine: &Engine, grant: &Grant) -> Result<Export, Error> {
    let who = who(engine, grant).await;
    flow::export(engine, &who, &device()).await
}

#[tokio::test]
async fn it_holds_all_that_is_held_of_them_and_nothing_of_others() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let bob = sign_up(&engine, "bob").await;
    let as_ada = who(&engine, &ada).await;
    flow::change_email(&engine, &as_ada, "ada@example.com", &device())
        .await
        .unwrap();
    mail(&engine).await;
    let stolen = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let newer = refresh(&engine, &stolen.refresh_token).await.unwrap();
    call(&engine, &newer.access_token).await.unwrap();
    database.turn(std::time::Duration::from_mins(1));
    refresh(&engine, &stolen.refresh_token).await.unwrap_err();
    let as_ada = who(&engine, &ada).await;
    let export = flow::export(&engine, &as_ada, &device()).await.unwrap();
    assert_eq!(export.format, "latchkey-export-1");
    assert_eq!(export.exported_at, "2027-01-15T08:01:00Z");
    assert_eq!(export.user.id, ada.profile.id);
    assert_eq!(export.user.email, "ada@example.org");
    assert!(export.user.has_password);
    let ids: Vec<&str> = export.sessions.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&ada.session.id.as_str()) && ids.contains(&stolen.session.id.as_str()));
    let ended = export
        .sessions
        .iter()
        .find(|one| one.id == stolen.session.id)
        .unwrap();
    assert_eq!(ended.end_reason.as_deref(), Some("reused"));
    assert_eq!(ended.amr, ["pwd"]);
    assert_eq!(ended.user_agent.as_deref(), Some("test"));
    assert_eq!(export.notices.len(), 1);
    assert_eq!(export.known_devices.len(), 1);
    let mut links: Vec<(&str, &str)> = export
        .links
        .iter()
        .map(|one| (one.purpose.as_str(), one.email.as_str()))
        .collect();
    links.sort_unstable();
    let wanted = ("confirm_new_email", "ada@example.com");
    assert_eq!(links, [wanted, ("verify_email", "ada@example.org")]);
    assert_eq!(export.letters.len(), 1);
    assert_eq!(export.letters[0].occasion, "token_reused");
    assert_eq!(export.letters[0].recipient, "ada@example.org");
    assert_eq!(export.letters[0].user_agent.as_deref(), Some("test"));
    let of_browsers = export.events.iter();
    let of_browsers = of_browsers.filter(|one| one.user_agent.as_deref() == Some("test"));
    assert_eq!(of_browsers.count(), export.events.len());
    let mut kinds: Vec<&str> = export
        .events
        .iter()
        .map(|one| one.event.kind.as_str())
        .collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            "account_exported",
            "email_change_asked",
            "refresh_token_reused",
            "signed_in",
            "signed_in",
            "signed_up"
        ]
    );
    let document = serde_json::to_string(&export).unwrap();
    assert!(!document.contains(&bob.profile.id) && !document.contains("bob@"));
}

#[tokio::test]
async fn no_secret_is_in_it() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let as_ada = who(&engine, &ada).await;
    let export = flow::export(&engine, &as_ada, &device()).await.unwrap();
    let document = serde_json::to_string(&export).unwrap();
    for secret in [
        ada.access_token.expose_secret(),
        ada.refresh_token.expose_secret(),
        PASSWORD,
        "$argon2",
        "hash",
        "eyJ",
    ] {
        assert!(!document.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn of_many_events_the_newest_are_in_it() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    // Their ids say that they are older than any.
    let fill = if database.url.starts_with("sqlite") {
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001)
         INSERT INTO audit_events (id, at, kind, user_id)
         SELECT unhex(printf('%032x', n)), 0, 'signed_in', id FROM users, numbers RETURNING kind"
    } else {
        "INSERT INTO audit_events (id, at, kind, user_id)
         SELECT lpad(to_hex(n), 32, '0')::UUID, now(), 'signed_in', id FROM users, generate_series(1, 10001) AS n RETURNING kind"
    };
    let filled: Vec<String> =
        on_database!(database, pool => sqlx::query_scalar(fill).fetch_all(&pool));
    assert_eq!(filled.len(), 10_001);
    database.turn(Duration::from_secs(1));
    let export = take(&engine, &ada).await.unwrap();
    assert_eq!(export.events.len(), 10_000);
    assert_eq!(export.events[0].event.kind, "account_exported");
    assert!(
        export
            .events
            .is_sorted_by(|newer, older| newer.event.id > older.event.id)
    );
    let ids: BTreeSet<&str> = export
        .events
        .iter()
        .map(|one| one.event.id.as_str())
        .collect();
    assert!(!ids.contains("00000000-0000-0000-0000-000000000001"));
    // What is in it begins with the newest of those, and none is left out.
    assert!(ids.contains("00000000-0000-0000-0000-000000002711"));
    assert_eq!(ids.len(), 10_000);
}

#[tokio::test]
async fn it_is_given_ten_times_an_hour_to_each_user() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let bob = sign_up(&engine, "bob").await;
    for _ in 0..10 {
        take(&engine, &ada).await.unwrap();
    }
    database.turn(Duration::from_mins(5));
    let answer = take(&engine, &ada).await;
    let wait = Duration::from_mins(55);
    assert!(
        matches!(answer, Err(Error::TooManyTries { retry_after }) if retry_after == wait),
        "{answer:?}"
    );
    take(&engine, &bob).await.unwrap();
    database.turn(wait);
    let ada = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let export = take(&engine, &ada).await.unwrap();
    // One that was refused was not taken.
    let taken = export.events.iter();
    let taken = taken.filter(|one| one.event.kind == "account_exported");
    assert_eq!(taken.count(), 11);
}
