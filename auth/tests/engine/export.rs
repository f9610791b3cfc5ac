//! All that is held of a user, given to them.

use auth::{ExposeSecret as _, flow};

use crate::support::{
    PASSWORD, TestDatabase, call, device, mailing, refresh, sign_in, sign_up, who,
};

#[tokio::test]
async fn it_holds_all_that_is_held_of_them_and_nothing_of_others() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let bob = sign_up(&engine, "bob").await;
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
    let mut kinds: Vec<&str> = export.events.iter().map(|one| one.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            "account_exported",
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
