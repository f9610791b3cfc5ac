//! Where an address must be proven before there is an account.

use std::time::Duration;

use auth::{
    Engine, EngineSettings, Error, ExposeSecret, Grant, Letter, Occasion, SecretString, SignedUp,
    Verification,
    error::Field,
    flow::{self, ConfirmSignUp, FromLetter},
};

use crate::support::{
    PASSWORD, TestDatabase, assert_void, at_once, call, mail, new_user, on_database, sign_in, way,
};

async fn requiring(database: &TestDatabase) -> Engine {
    database.engine_with(require).await
}

fn require(settings: &mut EngineSettings) {
    settings.sends_mail = true;
    settings.verification = Verification::Required;
}

/// Asks for an account. Answers what the browser holds from then on.
async fn ask(engine: &Engine, username: &str, email: &str) -> Option<SecretString> {
    let mut user = new_user(username);
    user.email = email.to_owned();
    match flow::sign_up(engine, user).await.unwrap() {
        SignedUp::Asked { browser_key } => Some(browser_key),
        SignedUp::In(grant) => panic!("signed in at once: {:?}", grant.profile),
    }
}

/// The one letter that was sent.
async fn letter(engine: &Engine, occasion: Occasion) -> Letter {
    let mut letters = mail(engine).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = letters.remove(0);
    assert_eq!(letter.occasion, occasion);
    letter
}

fn by_link(letter: &Letter, browser_key: Option<&SecretString>) -> ConfirmSignUp {
    ConfirmSignUp {
        letter: FromLetter::Link(letter.link.clone().unwrap()),
        browser_key: browser_key.cloned(),
        password: None,
        username: None,
        way: way(),
    }
}

fn by_code(code: &str, browser_key: Option<&SecretString>) -> ConfirmSignUp {
    ConfirmSignUp {
        letter: FromLetter::Code(code.to_owned()),
        browser_key: browser_key.cloned(),
        password: None,
        username: None,
        way: way(),
    }
}

#[track_caller]
fn assert_refused(answer: Result<Grant, Error>, field: Field) {
    match answer {
        Err(Error::Invalid(faults)) => assert_eq!(faults[0].field, field),
        other => panic!("{other:?}"),
    }
}

async fn users(database: &TestDatabase) -> i64 {
    on_database!(database, pool => sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(&pool))
}

#[tokio::test]
async fn the_link_makes_the_account_in_the_browser_that_asked() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    assert_eq!(users(&database).await, 0);
    assert!(matches!(
        sign_in(&engine, "ada", PASSWORD).await,
        Err(Error::WrongCredentials)
    ));
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    assert_eq!(letter.username.as_deref(), Some("ada"));
    let grant = flow::confirm_sign_up(&engine, by_link(&letter, key.as_ref()))
        .await
        .unwrap();
    assert!(grant.profile.email_verified);
    call(&engine, &grant.access_token).await.unwrap();
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert_void(flow::confirm_sign_up(&engine, by_link(&letter, key.as_ref())).await);
}

#[tokio::test]
async fn in_another_browser_the_password_is_asked_for() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    ask(&engine, "ada", "ada@example.org").await;
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    let foreign = SecretString::from("A".repeat(64));
    for key in [None, Some(&foreign)] {
        let answer = flow::confirm_sign_up(&engine, by_link(&letter, key)).await;
        assert_refused(answer, Field::Password);
        let wrong = ConfirmSignUp {
            password: Some("the weaver sings at dawn".into()),
            ..by_link(&letter, key)
        };
        assert_refused(flow::confirm_sign_up(&engine, wrong).await, Field::Password);
    }
    assert_eq!(
        users(&database).await,
        0,
        "so nobody gets an account that another prepared"
    );
    let right = ConfirmSignUp {
        password: Some(PASSWORD.into()),
        ..by_link(&letter, None)
    };
    let grant = flow::confirm_sign_up(&engine, right).await.unwrap();
    assert_eq!(grant.claims.amr, ["pwd"]);
}

#[tokio::test]
async fn the_code_does_in_the_browser_that_asked_and_in_no_other() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    let code = letter.code.unwrap().expose_secret().to_owned();
    let elsewhere = flow::confirm_sign_up(&engine, by_code(&code, None)).await;
    assert!(matches!(elsewhere, Err(Error::WrongCode)));
    flow::confirm_sign_up(&engine, by_code(&code, key.as_ref()))
        .await
        .unwrap();
}

#[tokio::test]
async fn after_five_wrong_codes_none_is_taken() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    let code = letter.code.unwrap().expose_secret().to_owned();
    for _ in 0..5 {
        let answer = flow::confirm_sign_up(&engine, by_code("1", key.as_ref())).await;
        assert!(matches!(answer, Err(Error::WrongCode)));
    }
    let answer = flow::confirm_sign_up(&engine, by_code(&code, key.as_ref())).await;
    assert!(matches!(answer, Err(Error::WrongCode)));
}

#[tokio::test]
async fn the_owner_of_a_known_address_is_told_and_nobody_else_learns_of_it() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    let first = letter(&engine, Occasion::ConfirmSignUp).await;
    flow::confirm_sign_up(&engine, by_link(&first, key.as_ref()))
        .await
        .unwrap();
    database.turn(Duration::from_mins(2));
    let key = ask(&engine, "mallory", "ADA@example.org").await;
    assert!(key.is_some(), "the same answer");
    let told = letter(&engine, Occasion::AddressTaken).await;
    assert_eq!(told.to, "ada@example.org");
    assert!(told.link.is_none() && told.code.is_none());
    let guess = flow::confirm_sign_up(&engine, by_code("12345678", key.as_ref())).await;
    assert!(
        matches!(guess, Err(Error::WrongCode)),
        "a code is wrong like any other"
    );
    assert_eq!(users(&database).await, 1);
}

#[tokio::test]
async fn a_name_that_somebody_has_is_not_told_before_the_address_is_proven() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let (one, other) = (
        ask(&engine, "ada", "ada@example.org").await,
        ask(&engine, "ADA", "other@example.org").await,
    );
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 2);
    let to = |address: &str| letters.iter().find(|letter| letter.to == address).unwrap();
    let (first, second) = (to("ada@example.org"), to("other@example.org"));
    flow::confirm_sign_up(&engine, by_link(first, one.as_ref()))
        .await
        .unwrap();
    let taken = flow::confirm_sign_up(&engine, by_link(second, other.as_ref())).await;
    assert_refused(taken, Field::Username);
    let chosen = ConfirmSignUp {
        username: Some("grace".to_owned()),
        ..by_link(second, other.as_ref())
    };
    let grant = flow::confirm_sign_up(&engine, chosen).await.unwrap();
    assert_eq!(grant.profile.username, "grace");
}

#[tokio::test]
async fn of_fifty_that_come_with_one_link_at_once_one_makes_the_account() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    let answers = at_once(50, move || {
        let (engine, confirm) = (engine.clone(), by_link(&letter, key.as_ref()));
        async move { flow::confirm_sign_up(&engine, confirm).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(users(&database).await, 1);
}

#[tokio::test]
async fn whoever_asks_again_and_again_floods_nobody() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    for number in 0..20 {
        ask(&engine, &format!("mallory-{number}"), "ada@example.org").await;
    }
    assert_eq!(mail(&engine).await.len(), 1);
}

#[tokio::test]
async fn a_link_is_good_for_a_day_and_what_waits_is_forgotten() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    database.turn(Duration::from_hours(24));
    assert_void(flow::confirm_sign_up(&engine, by_link(&letter, key.as_ref())).await);
    database.turn(Duration::from_hours(4 * 24));
    assert_eq!(engine.clean_once().await.unwrap().sign_ups, 1);
}

#[tokio::test]
async fn what_is_wrong_with_the_fields_is_told_and_without_mail_nothing_begins() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let mut user = new_user("a");
    user.password = "short".into();
    assert!(matches!(
        flow::sign_up(&engine, user).await,
        Err(Error::Invalid(faults)) if faults.len() == 2
    ));
    let silent = database
        .engine_with(|settings| settings.verification = Verification::Required)
        .await;
    assert!(matches!(
        flow::sign_up(&silent, new_user("ada")).await,
        Err(Error::NoMail)
    ));
}

#[tokio::test]
async fn whoever_guesses_the_password_that_was_chosen_must_wait() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| {
            require(settings);
            settings.throttle.free_tries = 1;
        })
        .await;
    ask(&engine, "ada", "ada@example.org").await;
    let letter = letter(&engine, Occasion::ConfirmSignUp).await;
    let typed = |password: &str| ConfirmSignUp {
        password: Some(password.into()),
        ..by_link(&letter, None)
    };
    for _ in 0..2 {
        let wrong = flow::confirm_sign_up(&engine, typed("the weaver sings at dawn")).await;
        assert_refused(wrong, Field::Password);
    }
    let answer = flow::confirm_sign_up(&engine, typed(PASSWORD)).await;
    assert!(matches!(answer, Err(Error::TooManyTries { .. })));
    database.turn(Duration::from_secs(1));
    flow::confirm_sign_up(&engine, typed(PASSWORD))
        .await
        .unwrap();
}

/// What was sent first leads to what was typed last, as no other letter follows within a minute.
#[tokio::test]
async fn what_was_typed_last_in_a_browser_counts_there() {
    for by_its_code in [false, true] {
        let database = TestDatabase::new().await;
        let engine = requiring(&database).await;
        ask(&engine, "typo", "ada@example.org").await;
        let letter = letter(&engine, Occasion::ConfirmSignUp).await;
        let key = ask(&engine, "ada", "ada@example.org").await;
        assert!(mail(&engine).await.is_empty());
        let confirm = if by_its_code {
            by_code(letter.code.as_ref().unwrap().expose_secret(), key.as_ref())
        } else {
            by_link(&letter, key.as_ref())
        };
        let grant = flow::confirm_sign_up(&engine, confirm).await.unwrap();
        assert_eq!(grant.profile.username, "ada");
        assert_void(flow::confirm_sign_up(&engine, by_link(&letter, key.as_ref())).await);
    }
}

/// A newer letter makes the older one void, whoever has had it sent; and the owner of the address gets by it what they typed themselves.
#[tokio::test]
async fn whoever_asks_after_the_owner_takes_nothing_from_them() {
    let database = TestDatabase::new().await;
    let engine = requiring(&database).await;
    let key = ask(&engine, "ada", "ada@example.org").await;
    let first = letter(&engine, Occasion::ConfirmSignUp).await;
    database.turn(Duration::from_mins(1));
    let eve = ask(&engine, "eve", "ada@example.org").await;
    let second = letter(&engine, Occasion::ConfirmSignUp).await;
    assert_void(flow::confirm_sign_up(&engine, by_link(&first, key.as_ref())).await);
    let other = ask(&engine, "mallory", "mallory@example.org").await;
    assert_refused(
        flow::confirm_sign_up(&engine, by_link(&second, other.as_ref())).await,
        Field::Password,
    );
    let grant = flow::confirm_sign_up(&engine, by_link(&second, key.as_ref()))
        .await
        .unwrap();
    assert_eq!(grant.profile.username, "ada");
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert_void(flow::confirm_sign_up(&engine, by_link(&second, eve.as_ref())).await);
}
