//! Proving that an address is one's own: by a link and by a code, each once, in time, and by its owner alone.

use std::time::Duration;

use auth::{
    Engine, Error, ExposeSecret as _, Grant, Occasion, Purpose, SecretString, error::Field, flow,
    flow::administration,
};

use crate::support::{
    PASSWORD, TestDatabase, assert_refused, assert_void, at_once, device, mail, mailing, only_link,
    operator, refresh, sign_in, sign_up, who,
};

const MINUTE: Duration = Duration::from_mins(1);

async fn is_verified(engine: &Engine, grant: &Grant) -> bool {
    let who = who(engine, grant).await;
    flow::profile(engine, &who).await.unwrap().email_verified
}

async fn ask(engine: &Engine, grant: &Grant) -> Result<bool, Error> {
    let who = who(engine, grant).await;
    flow::ask_to_verify_email(engine, &who, &device()).await
}

#[tokio::test]
async fn a_link_proves_the_address_once_and_looking_at_it_changes_nothing() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    assert!(!is_verified(&engine, &ada).await);
    let link = only_link(&mail(&engine).await, Occasion::VerifyEmail);
    for _ in 0..3 {
        let facts = flow::look_at_link(&engine, Purpose::VerifyEmail, &link)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (facts.email.as_str(), facts.username.as_str()),
            ("ada@example.org", "ada")
        );
    }
    assert!(!is_verified(&engine, &ada).await);
    flow::verify_email(&engine, &link, &device()).await.unwrap();
    assert!(is_verified(&engine, &ada).await);
    assert!(
        refresh(&engine, &ada.refresh_token)
            .await
            .unwrap()
            .profile
            .email_verified
    );
    assert_void(flow::verify_email(&engine, &link, &device()).await);
    let seen = flow::look_at_link(&engine, Purpose::VerifyEmail, &link).await;
    assert_eq!(seen.unwrap(), None);
}

#[tokio::test]
async fn of_fifty_at_once_one_link_gets_one_through() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let link = only_link(&mail(&engine).await, Occasion::VerifyEmail);
    let uses = at_once(50, move || {
        let (engine, link) = (engine.clone(), link.clone());
        async move { flow::verify_email(&engine, &link, &device()).await }
    })
    .await;
    assert_eq!(uses.iter().filter(|used| used.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_link_is_good_for_a_day_and_for_its_purpose() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let link = only_link(&mail(&engine).await, Occasion::VerifyEmail);
    for purpose in [Purpose::ResetPassword, Purpose::NotMe, Purpose::SignIn] {
        let seen = flow::look_at_link(&engine, purpose, &link).await;
        assert_eq!(seen.unwrap(), None, "{purpose:?}");
    }
    assert_void(flow::reset_password(&engine, &link, &PASSWORD.into(), &device()).await);
    database.turn(Duration::from_mins(24 * 60 - 1));
    let seen = flow::look_at_link(&engine, Purpose::VerifyEmail, &link).await;
    assert!(seen.unwrap().is_some());
    database.turn(MINUTE);
    assert_void(flow::verify_email(&engine, &link, &device()).await);
}

#[tokio::test]
async fn a_new_letter_kills_the_link_and_the_code_of_the_old() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let old = mail(&engine).await.remove(0);
    ask(&engine, &ada).await.unwrap();
    // Already when it is asked for, not only when the new one is sent.
    assert_void(flow::verify_email(&engine, old.link.as_ref().unwrap(), &device()).await);
    let new = mail(&engine).await.remove(0);
    let who = who(&engine, &ada).await;
    let code = old.code.unwrap();
    let answer = flow::verify_email_by_code(&engine, &who, code.expose_secret(), &device()).await;
    assert!(matches!(answer, Err(Error::WrongCode)), "{answer:?}");
    flow::verify_email(&engine, new.link.as_ref().unwrap(), &device())
        .await
        .unwrap();
    // There is nothing left to prove.
    ask(&engine, &ada).await.unwrap();
    assert!(mail(&engine).await.is_empty());
}

#[tokio::test]
async fn a_code_is_taken_from_its_owner_for_ten_minutes_however_it_is_written() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let (ada, bob) = (sign_up(&engine, "ada").await, sign_up(&engine, "bob").await);
    let letters = mail(&engine).await;
    let code: SecretString = letters[0].code.clone().unwrap();
    let (first, second) = code.expose_secret().split_at(4);
    let (as_ada, as_bob) = (who(&engine, &ada).await, who(&engine, &bob).await);
    let answer =
        flow::verify_email_by_code(&engine, &as_bob, code.expose_secret(), &device()).await;
    assert!(matches!(answer, Err(Error::WrongCode)), "{answer:?}");
    flow::verify_email_by_code(&engine, &as_ada, &format!(" {first}-{second} "), &device())
        .await
        .unwrap();
    assert!(is_verified(&engine, &ada).await);
    assert!(!is_verified(&engine, &bob).await);

    database.turn(10 * MINUTE);
    let bob = sign_in(&engine, "bob", PASSWORD).await.unwrap();
    let as_bob = who(&engine, &bob).await;
    let code = letters[1].code.clone().unwrap();
    assert_void(
        flow::verify_email_by_code(&engine, &as_bob, code.expose_secret(), &device()).await,
    );
    // The link beside it lives longer.
    flow::verify_email(&engine, letters[1].link.as_ref().unwrap(), &device())
        .await
        .unwrap();
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_refused_too() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let letter = mail(&engine).await.remove(0);
    let code = letter.code.unwrap();
    let wrong = if code.expose_secret() == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    let who = who(&engine, &ada).await;
    for _ in 0..5 {
        let answer = flow::verify_email_by_code(&engine, &who, wrong, &device()).await;
        assert!(matches!(answer, Err(Error::WrongCode)), "{answer:?}");
    }
    assert_void(flow::verify_email_by_code(&engine, &who, code.expose_secret(), &device()).await);
}

#[tokio::test]
async fn nothing_typed_is_no_try() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let letter = mail(&engine).await.remove(0);
    let who = who(&engine, &ada).await;
    for _ in 0..6 {
        let answer = flow::verify_email_by_code(&engine, &who, " - ", &device()).await;
        assert_refused(answer, Field::Code);
    }
    let code = letter.code.unwrap();
    flow::verify_email_by_code(&engine, &who, code.expose_secret(), &device())
        .await
        .unwrap();
}

#[tokio::test]
async fn letters_to_one_address_are_limited() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let mut ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let mut sent = 0;
    for _ in 0..60 {
        ada = refresh(&engine, &ada.refresh_token).await.unwrap();
        match ask(&engine, &ada).await {
            Ok(_) => sent += mail(&engine).await.len(),
            Err(Error::TooManyTries { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
        database.turn(MINUTE / 2);
    }
    assert_eq!(sent, 5);
}

#[tokio::test]
async fn how_long_to_wait_for_the_next_letter_is_told_and_then_it_is_sent() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let mut ada = sign_up(&engine, "ada").await;
    let mut waits = Vec::new();
    for _ in 0..6 {
        ask(&engine, &ada).await.unwrap();
        database.turn(Duration::from_secs(20));
        let answer = ask(&engine, &ada).await;
        let Err(Error::TooManyTries { retry_after }) = answer else {
            panic!("{answer:?}");
        };
        waits.push(retry_after.as_secs());
        // Until just before, it is refused.
        let moment = Duration::from_micros(1);
        database.turn(retry_after.checked_sub(moment).unwrap());
        ada = refresh(&engine, &ada.refresh_token).await.unwrap();
        let answer = ask(&engine, &ada).await;
        assert!(
            matches!(answer, Err(Error::TooManyTries { retry_after }) if retry_after == moment),
            "{answer:?}"
        );
        database.turn(moment);
    }
    // The fifth ends what an hour may have, which began with the first.
    assert_eq!(waits, [40, 40, 40, 40, 3600 - 4 * 60 - 20, 40]);
}

#[tokio::test]
async fn a_disabled_users_link_is_void() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let link = only_link(&mail(&engine).await, Occasion::VerifyEmail);
    let user = who(&engine, &ada).await.user();
    administration::disable(&engine, &operator(), user)
        .await
        .unwrap();
    assert_void(flow::verify_email(&engine, &link, &device()).await);
}

#[tokio::test]
async fn where_no_mail_is_sent_one_is_told_so() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let answer = ask(&engine, &ada).await;
    assert!(matches!(answer, Err(Error::NoMail)), "{answer:?}");
}
