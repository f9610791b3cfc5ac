//! Proving once more who one is, for what asks for a recent proof.

use std::time::Duration;

use auth::{Engine, Error, Grant, Occasion, error::Field, flow};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, assert_refused, device, mail, mailing, only_link,
    refresh, sign_in, sign_in_from, sign_up, who,
};

const WRONG: &str = "the weaver sings at dawn";
const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

async fn reauthenticate(engine: &Engine, grant: &Grant, password: &str) -> Result<Grant, Error> {
    let who = who(engine, grant).await;
    flow::reauthenticate(engine, &who, &password.into(), &device()).await
}

#[track_caller]
fn assert_too_old<T>(answer: Result<T, Error>) {
    let error = answer.err();
    assert!(matches!(error, Some(Error::ProofTooOld)), "{error:?}");
}

#[tokio::test]
async fn a_proof_is_recent_for_ten_minutes_and_no_refresh_renews_it() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    database.turn(10 * MINUTE);
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    let as_ada = who(&engine, &ada).await;
    flow::require_recent_proof(&engine, &as_ada).unwrap();
    database.turn(SECOND);
    assert_too_old(flow::require_recent_proof(&engine, &as_ada));
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    let as_ada = who(&engine, &ada).await;
    assert_too_old(flow::change_username(&engine, &as_ada, "ada2", &device()).await);
    assert_too_old(flow::change_email(&engine, &as_ada, "a@example.net", &device()).await);
    assert_too_old(flow::plan_deletion(&engine, &as_ada, &device()).await);
    assert_too_old(flow::export(&engine, &as_ada, &device()).await);
}

#[tokio::test]
async fn a_proof_from_before_the_clock_was_put_back_gets_no_younger_by_that() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let as_ada = who(&engine, &ada).await;
    database.clock.turn_back(11 * MINUTE);
    assert_too_old(flow::require_recent_proof(&engine, &as_ada));
}

#[tokio::test]
async fn the_password_makes_the_proof_recent_in_the_same_session() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    database.turn(Duration::from_hours(1));
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    let proven = reauthenticate(&engine, &ada, PASSWORD).await.unwrap();
    assert_eq!(proven.session.id, ada.session.id);
    assert_eq!(proven.claims.generation, ada.claims.generation);
    assert_eq!(proven.claims.auth_time, ada.claims.auth_time + 3_600);
    let as_ada = who(&engine, &proven).await;
    flow::require_recent_proof(&engine, &as_ada).unwrap();
    // The refresh token that the browser has is as good as the one of the answer, and what follows is proven at the same time.
    let next = refresh(&engine, &ada.refresh_token).await.unwrap();
    assert_eq!(next.claims.generation, ada.claims.generation + 1);
    assert_eq!(next.claims.auth_time, proven.claims.auth_time);
}

#[tokio::test]
async fn a_wrong_password_proves_nothing_and_slows_the_next() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| settings.throttle.free_tries = 1)
        .await;
    let ada = sign_up(&engine, "ada").await;
    assert_refused(reauthenticate(&engine, &ada, "").await, Field::Password);
    for _ in 0..2 {
        assert_refused(reauthenticate(&engine, &ada, WRONG).await, Field::Password);
    }
    let answer = reauthenticate(&engine, &ada, PASSWORD).await;
    assert!(
        matches!(answer, Err(Error::TooManyTries { .. })),
        "{answer:?}"
    );
    database.turn(SECOND);
    reauthenticate(&engine, &ada, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_stranger_who_guesses_at_the_sign_in_slows_nobody_down_here() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| settings.throttle.free_tries = 0)
        .await;
    let ada = sign_up(&engine, "ada").await;
    sign_in_from(&engine, "ada", WRONG, None).await.unwrap_err();
    let answer = sign_in_from(&engine, "ada", PASSWORD, None).await;
    assert!(
        matches!(answer, Err(Error::TooManyTries { .. })),
        "{answer:?}"
    );
    reauthenticate(&engine, &ada, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_session_that_has_ended_is_not_proven_again() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let as_ada = who(&engine, &ada).await;
    flow::sign_out(&engine, None, Some(&ada.refresh_token), &device())
        .await
        .unwrap();
    assert_invalid(flow::reauthenticate(&engine, &as_ada, &PASSWORD.into(), &device()).await);
    assert_invalid(
        flow::change_password(
            &engine,
            &as_ada,
            &PASSWORD.into(),
            &"another long weaver".into(),
            &device(),
        )
        .await,
    );
}

#[tokio::test]
async fn who_has_no_password_is_told_so() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    assert!(ada.profile.has_password);
    mail(&engine).await;
    database.turn(SECOND);
    sign_in_from(&engine, "ada", PASSWORD, None).await.unwrap();
    let told = only_link(&mail(&engine).await, Occasion::NewDevice);
    flow::it_was_not_me(&engine, &told, &device())
        .await
        .unwrap();
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    assert!(!ada.profile.has_password);
    let Err(Error::Invalid(errors)) = reauthenticate(&engine, &ada, PASSWORD).await else {
        panic!("a password that was taken away proves something");
    };
    let said = format!("{errors:?}");
    assert!(
        said.contains("There is no password on this account"),
        "{said}"
    );
}

/// A process may take an access token for good for a second after another has ended its session. That second is too short for what can't be undone.
#[tokio::test]
async fn nothing_is_changed_by_a_session_that_was_ended_meanwhile() {
    for sends_mail in [true, false] {
        let database = TestDatabase::new().await;
        let engine = if sends_mail {
            mailing(&database).await
        } else {
            database.engine().await
        };
        let ada = sign_up(&engine, "ada").await;
        let thief = sign_in(&engine, "ada", PASSWORD).await.unwrap();
        let (as_ada, as_thief) = (who(&engine, &ada).await, who(&engine, &thief).await);
        flow::end_other_sessions(&engine, &as_ada, &device())
            .await
            .unwrap();
        if sends_mail {
            mail(&engine).await;
        }
        let email = flow::change_email(&engine, &as_thief, "eve@example.org", &device()).await;
        assert!(matches!(email, Err(Error::InvalidToken)), "{email:?}");
        let name = flow::change_username(&engine, &as_thief, "eve", &device()).await;
        assert!(matches!(name, Err(Error::InvalidToken)), "{name:?}");
        let deletion = flow::plan_deletion(&engine, &as_thief, &device()).await;
        assert!(matches!(deletion, Err(Error::InvalidToken)), "{deletion:?}");
        let new = "the weaver sings at dusk".into();
        let password =
            flow::change_password(&engine, &as_thief, &PASSWORD.into(), &new, &device()).await;
        assert!(matches!(password, Err(Error::InvalidToken)), "{password:?}");
        if sends_mail {
            assert!(mail(&engine).await.is_empty());
        }
        let profile = refresh(&engine, &ada.refresh_token).await.unwrap().profile;
        assert_eq!(profile.username, "ada");
        assert_eq!(profile.email, "ada@example.org");
        assert_eq!(profile.deletes_at, None);
        sign_in(&engine, "ada", PASSWORD).await.unwrap();
    }
}
