//! The life of a session: rotation, lost answers, races, theft, ends.

use std::time::Duration;

use auth::{
    Error, ExposeSecret,
    account::Profile,
    flow,
    session::{NoticeKind, Outcome},
};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, refresh, refuses_within_two_seconds,
    sign_in, sign_up,
};

const DAY: Duration = Duration::from_hours(24);
const RACE_OVER: Duration = Duration::from_secs(11);

#[tokio::test]
async fn a_refresh_gives_the_next_generation() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    assert_eq!(
        (first.outcome, first.claims.generation, first.expires_in),
        (Outcome::SignedIn, 0, 600)
    );
    database.turn(Duration::from_mins(5));
    let second = refresh(&engine, &first.refresh_token).await.unwrap();
    assert_eq!(
        (second.outcome, second.claims.generation),
        (Outcome::Rotated, 1)
    );
    assert_eq!(
        second.claims.auth_time, first.claims.auth_time,
        "a refresh proves nothing anew"
    );
    assert_eq!(second.claims.sid, first.claims.sid);
    assert_ne!(second.claims.jti, first.claims.jti);
    assert_eq!(second.refresh_max_age, 30 * 24 * 60 * 60);
}

#[tokio::test]
async fn no_token_outlives_the_session_in_any_case() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let mut grant = sign_up(&engine, "ada").await;
    for _ in 0..3 {
        database.turn(29 * DAY);
        grant = refresh(&engine, &grant.refresh_token).await.unwrap();
    }
    database.turn(Duration::from_mins(3 * 24 * 60 - 4));
    grant = refresh(&engine, &grant.refresh_token).await.unwrap();
    assert_eq!((grant.expires_in, grant.refresh_max_age), (240, 240));
    database.turn(Duration::from_mins(4) + Duration::from_secs(5));
    assert_invalid(call(&engine, &grant.access_token).await);
    assert_invalid(refresh(&engine, &grant.refresh_token).await);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_given_again_even_after_a_day_asleep() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    let _lost = refresh(&engine, &first.refresh_token).await.unwrap();
    database.turn(DAY);
    let again = refresh(&engine, &first.refresh_token).await.unwrap();
    assert_eq!(
        (again.outcome, again.claims.generation),
        (Outcome::MintedAgain, 1)
    );
    call(&engine, &again.access_token).await.unwrap();
    assert_eq!(
        refresh(&engine, &again.refresh_token)
            .await
            .unwrap()
            .claims
            .generation,
        2
    );
}

#[tokio::test]
async fn two_tabs_that_ask_at_once_both_stay_signed_in() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    let one_tab = refresh(&engine, &first.refresh_token).await.unwrap();
    call(&engine, &one_tab.access_token).await.unwrap();
    database.turn(Duration::from_secs(10));
    let other_tab = refresh(&engine, &first.refresh_token).await.unwrap();
    assert_eq!(
        (other_tab.outcome, other_tab.claims.generation),
        (Outcome::MintedAgain, 1)
    );
    database.turn(Duration::from_secs(1));
    assert_invalid(refresh(&engine, &first.refresh_token).await);
}

#[tokio::test]
async fn an_old_token_after_its_owner_has_used_a_newer_one_ends_the_session_and_tells_the_owner_once()
 {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let stolen = sign_up(&engine, "ada").await;
    let owners = refresh(&engine, &stolen.refresh_token).await.unwrap();
    call(&engine, &owners.access_token).await.unwrap();
    database.turn(RACE_OVER);
    assert_invalid(refresh(&engine, &stolen.refresh_token).await);
    assert_invalid(refresh(&engine, &stolen.refresh_token).await);
    assert_invalid(refresh(&engine, &owners.refresh_token).await);
    assert_invalid(call(&engine, &owners.access_token).await);
    let back = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let [notice] = back.notices.as_slice() else {
        panic!("{:?}", back.notices)
    };
    assert_eq!(notice.kind, NoticeKind::SessionReused);
    let who = flow::authenticate(&engine, &back.access_token)
        .await
        .unwrap();
    flow::dismiss_notice(&engine, who.user(), "not an id")
        .await
        .unwrap();
    let viewer = flow::view(&engine, &back.refresh_token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(viewer.notices, back.notices);
    flow::dismiss_notice(&engine, who.user(), &notice.id)
        .await
        .unwrap();
    assert!(
        flow::view(&engine, &back.refresh_token)
            .await
            .unwrap()
            .unwrap()
            .notices
            .is_empty()
    );
}

#[tokio::test]
async fn a_token_two_generations_behind_is_theft_at_once() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    let second = refresh(&engine, &first.refresh_token).await.unwrap();
    let third = refresh(&engine, &second.refresh_token).await.unwrap();
    assert_invalid(refresh(&engine, &first.refresh_token).await);
    assert_invalid(refresh(&engine, &third.refresh_token).await);
}

#[tokio::test]
async fn nobody_dismisses_anothers_notice() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    let second = refresh(&engine, &first.refresh_token).await.unwrap();
    refresh(&engine, &second.refresh_token).await.unwrap();
    assert_invalid(refresh(&engine, &first.refresh_token).await);
    let notice = sign_in(&engine, "ada", PASSWORD)
        .await
        .unwrap()
        .notices
        .remove(0);
    let bob = sign_up(&engine, "bob").await;
    flow::dismiss_notice_by_cookie(&engine, &bob.refresh_token, &notice.id)
        .await
        .unwrap();
    let ada = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert_eq!(ada.notices.as_slice(), std::slice::from_ref(&notice));
    flow::dismiss_notice_by_cookie(&engine, &ada.refresh_token, &notice.id)
        .await
        .unwrap();
    assert!(
        sign_in(&engine, "ada", PASSWORD)
            .await
            .unwrap()
            .notices
            .is_empty()
    );
}

#[tokio::test]
async fn a_session_ends_when_unused_for_thirty_days() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    database.turn(Duration::from_secs(30 * 24 * 60 * 60 - 1));
    let second = refresh(&engine, &first.refresh_token).await.unwrap();
    call(&engine, &second.access_token).await.unwrap();
    database.turn(30 * DAY);
    assert_invalid(refresh(&engine, &second.refresh_token).await);
}

#[tokio::test]
async fn a_session_ends_after_ninety_days_however_much_it_is_used() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let mut grant = sign_up(&engine, "ada").await;
    for _ in 0..8 {
        database.turn(10 * DAY);
        grant = refresh(&engine, &grant.refresh_token).await.unwrap();
    }
    assert_eq!(grant.refresh_max_age, 10 * 24 * 60 * 60);
    assert_eq!(grant.session.expires_at, grant.session.absolute_expires_at);
    database.turn(10 * DAY);
    assert_invalid(refresh(&engine, &grant.refresh_token).await);
}

#[tokio::test]
async fn an_access_token_is_good_for_ten_minutes() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let grant = sign_up(&engine, "ada").await;
    database.turn(Duration::from_secs(604));
    call(&engine, &grant.access_token).await.unwrap();
    database.turn(Duration::from_secs(1));
    assert_invalid(call(&engine, &grant.access_token).await);
}

#[tokio::test]
async fn signing_out_ends_the_session_by_bearer_by_cookie_and_by_an_old_cookie() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    for way in ["bearer", "cookie", "old cookie"] {
        let first = sign_in_or_up(&engine, "ada").await;
        let second = refresh(&engine, &first.refresh_token).await.unwrap();
        match way {
            "bearer" => flow::sign_out(&engine, Some(&second.access_token), None, &device())
                .await
                .unwrap(),
            "cookie" => flow::sign_out(&engine, None, Some(&second.refresh_token), &device())
                .await
                .unwrap(),
            _ => flow::sign_out(&engine, None, Some(&first.refresh_token), &device())
                .await
                .unwrap(),
        }
        assert_invalid(call(&engine, &first.access_token).await);
        assert_invalid(call(&engine, &second.access_token).await);
        assert_invalid(refresh(&engine, &second.refresh_token).await);
        assert!(
            flow::view(&engine, &second.refresh_token)
                .await
                .unwrap()
                .is_none(),
            "{way}"
        );
    }
    let garbage = "garbage".into();
    flow::sign_out(&engine, Some(&garbage), Some(&garbage), &device())
        .await
        .unwrap();
}

async fn sign_in_or_up(engine: &auth::Engine, username: &str) -> auth::Grant {
    match sign_in(engine, username, PASSWORD).await {
        Ok(grant) => grant,
        Err(_) => sign_up(engine, username).await,
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session_of_that_user_alone() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let other = database.engine().await;
    let ada = [
        sign_up(&engine, "ada").await,
        sign_in(&other, "ada", PASSWORD).await.unwrap(),
    ];
    let bob = sign_up(&engine, "bob").await;
    let who = flow::authenticate(&engine, &ada[0].access_token)
        .await
        .unwrap();
    flow::sign_out_everywhere(&engine, &who, &device())
        .await
        .unwrap();
    for grant in &ada {
        assert_invalid(call(&engine, &grant.access_token).await);
        assert_invalid(refresh(&engine, &grant.refresh_token).await);
        refuses_within_two_seconds(&other, &grant.access_token).await;
    }
    call(&engine, &bob.access_token).await.unwrap();
    let back = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    call(&engine, &back.access_token).await.unwrap();
    call(&other, &back.access_token).await.unwrap();
}

#[tokio::test]
async fn another_process_refuses_within_a_second_and_one_that_starts_later_at_once() {
    let database = TestDatabase::new().await;
    let here = database.engine().await;
    let there = database.engine().await;
    let grant = sign_up(&here, "ada").await;
    call(&there, &grant.access_token).await.unwrap();
    flow::sign_out(&here, Some(&grant.access_token), None, &device())
        .await
        .unwrap();
    refuses_within_two_seconds(&there, &grant.access_token).await;
    assert_invalid(call(&database.engine().await, &grant.access_token).await);
}

#[tokio::test]
async fn rendering_a_page_changes_nothing() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    let second = refresh(&engine, &first.refresh_token).await.unwrap();
    let seen = flow::view(&engine, &second.refresh_token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        seen.profile,
        Profile {
            ..second.profile.clone()
        }
    );
    assert_eq!(seen.session.generation, 1);
    assert_eq!(seen.session.tag, second.session.tag);
    // The cookie of a lost answer still shows its owner; one of long ago shows nobody, and ends nothing.
    assert!(
        flow::view(&engine, &first.refresh_token)
            .await
            .unwrap()
            .is_some()
    );
    call(&engine, &second.access_token).await.unwrap();
    database.turn(RACE_OVER);
    assert!(
        flow::view(&engine, &first.refresh_token)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        flow::view(&engine, &second.access_token)
            .await
            .unwrap()
            .is_none()
    );
    assert!(refresh(&engine, &second.refresh_token).await.is_ok());
}

#[tokio::test]
async fn no_secret_shows_in_debug() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let grant = sign_up(&engine, "ada").await;
    let shown = format!("{grant:?} {engine:?}");
    for secret in [
        grant.access_token.expose_secret(),
        grant.refresh_token.expose_secret(),
        "$argon2",
    ] {
        assert!(!shown.contains(secret));
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unavailable_and_no_refusal() {
    let database = TestDatabase::new().await;
    let store = database.store().await;
    let clock = std::sync::Arc::clone(&database.clock) as std::sync::Arc<dyn auth::clock::Clock>;
    let secret = auth::MasterSecret::parse(crate::support::MASTER_SECRET).unwrap();
    let randomness = std::sync::Arc::new(auth::random::SystemRandomness::default());
    let settings = auth::EngineSettings::new("https://latchkey.example");
    let engine = auth::Engine::start(settings, store.clone(), clock, randomness, &secret)
        .await
        .unwrap();
    let grant = sign_up(&engine, "ada").await;
    store.close().await;
    assert!(matches!(
        refresh(&engine, &grant.refresh_token).await,
        Err(Error::Unavailable(_))
    ));
    assert!(matches!(
        flow::view(&engine, &grant.refresh_token).await,
        Err(Error::Unavailable(_))
    ));
    assert!(matches!(engine.ready().await, Err(Error::Unavailable(_))));
    assert!(
        flow::authenticate(&engine, &grant.access_token)
            .await
            .is_ok(),
        "verified without a database read"
    );
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_a_while_makes_nothing_good_that_was_taken_back() {
    // Longer than between two looks at what others did.
    const A_LOOK: Duration = Duration::from_millis(1_200);
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    flow::sign_out(&engine, Some(&ada.access_token), None, &device())
        .await
        .unwrap();
    database.turn(Duration::from_mins(1));
    tokio::time::sleep(A_LOOK).await;
    database.turn(Duration::from_hours(1));
    tokio::time::sleep(A_LOOK).await;
    database.clock.turn_back(Duration::from_hours(1));
    refuses_within_two_seconds(&engine, &ada.access_token).await;
}
