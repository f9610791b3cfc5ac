//! A forgotten password: the same for known and unknown, a link that works once and in time, and an end to whatever was before.

use std::time::Duration;

use auth::{
    Delivery, Engine, Error, Occasion, Purpose, SecretString,
    audit::{AuditFilter, AuditKind, AuditRecord},
    clock::Clock as _,
    flow,
    flow::administration,
};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, assert_void, at_once, call, device, mail, mailing,
    only_link, operator, refresh, sign_in, sign_up, who,
};

const NEW: &str = "another long weaver";
const MINUTE: Duration = Duration::from_mins(1);

async fn ask(engine: &Engine, email: &str) {
    flow::forgot_password(engine, email, &device())
        .await
        .unwrap();
}

/// The link of the only letter, once it was asked for.
async fn asked_for(engine: &Engine, email: &str) -> SecretString {
    ask(engine, email).await;
    only_link(&mail(engine).await, Occasion::ResetPassword)
}

async fn reset(engine: &Engine, link: &SecretString) -> Result<(), Error> {
    flow::reset_password(engine, link, &NEW.into(), &device()).await
}

#[tokio::test]
async fn a_link_gives_the_account_another_password_and_ends_all_that_was_before() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    mail(&engine).await;
    let link = asked_for(&engine, "ADA@Example.org").await;
    reset(&engine, &link).await.unwrap();
    for grant in [&ada, &elsewhere] {
        assert_invalid(call(&engine, &grant.access_token).await);
        assert_invalid(refresh(&engine, &grant.refresh_token).await);
    }
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    let back = sign_in(&engine, "ada", NEW).await.unwrap();
    assert!(back.profile.email_verified);
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].occasion, Occasion::PasswordChanged);
    assert_void(reset(&engine, &link).await);
}

#[tokio::test]
async fn known_and_unknown_are_answered_alike_and_the_unknown_get_no_letter() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    ask(&engine, "ada@example.org").await;
    ask(&engine, "nobody@example.org").await;
    assert_eq!(engine.letters_waiting().await.unwrap().count, 2);
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "ada@example.org");
    let answer = flow::forgot_password(&engine, "no address", &device()).await;
    assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}");
}

/// Whose account it was that was asked about is not looked up before the letter is taken up, and then written down once.
#[tokio::test]
async fn who_asks_is_written_down_once_when_the_letter_is_taken_up() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let bob = sign_up(&engine, "bob").await;
    mail(&engine).await;
    let account = administration::find_user(&engine, "bob").await.unwrap();
    administration::disable(&engine, &operator(), account.unwrap().id)
        .await
        .unwrap();
    for name in ["ada", "bob", "nobody"] {
        ask(&engine, &format!("{name}@example.org")).await;
    }
    assert_eq!(asked(&engine).await, [] as [Option<String>; 0]);
    let asked_at = database.clock.now().unix_seconds();
    database.turn(MINUTE);
    let letter = engine.claim_letter().await.unwrap().unwrap();
    engine
        .settle_letter(&letter, Delivery::Failed)
        .await
        .unwrap();
    database.turn(MINUTE);
    mail(&engine).await;
    let users = asked(&engine).await;
    let mut owners = [None, Some(ada.profile.id), Some(bob.profile.id)];
    owners.sort();
    assert_eq!(users, owners);
    for record in records(&engine).await {
        assert_eq!(record.actor, "anonymous");
        assert_eq!(record.at.unix_seconds(), asked_at);
        assert_eq!(record.address, device().address.map(|at| at.to_string()));
        assert_eq!(record.user_agent, device().user_agent);
    }
}

/// What is written down of letters that were asked for.
async fn records(engine: &Engine) -> Vec<AuditRecord> {
    let filter = AuditFilter {
        kind: Some(AuditKind::PasswordResetAsked),
        ..AuditFilter::default()
    };
    let page = administration::Page {
        after: None,
        limit: 10,
    };
    administration::audit_log(engine, &filter, page)
        .await
        .unwrap()
}

/// Whose accounts they were for; of nobody first.
async fn asked(engine: &Engine) -> Vec<Option<String>> {
    let records = records(engine).await;
    let users = records.into_iter().map(|record| record.user_id);
    let mut users: Vec<_> = users
        .map(|user| user.map(|user| user.to_string()))
        .collect();
    users.sort();
    users
}

#[tokio::test]
async fn a_link_is_good_for_half_an_hour_and_until_the_next() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    ask(&engine, "ada@example.org").await;
    let old = only_link(&mail(&engine).await, Occasion::ResetPassword);
    database.turn(MINUTE);
    ask(&engine, "ada@example.org").await;
    assert_void(reset(&engine, &old).await);
    let new = only_link(&mail(&engine).await, Occasion::ResetPassword);
    database.turn(30 * MINUTE);
    assert_void(reset(&engine, &new).await);
}

#[tokio::test]
async fn one_address_gets_five_letters_an_hour_at_most_and_is_not_told() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    let mut sent = 0;
    for _ in 0..59 {
        ask(&engine, "ada@example.org").await;
        sent += mail(&engine).await.len();
        database.turn(MINUTE);
    }
    assert_eq!(sent, 5);
}

#[tokio::test]
async fn a_password_that_can_not_be_taken_leaves_the_link_as_it_is() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    let link = asked_for(&engine, "ada@example.org").await;
    let answer = flow::reset_password(&engine, &link, &"short".into(), &device()).await;
    assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}");
    reset(&engine, &link).await.unwrap();
}

#[tokio::test]
async fn another_password_and_a_disabled_account_make_the_link_void() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    for (name, is_disabled) in [("ada", false), ("bob", true)] {
        sign_up(&engine, name).await;
        mail(&engine).await;
        let link = asked_for(&engine, &format!("{name}@example.org")).await;
        let account = administration::find_user(&engine, name)
            .await
            .unwrap()
            .unwrap();
        if is_disabled {
            administration::disable(&engine, &operator(), account.id)
                .await
                .unwrap();
        } else {
            administration::set_password(&engine, &operator(), &account, &NEW.into())
                .await
                .unwrap();
        }
        let seen = flow::look_at_link(&engine, Purpose::ResetPassword, &link).await;
        assert_eq!(seen.unwrap(), None);
        assert_void(reset(&engine, &link).await);
    }
}

#[tokio::test]
async fn of_fifty_at_once_one_link_gets_one_through() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    let link = asked_for(&engine, "ada@example.org").await;
    let uses = at_once(50, move || {
        let (engine, link) = (engine.clone(), link.clone());
        async move { reset(&engine, &link).await }
    })
    .await;
    assert_eq!(uses.iter().filter(|used| used.is_ok()).count(), 1);
}

/// Whoever made the account with somebody else's address loses all of it when the owner of the address comes.
#[tokio::test]
async fn who_took_anothers_address_is_out_once_its_owner_resets_the_password() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let thief = sign_up(&engine, "victim").await;
    mail(&engine).await;
    let link = asked_for(&engine, "victim@example.org").await;
    reset(&engine, &link).await.unwrap();
    assert_invalid(refresh(&engine, &thief.refresh_token).await);
    assert!(sign_in(&engine, "victim", PASSWORD).await.is_err());
    let owner = sign_in(&engine, "victim", NEW).await.unwrap();
    who(&engine, &owner).await;
}

/// A password takes long to compare: who began before the reset must not be let in after it.
#[tokio::test]
async fn who_signs_in_with_the_former_password_meanwhile_is_out_too() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.hashing.queue = 20 * 8;
        })
        .await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    let link = asked_for(&engine, "ada@example.org").await;
    let thieves: Vec<_> = (0..15)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { sign_in(&engine, "ada", PASSWORD).await })
        })
        .collect();
    reset(&engine, &link).await.unwrap();
    for thief in thieves {
        if let Ok(thief) = thief.await.unwrap() {
            assert_invalid(refresh(&engine, &thief.refresh_token).await);
        }
    }
}
