//! Signing in with a password: browsers that are known again, whom wrong passwords slow down, the sign-in before, and how long a session is kept.

use std::time::Duration;

use auth::{
    Engine, Error, ExposeSecret, Occasion, SignIn,
    audit::AuditKind,
    flow,
    session::{LastSignIn, Outcome},
};

use crate::support::{
    DEVICE_KEY, PASSWORD, TestDatabase, assert_invalid, call, device, mail, mailing, refresh,
    sign_in, sign_in_from, sign_up, who,
};

const WRONG: &str = "the weaver sings at dawn";
const OTHER_KEY: &str = "another-key-of-a-browser-with-43-characters";
const SECOND: Duration = Duration::from_secs(1);

/// Tries wrong passwords until one has to wait.
async fn guess(engine: &Engine, username: &str, device_key: Option<&str>) -> usize {
    for tries in 0..200 {
        match sign_in_from(engine, username, WRONG, device_key).await {
            Err(Error::WrongCredentials) => {}
            Err(Error::TooManyTries { .. }) => return tries,
            other => panic!("{other:?}"),
        }
    }
    panic!("{username} may be guessed at without end");
}

fn occasions(letters: &[auth::Letter]) -> Vec<Occasion> {
    letters.iter().map(|letter| letter.occasion).collect()
}

#[tokio::test]
async fn a_sign_in_from_a_browser_that_was_not_seen_before_is_told_to_the_owner() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert_eq!(occasions(&mail(&engine).await), []);

    let strange = sign_in_from(&engine, "ada", PASSWORD, None).await.unwrap();
    let letters = mail(&engine).await;
    assert_eq!(occasions(&letters), [Occasion::NewDevice]);
    assert_eq!(letters[0].to, "ada@example.org");
    assert_eq!(letters[0].detail.session, Some(strange.session.id));
    assert_eq!(letters[0].detail.user_agent.as_deref(), Some("test"));
    assert!(
        letters[0].link.is_some(),
        "it can be said that it was somebody else"
    );

    let key = strange.device_key.unwrap();
    let again = sign_in_from(&engine, "ada", PASSWORD, Some(key.expose_secret()))
        .await
        .unwrap();
    assert!(again.device_key.is_none(), "it holds its key already");
    assert_eq!(occasions(&mail(&engine).await), []);
}

#[tokio::test]
async fn a_browser_that_is_known_to_one_is_new_to_another() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    sign_in_from(&engine, "ada", PASSWORD, Some(OTHER_KEY))
        .await
        .unwrap();
    sign_up(&engine, "bob").await;
    mail(&engine).await;
    sign_in_from(&engine, "bob", PASSWORD, Some(OTHER_KEY))
        .await
        .unwrap();
    assert_eq!(occasions(&mail(&engine).await), [Occasion::NewDevice]);
}

#[tokio::test]
async fn what_is_no_key_is_taken_for_none() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    for garbage in ["", "short", "another key of a browser with 43 characters"] {
        let grant = sign_in_from(&engine, "ada", PASSWORD, Some(garbage))
            .await
            .unwrap();
        let key = grant.device_key.expect("a key of ours takes its place");
        assert_eq!(key.expose_secret().len(), 43);
    }
}

#[tokio::test]
async fn who_guesses_slows_everybody_down_but_the_browser_that_is_known() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    assert_eq!(guess(&engine, "ada", None).await, 11);
    assert!(matches!(
        sign_in_from(&engine, "ada", PASSWORD, Some(OTHER_KEY)).await,
        Err(Error::TooManyTries { .. })
    ));
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert!(
        matches!(
            sign_in_from(&engine, "ada", PASSWORD, None).await,
            Err(Error::TooManyTries { .. })
        ),
        "the owner's coming makes it no easier for the stranger"
    );
}

#[tokio::test]
async fn a_known_browser_is_slowed_down_by_its_own_wrong_tries() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    assert_eq!(guess(&engine, "ada", Some(DEVICE_KEY)).await, 11);
    assert!(
        sign_in_from(&engine, "ada", PASSWORD, None).await.is_ok(),
        "and slows nobody else"
    );
}

#[tokio::test]
async fn a_browser_that_is_known_to_another_account_is_not_spared() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    let mallory = sign_in_from(&engine, "ada", PASSWORD, Some(OTHER_KEY)).await;
    assert!(mallory.is_ok());
    sign_up(&engine, "bob").await;
    assert_eq!(guess(&engine, "bob", Some(OTHER_KEY)).await, 11);
    assert!(matches!(
        sign_in_from(&engine, "bob", PASSWORD, None).await,
        Err(Error::TooManyTries { .. })
    ));
}

#[tokio::test]
async fn one_address_may_not_go_through_many_accounts() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| settings.throttle.address_free_tries = 20)
        .await;
    sign_up(&engine, "ada").await;
    sign_up(&engine, "mallory").await;
    let mut tries = 0;
    while !matches!(
        sign_in_from(&engine, &format!("nobody-{tries}"), WRONG, None).await,
        Err(Error::TooManyTries { .. })
    ) {
        tries += 1;
        assert!(tries < 100, "an address may guess without end");
    }
    assert_eq!(tries, 21);
    assert!(
        sign_in(&engine, "ada", PASSWORD).await.is_ok(),
        "a browser that is known is spared"
    );
    // An account of their own does not help who guesses.
    database.turn(SECOND);
    sign_in_from(&engine, "mallory", PASSWORD, None)
        .await
        .unwrap();
    assert!(matches!(
        sign_in_from(&engine, "nobody", WRONG, None).await,
        Err(Error::WrongCredentials)
    ));
    assert!(matches!(
        sign_in_from(&engine, "nobody-else", WRONG, None).await,
        Err(Error::TooManyTries { .. })
    ));
}

#[tokio::test]
async fn the_sign_in_before_and_the_wrong_passwords_since_are_told_once() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    assert_eq!(first.last_sign_in, None);
    database.turn(Duration::from_hours(1));
    let told = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let before = LastSignIn {
        at: first.session.created_at.clone(),
        failures: 0,
    };
    assert_eq!(told.last_sign_in, Some(before));
    for _ in 0..3 {
        database.turn(SECOND);
        sign_in(&engine, "ada", WRONG).await.unwrap_err();
    }
    database.turn(SECOND);
    let after = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let before = LastSignIn {
        at: told.session.created_at.clone(),
        failures: 3,
    };
    assert_eq!(after.last_sign_in, Some(before.clone()));
    let viewer = flow::view(&engine, &after.refresh_token).await.unwrap();
    assert_eq!(viewer.unwrap().last_sign_in, Some(before));
    database.turn(Duration::from_mins(5));
    let viewer = flow::view(&engine, &after.refresh_token).await.unwrap();
    assert_eq!(viewer.unwrap().last_sign_in, None, "it is old news by now");
    let rotated = refresh(&engine, &after.refresh_token).await.unwrap();
    assert_eq!(rotated.last_sign_in, None);
}

#[tokio::test]
async fn no_more_than_a_hundred_wrong_passwords_are_counted() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| {
            settings.throttle.free_tries = 1_000;
            settings.throttle.address_free_tries = 1_000;
        })
        .await;
    let first = sign_up(&engine, "ada").await;
    for _ in 0..210 {
        database.turn(SECOND);
        sign_in(&engine, "ada", WRONG).await.unwrap_err();
    }
    database.turn(SECOND);
    let told = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let last = told.last_sign_in.unwrap();
    assert_eq!((last.at, last.failures), (first.session.created_at, 100));
}

#[tokio::test]
async fn a_session_that_is_not_kept_ends_after_twelve_hours_however_much_it_is_used() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    let way = SignIn {
        identifier: "ada".to_owned(),
        password: PASSWORD.into(),
        device: device(),
        device_key: None,
        replaces: None,
        remember: false,
    };
    let mut grant = flow::sign_in(&engine, way).await.unwrap();
    let twelve_hours = 12 * 60 * 60;
    assert_eq!(grant.cookie_max_age(), None);
    assert_eq!(grant.session.expires_in, twelve_hours);
    assert_eq!(grant.session.idle_lifetime, twelve_hours);
    for hour in 1..12 {
        database.turn(Duration::from_hours(1));
        grant = refresh(&engine, &grant.refresh_token).await.unwrap();
        assert_eq!(grant.outcome, Outcome::Rotated);
        assert_eq!(grant.cookie_max_age(), None, "it stays so");
        assert_eq!(grant.session.expires_in, twelve_hours - hour * 60 * 60);
        call(&engine, &grant.access_token).await.unwrap();
    }
    database.turn(Duration::from_hours(1));
    assert_invalid(refresh(&engine, &grant.refresh_token).await);
}

#[tokio::test]
async fn of_more_sessions_than_a_user_may_have_the_oldest_end() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| settings.sessions_per_user = 3)
        .await;
    let bob = sign_up(&engine, "bob").await;
    let mut grants = vec![sign_up(&engine, "ada").await];
    for _ in 0..4 {
        database.turn(SECOND);
        grants.push(sign_in(&engine, "ada", PASSWORD).await.unwrap());
    }
    for old in &grants[..2] {
        assert_invalid(flow::authenticate(&engine, &old.access_token).await);
        assert_invalid(refresh(&engine, &old.refresh_token).await);
    }
    for young in &grants[2..] {
        flow::authenticate(&engine, &young.access_token)
            .await
            .unwrap();
    }
    who(&engine, &bob).await;
}

#[tokio::test]
async fn of_many_that_sign_in_at_once_no_more_stay_than_a_user_may_have() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| {
            settings.sessions_per_user = 3;
            settings.hashing.queue = 20 * 8;
        })
        .await;
    sign_up(&engine, "ada").await;
    let at_once: Vec<_> = (0..20)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { sign_in(&engine, "ada", PASSWORD).await.unwrap() })
        })
        .collect();
    // All have begun before any is looked at: one that stands now could end by one that begins later.
    let mut grants = Vec::new();
    for one in at_once {
        grants.push(one.await.unwrap());
    }
    let mut standing = 0;
    for grant in grants {
        if refresh(&engine, &grant.refresh_token).await.is_ok() {
            standing += 1;
        }
    }
    assert!(standing <= 3, "{standing} stand");
}

#[tokio::test]
async fn that_sessions_ended_for_being_too_many_is_written_down() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| settings.sessions_per_user = 1)
        .await;
    sign_up(&engine, "ada").await;
    database.turn(SECOND);
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let filter = auth::audit::AuditFilter {
        kind: Some(AuditKind::SessionsEnded),
        ..auth::audit::AuditFilter::default()
    };
    let page = flow::administration::Page {
        after: None,
        limit: 10,
    };
    let events = flow::administration::audit_log(&engine, &filter, page)
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].actor, "system");
    assert_eq!(events[0].detail.as_deref(), Some("reason=too_many"));
}
