//! Another address and another name: confirmed at the new address, undone from the old one.

use std::time::Duration;

use auth::{Engine, Error, Grant, Occasion, Purpose, SecretString, error::Field, flow};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, assert_refused, assert_void, at_once, call, device,
    link_in, mail, mailing, new_user, only_link, refresh, sign_in, sign_up, who,
};

const MINUTE: Duration = Duration::from_mins(1);
const NEW_PASSWORD: &str = "another long weaver";

async fn ask(engine: &Engine, grant: &Grant, email: &str) -> Result<(), Error> {
    let who = who(engine, grant).await;
    flow::change_email(engine, &who, email, &device()).await
}

async fn confirm(engine: &Engine, link: &SecretString) -> Result<(), Error> {
    flow::confirm_new_email(engine, link, &device()).await
}

async fn undo(engine: &Engine, link: &SecretString) -> Result<(), Error> {
    flow::undo_email_change(engine, link, &device()).await
}

/// Moves the account to another address. Answers the link that undoes it. Then a second passes.
async fn moved(
    database: &TestDatabase,
    engine: &Engine,
    grant: &Grant,
    email: &str,
) -> SecretString {
    ask(engine, grant, email).await.unwrap();
    let link = only_link(&mail(engine).await, Occasion::ConfirmNewEmail);
    confirm(engine, &link).await.unwrap();
    let way_back = only_link(&mail(engine).await, Occasion::EmailChanged);
    database.turn(Duration::from_secs(1));
    way_back
}

async fn email(engine: &Engine, grant: &Grant) -> String {
    let who = who(engine, grant).await;
    flow::profile(engine, &who).await.unwrap().email
}

#[tokio::test]
async fn it_is_the_accounts_once_it_was_confirmed_and_the_former_is_told() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    ask(&engine, &ada, "ADA@Example.net").await.unwrap();
    let letters = mail(&engine).await;
    let link = only_link(&letters, Occasion::ConfirmNewEmail);
    assert_eq!(letters[0].to, "ada@example.net");
    assert_eq!(email(&engine, &ada).await, "ada@example.org");
    let facts = flow::look_at_link(&engine, Purpose::ConfirmNewEmail, &link).await;
    assert_eq!(facts.unwrap().unwrap().email, "ada@example.net");
    confirm(&engine, &link).await.unwrap();
    assert_eq!(email(&engine, &ada).await, "ada@example.net");
    let back = sign_in(&engine, "ada@example.net", PASSWORD).await.unwrap();
    assert!(back.profile.email_verified);
    assert!(sign_in(&engine, "ada@example.org", PASSWORD).await.is_err());
    let told = mail(&engine).await;
    only_link(&told, Occasion::EmailChanged);
    assert_eq!(told[0].to, "ada@example.org");
    assert_eq!(told[0].detail.email.as_deref(), Some("ada@example.net"));
    assert_void(confirm(&engine, &link).await);
}

#[tokio::test]
async fn what_is_no_address_or_theirs_already_is_refused() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    for email in ["", "ada", "Ada@example.org"] {
        assert_refused(ask(&engine, &ada, email).await, Field::Email);
    }
}

#[tokio::test]
async fn that_somebody_has_the_address_is_not_told_and_the_link_is_void() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    sign_up(&engine, "bob").await;
    mail(&engine).await;
    ask(&engine, &ada, "bob@example.org").await.unwrap();
    let link = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    assert_void(confirm(&engine, &link).await);
    assert_eq!(email(&engine, &ada).await, "ada@example.org");
    sign_in(&engine, "bob@example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn asking_anew_kills_the_link_and_the_letter_of_before() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    ask(&engine, &ada, "one@example.net").await.unwrap();
    let one = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    ask(&engine, &ada, "two@example.net").await.unwrap();
    assert_void(confirm(&engine, &one).await);
    ask(&engine, &ada, "three@example.net").await.unwrap();
    let letters = mail(&engine).await;
    let three = only_link(&letters, Occasion::ConfirmNewEmail);
    assert_eq!(letters[0].to, "three@example.net");
    confirm(&engine, &three).await.unwrap();
}

#[tokio::test]
async fn letters_to_a_new_address_are_limited() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    ask(&engine, &ada, "ada@example.net").await.unwrap();
    let answer = ask(&engine, &ada, "ada@example.net").await;
    assert!(
        matches!(answer, Err(Error::TooManyTries { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn an_account_is_no_way_to_write_to_everybody() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    for number in 0..10 {
        let stranger = format!("stranger{number}@example.net");
        ask(&engine, &ada, &stranger).await.unwrap();
    }
    database.turn(5 * MINUTE);
    let answer = ask(&engine, &ada, "another@example.net").await;
    assert!(
        matches!(answer, Err(Error::TooManyTries { retry_after }) if retry_after == 55 * MINUTE),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_one_link_gets_one_through() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    ask(&engine, &ada, "ada@example.net").await.unwrap();
    let link = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    let answers = at_once(50, || {
        let (engine, link) = (engine.clone(), link.clone());
        async move { confirm(&engine, &link).await.is_ok() }
    })
    .await;
    assert_eq!(answers.into_iter().filter(|through| *through).count(), 1);
    assert_eq!(mail(&engine).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_confirm_one_address_at_once_one_has_it() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let mut links = Vec::new();
    for name in ["ada", "bob"] {
        let grant = sign_up(&engine, name).await;
        mail(&engine).await;
        ask(&engine, &grant, "shared@example.net").await.unwrap();
        links.push(only_link(&mail(&engine).await, Occasion::ConfirmNewEmail));
        database.turn(Duration::from_mins(1));
    }
    let (one, other) = tokio::join!(confirm(&engine, &links[0]), confirm(&engine, &links[1]));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_void(one.and(other));
}

#[tokio::test]
async fn where_no_mail_is_sent_it_is_changed_at_once() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    sign_up(&engine, "bob").await;
    let taken = ask(&engine, &ada, "bob@example.org").await;
    assert_refused(taken, Field::Email);
    ask(&engine, &ada, "ada@example.net").await.unwrap();
    let back = sign_in(&engine, "ada@example.net", PASSWORD).await.unwrap();
    assert!(!back.profile.email_verified);
}

#[tokio::test]
async fn the_former_address_takes_the_account_back() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let thief = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    mail(&engine).await;
    let way_back = moved(&database, &engine, &thief, "thief@example.net").await;
    undo(&engine, &way_back).await.unwrap();
    for grant in [&ada, &thief] {
        assert_invalid(call(&engine, &grant.access_token).await);
        assert_invalid(refresh(&engine, &grant.refresh_token).await);
    }
    // The thief knows the password, so it is no longer one.
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    let letters = mail(&engine).await;
    let reset = only_link(&letters, Occasion::ResetPassword);
    assert_eq!(letters[0].to, "ada@example.org");
    flow::reset_password(&engine, &reset, &NEW_PASSWORD.into(), &device())
        .await
        .unwrap();
    let back = sign_in(&engine, "ada", NEW_PASSWORD).await.unwrap();
    assert_eq!(back.profile.email, "ada@example.org");
    assert!(back.profile.email_verified);
    assert_void(undo(&engine, &way_back).await);
}

#[tokio::test]
async fn who_changes_it_twice_does_not_take_the_first_owners_way_back() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let thief = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let owners = moved(&database, &engine, &thief, "one@example.net").await;
    let thiefs = moved(&database, &engine, &thief, "two@example.net").await;
    // The thief is quicker, and the owner gets through nevertheless.
    undo(&engine, &thiefs).await.unwrap();
    undo(&engine, &owners).await.unwrap();
    let reset = link_in(&mail(&engine).await, Occasion::ResetPassword);
    let facts = flow::look_at_link(&engine, Purpose::ResetPassword, &reset).await;
    assert_eq!(facts.unwrap().unwrap().email, "ada@example.org");
}

#[tokio::test]
async fn what_went_to_the_other_address_since_opens_nothing_once_it_is_undone() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let thief = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let owners = moved(&database, &engine, &thief, "one@example.net").await;
    let thiefs = moved(&database, &engine, &thief, "two@example.net").await;
    ask(&engine, &thief, "three@example.net").await.unwrap();
    let third = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    // One more is not even sent yet.
    ask(&engine, &thief, "four@example.net").await.unwrap();
    undo(&engine, &owners).await.unwrap();
    assert_void(undo(&engine, &thiefs).await);
    assert_void(confirm(&engine, &third).await);
    only_link(&mail(&engine).await, Occasion::ResetPassword);
}

#[tokio::test]
async fn the_way_back_is_open_for_a_week_and_while_nobody_else_has_the_address() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let way_back = moved(&database, &engine, &ada, "ada@example.net").await;
    let mut other = new_user("other");
    other.email = "ada@example.org".to_owned();
    flow::sign_up(&engine, other).await.unwrap();
    assert_void(undo(&engine, &way_back).await);

    let bob = sign_up(&engine, "bob").await;
    mail(&engine).await;
    let way_back = moved(&database, &engine, &bob, "bob@example.net").await;
    database.turn(Duration::from_hours(7 * 24));
    assert_void(undo(&engine, &way_back).await);
}

#[tokio::test]
async fn another_name_is_theirs_alone_and_the_former_is_free() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    sign_up(&engine, "bob").await;
    let as_ada = who(&engine, &ada).await;
    let change = async |name: &str| flow::change_username(&engine, &as_ada, name, &device()).await;
    for name in ["BOB", "a", "no name"] {
        assert_refused(change(name).await, Field::Username);
    }
    assert_eq!(change("ada").await.unwrap().username, "ada");
    assert_eq!(change("Ada").await.unwrap().username, "Ada");
    assert_eq!(change("Lovelace").await.unwrap().username, "Lovelace");
    let profile = flow::profile(&engine, &as_ada).await.unwrap();
    assert_eq!(profile.username, "Lovelace");
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    sign_in(&engine, "lovelace", PASSWORD).await.unwrap();
    let mut next = new_user("ada");
    next.email = "next@example.org".to_owned();
    flow::sign_up(&engine, next).await.unwrap();
}

#[tokio::test]
async fn another_address_ends_all_sessions_but_the_one_in_which_it_was_asked_for() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    mail(&engine).await;
    ask(&engine, &ada, "ada@example.net").await.unwrap();
    call(&engine, &elsewhere.access_token).await.unwrap();
    let link = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    confirm(&engine, &link).await.unwrap();
    assert_invalid(call(&engine, &elsewhere.access_token).await);
    assert_invalid(refresh(&engine, &elsewhere.refresh_token).await);
    call(&engine, &ada.access_token).await.unwrap();
    refresh(&engine, &ada.refresh_token).await.unwrap();
}

#[tokio::test]
async fn so_it_is_where_no_mail_is_sent() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    ask(&engine, &ada, "ada@example.net").await.unwrap();
    assert_invalid(call(&engine, &elsewhere.access_token).await);
    assert_invalid(refresh(&engine, &elsewhere.refresh_token).await);
    call(&engine, &ada.access_token).await.unwrap();
    refresh(&engine, &ada.refresh_token).await.unwrap();
}

#[tokio::test]
async fn whoever_takes_the_former_address_back_keeps_the_account() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let way_back = moved(&database, &engine, &ada, "thief@example.net").await;
    let as_thief = who(&engine, &ada).await;
    let planned = flow::plan_deletion(&engine, &as_thief, &device()).await;
    assert!(planned.unwrap().deletes_at.is_some());
    undo(&engine, &way_back).await.unwrap();
    let reset = only_link(&mail(&engine).await, Occasion::ResetPassword);
    flow::reset_password(&engine, &reset, &NEW_PASSWORD.into(), &device())
        .await
        .unwrap();
    let back = sign_in(&engine, "ada", NEW_PASSWORD).await.unwrap();
    assert_eq!(back.profile.deletes_at, None);
}
