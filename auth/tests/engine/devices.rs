//! Where one is signed in, what happened to one's account, and how to end a session.

use std::time::Duration;

use auth::{Device, Engine, Error, Grant, SignIn, flow, session::DeviceSession};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, refresh, refuses_within_two_seconds,
    sign_in, sign_up, who,
};

const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0";

async fn sessions(engine: &Engine, grant: &Grant) -> Vec<DeviceSession> {
    let who = who(engine, grant).await;
    flow::my_sessions(engine, &who).await.unwrap()
}

async fn end(engine: &Engine, grant: &Grant, id: &str) -> Result<(), Error> {
    let who = who(engine, grant).await;
    flow::end_my_session(engine, &who, id, &device()).await
}

#[track_caller]
fn assert_not_found<T>(answer: Result<T, Error>) {
    let error = answer.err();
    assert!(matches!(error, Some(Error::NotFound)), "{error:?}");
}

#[tokio::test]
async fn ones_sessions_are_told_in_words_this_one_first() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    sign_up(&engine, "bob").await;
    database.turn(Duration::from_mins(1));
    let in_firefox = SignIn {
        identifier: "ada".to_owned(),
        password: PASSWORD.into(),
        device: Device::new(Some([192, 0, 2, 7].into()), Some(FIREFOX)),
        device_key: None,
        replaces: None,
        remember: true,
    };
    let firefox = flow::sign_in(&engine, in_firefox).await.unwrap();
    database.turn(Duration::from_mins(1));
    let third = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let shown = sessions(&engine, &firefox).await;
    let ids: Vec<&str> = shown.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(
        ids,
        [&firefox.session.id, &third.session.id, &first.session.id]
    );
    assert_eq!(
        shown[0],
        DeviceSession {
            id: firefox.session.id.clone(),
            browser: "Firefox".to_owned(),
            system: "Windows".to_owned(),
            address: Some("192.0.2.7".to_owned()),
            place: None,
            created_at: "2027-01-15T08:01:00Z".to_owned(),
            last_seen_at: "2027-01-15T08:01:00Z".to_owned(),
            is_this: true,
        }
    );
    assert_eq!(shown[1].browser, "Unknown browser");
    assert!(!shown[1].is_this && !shown[2].is_this);
    flow::sign_out(&engine, None, Some(&third.refresh_token), &device())
        .await
        .unwrap();
    assert_eq!(sessions(&engine, &firefox).await.len(), 2);
}

#[tokio::test]
async fn one_session_is_ended_in_every_process() {
    let database = TestDatabase::new().await;
    let (engine, other_process) = (database.engine().await, database.engine().await);
    let ada = sign_up(&engine, "ada").await;
    let lost = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    end(&engine, &ada, &lost.session.id).await.unwrap();
    assert_invalid(call(&engine, &lost.access_token).await);
    refuses_within_two_seconds(&other_process, &lost.access_token).await;
    assert_invalid(refresh(&other_process, &lost.refresh_token).await);
    call(&engine, &ada.access_token).await.unwrap();
    assert_not_found(end(&engine, &ada, &lost.session.id).await);
}

#[tokio::test]
async fn nobody_ends_anothers_session() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let (ada, bob) = (sign_up(&engine, "ada").await, sign_up(&engine, "bob").await);
    for id in [bob.session.id.as_str(), "nothing", ""] {
        assert_not_found(end(&engine, &ada, id).await);
    }
    call(&engine, &bob.access_token).await.unwrap();
    refresh(&engine, &bob.refresh_token).await.unwrap();
}

#[tokio::test]
async fn all_others_are_ended_and_this_one_stays() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let bob = sign_up(&engine, "bob").await;
    let ada = sign_up(&engine, "ada").await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(sign_in(&engine, "ada", PASSWORD).await.unwrap());
    }
    let as_ada = who(&engine, &ada).await;
    for expected in [3, 0] {
        let ended = flow::end_other_sessions(&engine, &as_ada, &device()).await;
        assert_eq!(ended.unwrap(), expected);
    }
    for other in &others {
        assert_invalid(call(&engine, &other.access_token).await);
        assert_invalid(refresh(&engine, &other.refresh_token).await);
    }
    for grant in [&ada, &bob] {
        call(&engine, &grant.access_token).await.unwrap();
        refresh(&engine, &grant.refresh_token).await.unwrap();
    }
}

#[tokio::test]
async fn what_happened_is_told_page_by_page_the_newest_first() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let mut ada = sign_up(&engine, "ada").await;
    sign_up(&engine, "bob").await;
    for _ in 0..60 {
        database.turn(Duration::from_secs(1));
        ada = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    }
    let as_ada = who(&engine, &ada).await;
    let first = flow::my_events(&engine, &as_ada, None).await.unwrap();
    assert_eq!(first.events.len(), 50);
    let newest = &first.events[0];
    assert_eq!(
        (newest.kind.as_str(), newest.by.as_str()),
        ("signed_in", "user")
    );
    assert_eq!(newest.at, "2027-01-15T08:01:00Z");
    assert_eq!(newest.session.as_ref(), Some(&ada.session.id));
    assert_eq!(newest.address.as_deref(), Some("192.0.2.1"));
    assert_eq!(newest.browser.as_deref(), Some("Unknown browser"));
    let next = first.next.unwrap();
    assert_eq!(next, first.events[49].id);
    let second = flow::my_events(&engine, &as_ada, Some(&next))
        .await
        .unwrap();
    // Ada signed up, and was signed in by that; then she signed in sixty times.
    assert_eq!(second.events.len(), 12);
    assert_eq!(second.next, None);
    assert_not_found(flow::my_events(&engine, &as_ada, Some("nothing")).await);
}
