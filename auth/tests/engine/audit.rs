//! The audit log: what each flow leaves in it, and that it stays as it was written.

use std::time::Duration;

use auth::{
    Engine, Error, Grant, MasterSecret, SignIn, ThrottleSettings,
    audit::{AuditFilter, AuditKind, AuditRecord},
    clock::Clock as _,
    flow::{
        self,
        administration::{self, Page},
    },
    token::{Ring, SwitchOver},
};

use crate::support::{
    PASSWORD, TestDatabase, call, device, on_database, operator, refresh, sign_in, sign_up,
};

const CHANGE: &str = "UPDATE audit_events SET kind = 'nothing'";
const SECOND: Duration = Duration::from_secs(1);
const ALL: Page = Page {
    after: None,
    limit: 1_000,
};

/// What was written down at this moment, in the order of its kinds. Then a second passes.
async fn written(database: &TestDatabase, engine: &Engine) -> Vec<AuditRecord> {
    let filter = AuditFilter {
        since: Some(database.clock.now()),
        ..AuditFilter::default()
    };
    let mut records = administration::audit_log(engine, &filter, ALL)
        .await
        .unwrap();
    records.sort_by(|one, other| one.kind.cmp(&other.kind));
    database.turn(SECOND);
    records
}

fn kinds(records: &[AuditRecord]) -> Vec<&str> {
    records.iter().map(|record| record.kind.as_str()).collect()
}

/// Asserts that the only event is of this kind, done by that user themselves at the device of the tests.
#[track_caller]
fn assert_done_by_user(records: &[AuditRecord], kind: &str, who: &Grant) {
    assert_eq!(kinds(records), [kind]);
    for record in records {
        assert_at_device(record, "user", who);
    }
}

#[track_caller]
fn assert_at_device(record: &AuditRecord, actor: &str, who: &Grant) {
    assert_eq!(record.actor, actor, "{record:?}");
    assert_eq!(record.operator_name, None);
    let user = record.user_id.map(|id| id.to_string());
    assert_eq!(user.as_deref(), Some(who.profile.id.as_str()));
    assert_eq!(
        record.username.as_deref(),
        Some(who.profile.username.as_str())
    );
    assert_eq!(record.address.as_deref(), Some("192.0.2.1"));
    assert_eq!(record.user_agent.as_deref(), Some("test"));
}

#[track_caller]
fn assert_done_by_operator(records: &[AuditRecord], kind: &str) {
    assert_eq!(kinds(records), [kind]);
    assert_eq!(records[0].actor, "operator");
    assert_eq!(records[0].operator_name.as_deref(), Some("root"));
    assert_eq!(records[0].address, None);
}

fn session_of(record: &AuditRecord) -> String {
    record.session_id.unwrap().to_string()
}

#[tokio::test]
async fn what_users_do_is_written_down_with_who_and_from_where() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    written(&database, &engine).await;

    let ada = sign_up(&engine, "ada").await;
    let events = written(&database, &engine).await;
    assert_eq!(kinds(&events), ["signed_in", "signed_up"]);
    for event in &events {
        assert_at_device(event, "user", &ada);
    }
    assert_eq!(session_of(&events[0]), ada.session.id);

    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    call(&engine, &ada.access_token).await.unwrap();
    assert!(written(&database, &engine).await.is_empty());

    let again = SignIn {
        identifier: "ada".to_owned(),
        password: PASSWORD.into(),
        device: device(),
        device_key: None,
        replaces: Some(ada.refresh_token.clone()),
        remember: true,
    };
    let second = flow::sign_in(&engine, again).await.unwrap();
    let events = written(&database, &engine).await;
    assert_eq!(kinds(&events), ["session_replaced", "signed_in"]);
    assert_eq!(session_of(&events[0]), ada.session.id);
    assert_eq!(session_of(&events[1]), second.session.id);

    for expected in [1, 0] {
        flow::sign_out(&engine, None, Some(&second.refresh_token), &device())
            .await
            .unwrap();
        let events = written(&database, &engine).await;
        assert_eq!(events.len(), expected, "{events:?}");
        if expected == 1 {
            assert_done_by_user(&events, "signed_out", &second);
            assert_eq!(session_of(&events[0]), second.session.id);
        }
    }

    let third = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert_done_by_user(&written(&database, &engine).await, "signed_in", &third);
    let who = flow::authenticate(&engine, &third.access_token)
        .await
        .unwrap();
    flow::sign_out_everywhere(&engine, &who, &device())
        .await
        .unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_user(&events, "signed_out_everywhere", &third);
}

#[tokio::test]
async fn a_failed_sign_in_is_written_down_whether_there_is_such_an_account_or_not() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    database.turn(SECOND);
    for (identifier, user) in [
        ("ada", Some(ada.profile.id.as_str())),
        ("nobody", None),
        ("no such name!", None),
    ] {
        assert!(
            sign_in(&engine, identifier, "no such password")
                .await
                .is_err()
        );
        let events = written(&database, &engine).await;
        assert_eq!(kinds(&events), ["sign_in_failed"], "{identifier}");
        assert_eq!(events[0].actor, "anonymous");
        assert_eq!(events[0].user_id.map(|id| id.to_string()).as_deref(), user);
        assert_eq!(events[0].address.as_deref(), Some("192.0.2.1"));
    }
}

#[tokio::test]
async fn a_try_that_the_throttle_refuses_leaves_nothing() {
    let database = TestDatabase::new().await;
    let throttle = ThrottleSettings {
        free_tries: 3,
        longest_delay: Duration::from_secs(30),
        ..ThrottleSettings::default()
    };
    let engine = database
        .engine_with(|settings| settings.throttle = throttle)
        .await;
    sign_up(&engine, "ada").await;
    for identifier in ["nobody", "ada"] {
        let (begin, mut looked_at) = (database.clock.now(), 0);
        for _ in 0..100 {
            match sign_in(&engine, identifier, "no such password").await {
                Err(Error::TooManyTries { .. }) => database.turn(SECOND),
                Err(Error::WrongCredentials) => looked_at += 1,
                other => panic!("{other:?}"),
            }
        }
        let filter = AuditFilter {
            since: Some(begin),
            kind: Some(AuditKind::SignInFailed),
            ..AuditFilter::default()
        };
        let events = administration::audit_log(&engine, &filter, ALL).await;
        assert_eq!(events.unwrap().len(), looked_at);
        assert!(looked_at < 20, "{looked_at}");
        database.turn(SECOND);
    }
}

#[tokio::test]
async fn what_an_operator_does_to_accounts_is_written_down_with_their_name() {
    let database = TestDatabase::new().await;
    let (engine, root) = (database.engine().await, operator());
    written(&database, &engine).await;
    let (name, address) = ("ada".to_owned(), "ada@example.org".to_owned());
    let ada = administration::add_user(&engine, &root, name, address, PASSWORD.into())
        .await
        .unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_operator(&events, "user_added");
    assert_eq!(events[0].user_id, Some(ada.id));

    let other = "the weaver sings at night".into();
    administration::set_password(&engine, &root, &ada, &other)
        .await
        .unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_operator(&events, "password_changed");
    assert_eq!(events[0].user_id, Some(ada.id));

    let grant = sign_in(&engine, "ada", "the weaver sings at night")
        .await
        .unwrap();
    written(&database, &engine).await;
    let session = grant.session.id.parse().unwrap();
    for stood in [true, false] {
        let ended = administration::revoke_session(&engine, &root, session).await;
        assert_eq!(ended.unwrap(), stood);
        let events = written(&database, &engine).await;
        assert_eq!(!events.is_empty(), stood);
        if stood {
            assert_done_by_operator(&events, "session_ended");
            assert_eq!(session_of(&events[0]), grant.session.id);
        }
    }
    administration::revoke_sessions_of(&engine, &root, ada.id)
        .await
        .unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_operator(&events, "sessions_ended");
    assert_eq!(events[0].user_id, Some(ada.id));
    administration::revoke_all_sessions(&engine, &root)
        .await
        .unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_operator(&events, "sessions_ended");
    assert_eq!(
        (events[0].user_id, events[0].detail.as_deref()),
        (None, Some("sessions=0"))
    );
}

#[tokio::test]
async fn what_was_done_to_a_user_stays_when_they_are_deleted() {
    let database = TestDatabase::new().await;
    let (engine, root) = (database.engine().await, operator());
    sign_up(&engine, "ada").await;
    let ada = administration::find_user(&engine, "ada").await.unwrap();
    let ada = ada.unwrap().id;
    database.turn(SECOND);
    administration::disable(&engine, &root, ada).await.unwrap();
    assert_done_by_operator(&written(&database, &engine).await, "user_disabled");
    administration::enable(&engine, &root, ada).await.unwrap();
    assert_done_by_operator(&written(&database, &engine).await, "user_enabled");
    administration::delete(&engine, &root, ada).await.unwrap();
    assert_done_by_operator(&written(&database, &engine).await, "user_deleted");
    administration::delete(&engine, &root, ada).await.unwrap();
    assert!(written(&database, &engine).await.is_empty());
    let filter = AuditFilter {
        user: Some(ada),
        ..AuditFilter::default()
    };
    let events = administration::audit_log(&engine, &filter, ALL)
        .await
        .unwrap();
    assert_eq!(
        kinds(&events)[..3],
        ["user_deleted", "user_enabled", "user_disabled"]
    );
    assert_eq!(events.len(), 5);
    assert!(events.iter().all(|event| event.username.is_none()));
}

#[tokio::test]
async fn what_becomes_of_keys_is_written_down_as_the_systems_or_an_operators() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let events = written(&database, &engine).await;
    assert_eq!(kinds(&events), ["signing_key_made", "signing_key_made"]);
    for event in &events {
        assert_eq!((event.actor.as_str(), event.user_id), ("system", None));
        assert!(event.detail.as_ref().unwrap().starts_with("key="));
    }
    let smith = database.keysmith(|_| {}).await.on_behalf_of(operator());
    let made = smith
        .rotate(Ring::Refresh, SwitchOver::AtOnce)
        .await
        .unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_operator(&events, "signing_key_made");
    assert!(events[0].detail.as_ref().unwrap().contains(&made.id));
    smith.retire(&made.id).await.unwrap();
    let events = written(&database, &engine).await;
    assert_done_by_operator(&events, "signing_key_taken_back");
    let detail = events[0].detail.as_ref().unwrap();
    assert!(
        detail.contains(&made.id) && detail.ends_with("sessions=0"),
        "{detail}"
    );
    let secret = MasterSecret::parse("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa").unwrap();
    smith.seal_anew(&secret).await.unwrap();
    assert_done_by_operator(&written(&database, &engine).await, "keys_sealed_anew");
    smith.start_anew().await.unwrap();
    let events = written(&database, &engine).await;
    assert_eq!(kinds(&events)[0], "keys_started_anew");
    assert!(
        kinds(&events)[1..]
            .iter()
            .all(|kind| *kind == "signing_key_taken_back")
    );
}

#[tokio::test]
async fn no_event_can_be_changed() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    let changed = if database.url.starts_with("sqlite") {
        let pool = sqlx::SqlitePool::connect(&database.url).await.unwrap();
        sqlx::query(CHANGE).execute(&pool).await.map(|_| ())
    } else {
        let pool = sqlx::PgPool::connect(&database.url).await.unwrap();
        sqlx::query(CHANGE).execute(&pool).await.map(|_| ())
    };
    let refused = changed.unwrap_err().to_string();
    assert!(refused.contains("never changed"), "{refused}");
}

#[tokio::test]
async fn the_log_holds_no_secret_no_address_of_email_and_nothing_that_was_typed() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    for typed in ["ada@example.org", "my-password-by-mistake", "ada"] {
        assert!(sign_in(&engine, typed, "no-such-password").await.is_err());
    }
    flow::sign_out(&engine, Some(&ada.access_token), None, &device())
        .await
        .unwrap();
    let rows: Vec<String> = on_database!(database, pool => sqlx::query_scalar(
        "SELECT kind || ' ' || actor || ' ' || COALESCE(operator_name, '') || ' ' || COALESCE(detail, '') || ' ' ||
                COALESCE(user_agent, '') || ' ' || COALESCE(address, '')
         FROM audit_events WHERE actor <> 'system'",
    ).fetch_all(&pool));
    assert_eq!(rows.len(), 6, "{rows:?}");
    for row in &rows {
        for secret in [
            "ada",
            "example.org",
            "password-",
            "-password",
            "weaver",
            "eyJ",
        ] {
            assert!(!row.contains(secret), "{secret} is in {row}");
        }
    }
}

#[tokio::test]
async fn the_log_is_read_by_user_kind_and_time_and_page_by_page() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    for name in ["ada", "bob"] {
        for _ in 0..3 {
            database.turn(SECOND);
            if sign_in(&engine, name, PASSWORD).await.is_err() {
                sign_up(&engine, name).await;
            }
        }
    }
    let read = async |filter: AuditFilter, page: Page| {
        administration::audit_log(&engine, &filter, page)
            .await
            .unwrap()
    };
    let everything = read(AuditFilter::default(), ALL).await;
    assert!(everything.is_sorted_by(|one, next| one.id > next.id && one.at >= next.at));
    let bob = administration::find_user(&engine, "bob").await.unwrap();
    let of_bob = AuditFilter {
        user: bob.map(|bob| bob.id),
        kind: Some(AuditKind::SignedIn),
        ..AuditFilter::default()
    };
    let sign_ins = read(of_bob, ALL).await;
    assert_eq!(kinds(&sign_ins), ["signed_in"; 3]);
    let last_of_bob = AuditFilter {
        since: Some(sign_ins[1].at),
        until: Some(sign_ins[0].at),
        ..of_bob
    };
    let one = read(last_of_bob, ALL).await;
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].id, sign_ins[1].id);

    let (mut read_so_far, mut after) = (Vec::new(), None);
    loop {
        let part = read(AuditFilter::default(), Page { after, limit: 4 }).await;
        let Some(last) = part.last() else { break };
        after = Some(last.id);
        read_so_far.extend(part.iter().map(|event| event.id));
    }
    let ids: Vec<_> = everything.iter().map(|event| event.id).collect();
    assert_eq!(read_so_far, ids);
}
