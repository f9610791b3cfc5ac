//! A password that is known from a breach: where one is set, and nowhere else, somebody is asked, who learns five digits of a hash.

use std::{
    error::Error,
    sync::{Arc, Mutex},
};

use auth::{
    Engine, Occasion, Verification,
    error::{Field, FieldError},
    flow,
    flow::administration,
    password::{BreachedPasswords, HashPrefix, PasswordError, RangeAnswer},
};

use crate::support::{
    PASSWORD, TestDatabase, device, mail, new_user, only_link, operator, sign_in, sign_up, who,
};

/// A password that is known, and its SHA-1 in two parts.
const STOLEN: &str = "a stolen weaver at noon";
const PREFIX: &str = "1CE9C";
const REST: &str = "BF1D40258214C8E048398DC891230689012";

/// Somebody who knows that one, unless they can't say.
#[derive(Debug)]
struct Knowing {
    can_say: bool,
    asked: Mutex<Vec<String>>,
}

impl Knowing {
    fn new(can_say: bool) -> Arc<Self> {
        Arc::new(Self {
            can_say,
            asked: Mutex::default(),
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl BreachedPasswords for Knowing {
    fn range(&self, prefix: HashPrefix) -> RangeAnswer<'_> {
        self.asked.lock().unwrap().push(prefix.as_str().to_owned());
        let row = format!("{REST}:{}\r\n", u8::from(prefix.as_str() == PREFIX));
        let answer: Result<String, Box<dyn Error + Send + Sync>> = if self.can_say {
            Ok(row)
        } else {
            Err("nobody knows".into())
        };
        Box::pin(std::future::ready(answer))
    }
}

async fn asking(database: &TestDatabase, knowing: &Arc<Knowing>) -> Engine {
    let service = Arc::clone(knowing) as Arc<dyn BreachedPasswords>;
    database
        .engine_with(|settings| {
            settings.breached_passwords = Some(service);
            settings.sends_mail = true;
        })
        .await
}

#[track_caller]
fn assert_breached<T>(field: Field, answer: Result<T, auth::Error>) {
    match answer {
        Err(auth::Error::Invalid(faults)) => {
            assert_eq!(faults, [FieldError::new(field, PasswordError::Breached)]);
        }
        Err(error) => panic!("refused for another reason: {error:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[tokio::test]
async fn a_password_that_is_known_from_a_breach_is_refused_wherever_one_is_set() {
    let database = TestDatabase::new().await;
    let engine = asking(&database, &Knowing::new(true)).await;
    let mut ada = new_user("ada");
    ada.password = STOLEN.into();
    assert_breached(Field::Password, flow::sign_up(&engine, ada).await);
    let grant = sign_up(&engine, "ada").await;
    let ada = who(&engine, &grant).await;
    let changed =
        flow::change_password(&engine, &ada, &PASSWORD.into(), &STOLEN.into(), &device()).await;
    assert_breached(Field::NewPassword, changed);
    mail(&engine).await;
    let (name, email) = ("eve".to_owned(), "eve@example.org".to_owned());
    assert_breached(
        Field::Password,
        administration::add_user(&engine, &operator(), name, email, STOLEN.into()).await,
    );
    let account = administration::find_user(&engine, "ada").await.unwrap();
    let account = account.unwrap();
    assert_breached(
        Field::Password,
        administration::set_password(&engine, &operator(), &account, &STOLEN.into()).await,
    );
    flow::forgot_password(&engine, "ada@example.org", &device())
        .await
        .unwrap();
    let link = only_link(&mail(&engine).await, Occasion::ResetPassword);
    assert_breached(
        Field::Password,
        flow::reset_password(&engine, &link, &STOLEN.into(), &device()).await,
    );
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    // The link is good for another try.
    let another = "another long weaver".into();
    flow::reset_password(&engine, &link, &another, &device())
        .await
        .unwrap();
}

#[tokio::test]
async fn where_an_account_waits_for_its_address_a_known_and_an_unknown_one_are_refused_alike() {
    let database = TestDatabase::new().await;
    let service = Knowing::new(true) as Arc<dyn BreachedPasswords>;
    sign_up(&database.engine().await, "ada").await;
    let engine = database
        .engine_with(|settings| {
            settings.breached_passwords = Some(service);
            settings.sends_mail = true;
            settings.verification = Verification::Required;
        })
        .await;
    for username in ["ada", "eve"] {
        let mut newcomer = new_user(username);
        newcomer.password = STOLEN.into();
        assert_breached(Field::Password, flow::sign_up(&engine, newcomer).await);
    }
    assert!(mail(&engine).await.is_empty());
}

#[tokio::test]
async fn nobody_is_asked_of_what_the_policy_refuses_or_who_signs_in() {
    let database = TestDatabase::new().await;
    let knowing = Knowing::new(true);
    let engine = asking(&database, &knowing).await;
    for refused in ["short", "aaaaaaaaaaaa", "unbelievable"] {
        let mut ada = new_user("ada");
        ada.password = refused.into();
        assert!(flow::sign_up(&engine, ada).await.is_err(), "{refused}");
    }
    assert!(knowing.asked().is_empty(), "{:?}", knowing.asked());
    sign_up(&engine, "ada").await;
    assert_eq!(knowing.asked().len(), 1);
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert!(sign_in(&engine, "ada", STOLEN).await.is_err());
    assert_eq!(knowing.asked().len(), 1);
    assert!(knowing.asked().iter().all(|prefix| prefix.len() == 5));
}

#[tokio::test]
async fn where_nobody_can_say_the_password_is_taken() {
    let database = TestDatabase::new().await;
    let knowing = Knowing::new(false);
    let engine = asking(&database, &knowing).await;
    let mut ada = new_user("ada");
    ada.password = STOLEN.into();
    flow::sign_up(&engine, ada).await.unwrap();
    sign_in(&engine, "ada", STOLEN).await.unwrap();
    assert_eq!(knowing.asked(), [PREFIX]);
}
