//! "It wasn't me": from the letter that told of it, and from the list of what happened.

use std::time::Duration;

use auth::{
    Engine, Error, ExposeSecret as _, Grant, Occasion, SecretString, account::AccountEvent, flow,
};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, assert_void, call, device, link_in, mail, mailing,
    on_database, only_link, refresh, sign_in, sign_in_from, sign_up, who,
};

const NEW_PASSWORD: &str = "another long weaver";

async fn say(engine: &Engine, link: &SecretString) -> Result<(), Error> {
    flow::it_was_not_me(engine, link, &device()).await
}

/// Somebody who knows the password signs in, some time later, in a browser that was not seen before. The link is that of the letter which tells of it.
async fn strange_sign_in(database: &TestDatabase, engine: &Engine) -> (Grant, SecretString) {
    database.turn(Duration::from_secs(1));
    let grant = sign_in_from(engine, "ada", PASSWORD, None).await.unwrap();
    let told = only_link(&mail(engine).await, Occasion::NewDevice);
    (grant, told)
}

/// The newest event of this kind.
async fn event(engine: &Engine, grant: &Grant, kind: &str) -> AccountEvent {
    let who = who(engine, grant).await;
    let page = flow::my_events(engine, &who, None).await.unwrap();
    let found = page.events.into_iter().find(|event| event.kind == kind);
    found.unwrap()
}

/// Asserts that the password is no longer one, and that the letter which is there leads to another.
async fn assert_reset_begun(engine: &Engine) {
    assert!(sign_in(engine, "ada", PASSWORD).await.is_err());
    let letters = mail(engine).await;
    let reset = only_link(&letters, Occasion::ResetPassword);
    assert_eq!(letters[0].to, "ada@example.org");
    flow::reset_password(engine, &reset, &NEW_PASSWORD.into(), &device())
        .await
        .unwrap();
    sign_in(engine, "ada", NEW_PASSWORD).await.unwrap();
}

async fn assert_out(engine: &Engine, grant: &Grant) {
    assert_invalid(call(engine, &grant.access_token).await);
    assert_invalid(refresh(engine, &grant.refresh_token).await);
}

#[tokio::test]
async fn of_a_sign_in_from_a_strange_browser_it_ends_that_session_alone() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let (thief, told) = strange_sign_in(&database, &engine).await;
    say(&engine, &told).await.unwrap();
    assert_out(&engine, &thief).await;
    // Tokens from before are void, and the owner's session goes on with new ones.
    assert_invalid(call(&engine, &ada.access_token).await);
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    call(&engine, &ada.access_token).await.unwrap();
    assert_void(say(&engine, &told).await);
    assert_reset_begun(&engine).await;
}

/// Whoever has signed in once may have done so again, by when their browser was known and no letter told of it.
#[tokio::test]
async fn sessions_that_began_since_end_too() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let (thief, told) = strange_sign_in(&database, &engine).await;
    let key = thief.device_key.clone().unwrap();
    database.turn(Duration::from_secs(1));
    let again = sign_in_from(&engine, "ada", PASSWORD, Some(key.expose_secret()))
        .await
        .unwrap();
    assert!(mail(&engine).await.is_empty());
    say(&engine, &told).await.unwrap();
    for grant in [&thief, &again] {
        assert_out(&engine, grant).await;
    }
    refresh(&engine, &ada.refresh_token).await.unwrap();
}

#[tokio::test]
async fn where_that_session_has_run_out_all_end() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let (_, told) = strange_sign_in(&database, &engine).await;
    let run_out: Vec<i64> = on_database!(database, pool => sqlx::query_scalar(
        "UPDATE sessions SET absolute_expires_at = created_at
         WHERE id = (SELECT id FROM sessions ORDER BY id DESC LIMIT 1) RETURNING generation",
    ).fetch_all(&pool));
    assert_eq!(run_out.len(), 1);
    say(&engine, &told).await.unwrap();
    assert_out(&engine, &ada).await;
}

#[tokio::test]
async fn the_browser_of_whoever_it_was_is_known_no_longer() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    let (thief, told) = strange_sign_in(&database, &engine).await;
    let key = thief.device_key.unwrap().expose_secret().to_owned();
    say(&engine, &told).await.unwrap();
    assert_reset_begun(&engine).await;
    mail(&engine).await;
    sign_in_from(&engine, "ada", NEW_PASSWORD, Some(&key))
        .await
        .unwrap();
    only_link(&mail(&engine).await, Occasion::NewDevice);
}

#[tokio::test]
async fn of_another_password_it_ends_all_sessions() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let as_thief = who(&engine, &ada).await;
    let thief = flow::change_password(
        &engine,
        &as_thief,
        &PASSWORD.into(),
        &"the weaver sings at dusk".into(),
        &device(),
    )
    .await
    .unwrap();
    let told = only_link(&mail(&engine).await, Occasion::PasswordChanged);
    say(&engine, &told).await.unwrap();
    assert_out(&engine, &thief).await;
    assert!(
        sign_in(&engine, "ada", "the weaver sings at dusk")
            .await
            .is_err()
    );
    assert_reset_begun(&engine).await;
}

#[tokio::test]
async fn it_can_be_said_for_a_week() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let (_, told) = strange_sign_in(&database, &engine).await;
    database.turn(Duration::from_hours(7 * 24));
    assert_void(say(&engine, &told).await);
    refresh(&engine, &ada.refresh_token).await.unwrap();
}

#[tokio::test]
async fn of_an_event_it_ends_the_session_of_that_alone() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    database.turn(Duration::from_secs(1));
    let thief = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let event = event(&engine, &ada, "signed_in").await;
    assert_eq!(event.session.as_ref(), Some(&thief.session.id));
    let as_ada = who(&engine, &ada).await;
    flow::distrust_event(&engine, &as_ada, &event.id, &device())
        .await
        .unwrap();
    assert_out(&engine, &thief).await;
    refresh(&engine, &ada.refresh_token).await.unwrap();
    assert_reset_begun(&engine).await;
}

#[tokio::test]
async fn of_an_event_whose_session_is_over_it_ends_all_others() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    database.turn(Duration::from_secs(1));
    let thief = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let event = event(&engine, &ada, "signed_in").await;
    flow::sign_out(&engine, Some(&thief.access_token), None, &device())
        .await
        .unwrap();
    let as_ada = who(&engine, &ada).await;
    flow::distrust_event(&engine, &as_ada, &event.id, &device())
        .await
        .unwrap();
    assert_out(&engine, &elsewhere).await;
    refresh(&engine, &ada.refresh_token).await.unwrap();
}

#[tokio::test]
async fn nobody_says_it_in_a_session_that_has_ended_meanwhile() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    database.turn(Duration::from_secs(1));
    let thief = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let event = event(&engine, &thief, "signed_in").await;
    let (as_ada, as_thief) = (who(&engine, &ada).await, who(&engine, &thief).await);
    flow::end_other_sessions(&engine, &as_ada, &device())
        .await
        .unwrap();
    let answer = flow::distrust_event(&engine, &as_thief, &event.id, &device()).await;
    assert!(matches!(answer, Err(Error::InvalidToken)), "{answer:?}");
    refresh(&engine, &ada.refresh_token).await.unwrap();
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn of_an_event_in_ones_own_session_or_in_none_it_ends_all() {
    for kind in ["signed_in", "sign_in_failed"] {
        let database = TestDatabase::new().await;
        let engine = mailing(&database).await;
        let ada = sign_up(&engine, "ada").await;
        let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
        sign_in(&engine, "ada", "the weaver sings at dawn")
            .await
            .unwrap_err();
        mail(&engine).await;
        // Whichever of the two sessions it was, it is that of who asks.
        let event = event(&engine, &ada, kind).await;
        let asks = if event.session.as_ref() == Some(&elsewhere.session.id) {
            &elsewhere
        } else {
            &ada
        };
        let who = who(&engine, asks).await;
        flow::distrust_event(&engine, &who, &event.id, &device())
            .await
            .unwrap();
        assert_out(&engine, &ada).await;
        assert_out(&engine, &elsewhere).await;
        assert_reset_begun(&engine).await;
    }
}

#[tokio::test]
async fn nobody_says_it_of_anothers_event() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let (ada, bob) = (sign_up(&engine, "ada").await, sign_up(&engine, "bob").await);
    let event = event(&engine, &ada, "signed_in").await;
    let as_bob = who(&engine, &bob).await;
    for id in [event.id.as_str(), "nothing"] {
        let answer = flow::distrust_event(&engine, &as_bob, id, &device()).await;
        assert!(matches!(answer, Err(Error::NotFound)), "{answer:?}");
    }
    call(&engine, &ada.access_token).await.unwrap();
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn where_no_mail_is_sent_the_password_stays() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let event = event(&engine, &ada, "signed_in").await;
    let as_ada = who(&engine, &ada).await;
    flow::distrust_event(&engine, &as_ada, &event.id, &device())
        .await
        .unwrap();
    assert_out(&engine, &ada).await;
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn of_a_stolen_session_which_is_over_it_ends_all() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let stolen = sign_up(&engine, "ada").await;
    let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let newer = refresh(&engine, &stolen.refresh_token).await.unwrap();
    call(&engine, &newer.access_token).await.unwrap();
    database.turn(Duration::from_mins(1));
    assert_invalid(refresh(&engine, &stolen.refresh_token).await);
    let told = link_in(&mail(&engine).await, Occasion::TokenReused);
    refresh(&engine, &elsewhere.refresh_token).await.unwrap();
    say(&engine, &told).await.unwrap();
    assert_out(&engine, &elsewhere).await;
    assert_reset_begun(&engine).await;
}

#[tokio::test]
async fn of_a_planned_deletion_it_keeps_the_account() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    database.turn(Duration::from_secs(1));
    let thief = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    let as_thief = who(&engine, &thief).await;
    flow::plan_deletion(&engine, &as_thief, &device())
        .await
        .unwrap();
    mail(&engine).await;
    let event = event(&engine, &ada, "deletion_planned").await;
    let as_ada = who(&engine, &ada).await;
    flow::distrust_event(&engine, &as_ada, &event.id, &device())
        .await
        .unwrap();
    assert_out(&engine, &thief).await;
    let ada = refresh(&engine, &ada.refresh_token).await.unwrap();
    assert_eq!(ada.profile.deletes_at, None);
    assert_reset_begun(&engine).await;
}

/// A thief who has moved the account to an address of their own gets no letter by which to choose its password.
#[tokio::test]
async fn after_the_address_was_changed_the_way_back_goes_to_the_former() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    let (thief, told) = strange_sign_in(&database, &engine).await;
    let as_thief = who(&engine, &thief).await;
    flow::change_email(&engine, &as_thief, "eve@example.org", &device())
        .await
        .unwrap();
    let confirm = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    flow::confirm_new_email(&engine, &confirm, &device())
        .await
        .unwrap();
    mail(&engine).await;

    say(&engine, &told).await.unwrap();
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].occasion, Occasion::RecoverAccount);
    assert_eq!(letters[0].to, "ada@example.org");
    let undo = letters[0].link.clone().unwrap();
    flow::undo_email_change(&engine, &undo, &device())
        .await
        .unwrap();
    assert_reset_begun(&engine).await;
}

/// Whoever reads a former address has a week to take the account back, and not another for each thing that they say was not them.
#[tokio::test]
async fn the_way_back_is_no_longer_than_the_week_after_the_change() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let as_ada = who(&engine, &ada).await;
    flow::change_email(&engine, &as_ada, "new@example.org", &device())
        .await
        .unwrap();
    let confirm = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    let (_, told) = strange_sign_in(&database, &engine).await;
    flow::confirm_new_email(&engine, &confirm, &device())
        .await
        .unwrap();
    mail(&engine).await;
    database.turn(Duration::from_hours(7 * 24 - 1));
    say(&engine, &told).await.unwrap();
    let back = only_link(&mail(&engine).await, Occasion::RecoverAccount);
    database.turn(Duration::from_hours(1));
    assert_void(flow::undo_email_change(&engine, &back, &device()).await);
}
