//! Signing in by a link or a code from a letter.

use std::time::Duration;

use auth::{Engine, Error, ExposeSecret, Letter, Occasion, SecretString, audit::Operator, flow};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, assert_void, at_once, call, device, mail, only_link,
    sign_in, sign_up, way, who,
};

/// An engine where that is a way to sign in.
async fn linking(database: &TestDatabase) -> Engine {
    database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.sign_in_links = true;
        })
        .await
}

/// Asks for a letter, and reads it.
async fn ask(engine: &Engine, database: &TestDatabase, email: &str) -> Option<Letter> {
    // A letter a minute may be asked for.
    database.turn(Duration::from_mins(2));
    flow::ask_for_sign_in_link(engine, email, &device())
        .await
        .unwrap();
    let mut letters = mail(engine).await;
    assert!(letters.len() <= 1, "{letters:?}");
    letters.pop()
}

/// Makes an account whose address is proven.
async fn proven(engine: &Engine, username: &str) -> auth::Grant {
    let grant = sign_up(engine, username).await;
    let link = only_link(&mail(engine).await, Occasion::VerifyEmail);
    flow::verify_email(engine, &link, &device()).await.unwrap();
    grant
}

fn code(letter: &Letter) -> String {
    letter.code.as_ref().unwrap().expose_secret().to_owned()
}

fn another(code: &str) -> String {
    let first = if code.starts_with('0') { "1" } else { "0" };
    first.to_owned() + &code[1..]
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    let ada = proven(&engine, "ada").await;
    let letter = ask(&engine, &database, " ADA@example.org").await.unwrap();
    assert_eq!(letter.occasion, Occasion::SignIn);
    let link = letter.link.unwrap();
    let grant = flow::sign_in_by_link(&engine, &link, way()).await.unwrap();
    assert_eq!(grant.profile.id, ada.profile.id);
    assert_eq!(grant.claims.amr, ["otp"]);
    call(&engine, &grant.access_token).await.unwrap();
    assert_void(flow::sign_in_by_link(&engine, &link, way()).await);
    assert!(
        call(&engine, &ada.access_token).await.is_ok()
            && sign_in(&engine, "ada", PASSWORD).await.is_ok(),
        "what was there goes on"
    );
}

#[tokio::test]
async fn of_fifty_that_come_with_one_link_at_once_one_is_let_in() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    proven(&engine, "ada").await;
    let letter = ask(&engine, &database, "ada@example.org").await.unwrap();
    let link = letter.link.unwrap();
    let answers = at_once(50, move || {
        let (engine, link) = (engine.clone(), link.clone());
        async move { flow::sign_in_by_link(&engine, &link, way()).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_link_is_good_for_ten_minutes_and_until_a_newer_one_is_asked_for() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    proven(&engine, "ada").await;
    let old = ask(&engine, &database, "ada@example.org").await.unwrap();
    let new = ask(&engine, &database, "ada@example.org").await.unwrap();
    assert_void(flow::sign_in_by_link(&engine, &old.link.unwrap(), way()).await);
    database.turn(Duration::from_mins(10));
    assert_void(flow::sign_in_by_link(&engine, &new.link.unwrap(), way()).await);
}

#[tokio::test]
async fn a_code_signs_in_once_however_it_is_spaced() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    proven(&engine, "ada").await;
    let letter = ask(&engine, &database, "ada@example.org").await.unwrap();
    let code = code(&letter);
    let spaced = format!(" {}-{} ", &code[..4], &code[4..]);
    flow::sign_in_by_code(&engine, "Ada@example.org", &spaced, way())
        .await
        .unwrap();
    assert!(matches!(
        flow::sign_in_by_code(&engine, "ada@example.org", &code, way()).await,
        Err(Error::WrongCode)
    ));
    assert_void(flow::sign_in_by_link(&engine, &letter.link.unwrap(), way()).await);
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_taken_no_longer() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    proven(&engine, "ada").await;
    let letter = ask(&engine, &database, "ada@example.org").await.unwrap();
    let code = code(&letter);
    let guessing = engine.clone();
    let guesses = at_once(50, move || {
        let engine = guessing.clone();
        async move { flow::sign_in_by_code(&engine, "ada@example.org", "1", way()).await }
    });
    for answer in guesses.await {
        assert!(matches!(answer, Err(Error::WrongCode)));
    }
    assert!(matches!(
        flow::sign_in_by_code(&engine, "ada@example.org", &code, way()).await,
        Err(Error::WrongCode)
    ));
    assert!(
        flow::sign_in_by_link(&engine, &letter.link.unwrap(), way())
            .await
            .is_ok(),
        "the link can't be guessed, and stands"
    );
}

#[tokio::test]
async fn codes_that_one_network_types_are_counted_whatever_the_address() {
    let database = TestDatabase::new().await;
    let engine = database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.sign_in_links = true;
            settings.throttle.address_free_tries = 2;
        })
        .await;
    proven(&engine, "ada").await;
    let letter = ask(&engine, &database, "ada@example.org").await.unwrap();
    let right = code(&letter);
    for number in 0..3 {
        let stranger = format!("stranger{number}@example.org");
        let answer = flow::sign_in_by_code(&engine, &stranger, "1", way()).await;
        assert!(matches!(answer, Err(Error::WrongCode)), "{number}");
    }
    let answer = flow::sign_in_by_code(&engine, "ada@example.org", &right, way()).await;
    assert!(matches!(answer, Err(Error::TooManyTries { .. })));
    database.turn(Duration::from_secs(1));
    flow::sign_in_by_code(&engine, "ada@example.org", &right, way())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_code_is_good_for_its_own_letter_and_address_alone() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    proven(&engine, "ada").await;
    proven(&engine, "bob").await;
    let ada = ask(&engine, &database, "ada@example.org").await.unwrap();
    let bob = ask(&engine, &database, "bob@example.org").await.unwrap();
    for (email, code) in [
        ("ada@example.org", code(&bob)),
        ("bob@example.org", code(&ada)),
        ("nobody@example.org", code(&ada)),
        ("ada@example.org", another(&code(&ada))),
    ] {
        assert!(matches!(
            flow::sign_in_by_code(&engine, email, &code, way()).await,
            Err(Error::WrongCode)
        ));
    }
}

#[tokio::test]
async fn an_address_of_nobodys_gets_no_letter_and_the_same_answer() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    assert!(
        ask(&engine, &database, "nobody@example.org")
            .await
            .is_none()
    );
    for _ in 0..10 {
        assert!(matches!(
            flow::sign_in_by_code(&engine, "nobody@example.org", "12345678", way()).await,
            Err(Error::WrongCode)
        ));
    }
}

#[tokio::test]
async fn another_password_or_a_disabled_account_voids_the_link() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    let operator = Operator::named("root");
    proven(&engine, "ada").await;
    let account = flow::administration::find_user(&engine, "ada")
        .await
        .unwrap()
        .unwrap();
    let letter = ask(&engine, &database, "ada@example.org").await.unwrap();
    let another = SecretString::from("the weaver sings at dusk");
    flow::administration::set_password(&engine, &operator, &account, &another)
        .await
        .unwrap();
    mail(&engine).await;
    assert!(matches!(
        flow::sign_in_by_code(&engine, "ada@example.org", &code(&letter), way()).await,
        Err(Error::WrongCode)
    ));
    assert_void(flow::sign_in_by_link(&engine, &letter.link.unwrap(), way()).await);

    let letter = ask(&engine, &database, "ada@example.org").await.unwrap();
    flow::administration::disable(&engine, &operator, account.id)
        .await
        .unwrap();
    assert_void(flow::sign_in_by_link(&engine, &letter.link.unwrap(), way()).await);
    assert!(ask(&engine, &database, "ada@example.org").await.is_none());
}

#[tokio::test]
async fn nobody_can_prepare_an_account_for_the_owner_of_an_address() {
    let database = TestDatabase::new().await;
    let engine = linking(&database).await;
    let mallory = sign_up(&engine, "victim").await;
    mail(&engine).await;
    let letter = ask(&engine, &database, "victim@example.org").await.unwrap();
    let victim = flow::sign_in_by_link(&engine, &letter.link.unwrap(), way())
        .await
        .unwrap();
    assert!(victim.profile.email_verified);
    who(&engine, &victim).await;
    assert_invalid(call(&engine, &mallory.access_token).await);
    assert_invalid(flow::refresh(&engine, &mallory.refresh_token, &device()).await);
    assert!(matches!(
        sign_in(&engine, "victim", PASSWORD).await,
        Err(Error::WrongCredentials)
    ));
}

#[tokio::test]
async fn where_the_setting_is_off_there_is_no_such_way() {
    let database = TestDatabase::new().await;
    let engine = crate::support::mailing(&database).await;
    assert!(!engine.takes_sign_in_links());
    let ask = flow::ask_for_sign_in_link(&engine, "ada@example.org", &device()).await;
    assert!(matches!(ask, Err(Error::NotFound)));
    let link = flow::sign_in_by_link(&engine, &"x".into(), way()).await;
    assert!(matches!(link, Err(Error::NotFound)));
    let code = flow::sign_in_by_code(&engine, "ada@example.org", "1", way()).await;
    assert!(matches!(code, Err(Error::NotFound)));
}
