//! Getting an account, and getting into it.

use std::time::Duration;

use auth::{Error, HashingSettings, SignIn, ThrottleSettings, error::Field, flow};
use secrecy::SecretString;

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, new_user, on_database, operator, refresh,
    refuses_within_two_seconds, sign_in, sign_up,
};

fn faults(error: Error) -> Vec<(Field, String)> {
    match error {
        Error::Invalid(errors) => errors
            .into_iter()
            .map(|error| (error.field, error.message))
            .collect(),
        other => panic!("not a refusal of fields: {other:?}"),
    }
}

#[tokio::test]
async fn a_new_user_has_no_roles_and_signs_in_by_name_in_any_case_or_by_address() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let grant = sign_up(&engine, "Ada").await;
    assert_eq!(
        (
            grant.profile.username.as_str(),
            grant.profile.email.as_str()
        ),
        ("Ada", "ada@example.org")
    );
    assert!(grant.profile.roles.is_empty() && grant.profile.groups.is_empty());
    assert_eq!(grant.profile.created_at, "2027-01-15T08:00:00Z");
    for identifier in ["Ada", "ADA", " ada ", "ada@example.org", "ADA@Example.ORG"] {
        let grant = sign_in(&engine, identifier, PASSWORD).await.unwrap();
        assert_eq!(grant.profile.username, "Ada", "{identifier}");
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let mut wrong = new_user("ad");
    wrong.email = "ada".to_owned();
    wrong.password = "short".into();
    let faults = faults(flow::sign_up(&engine, wrong).await.unwrap_err());
    assert_eq!(
        faults.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
        [Field::Username, Field::Email, Field::Password]
    );
}

#[tokio::test]
async fn a_name_or_address_that_somebody_has_is_refused_in_whatever_case() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    let mut same_name = new_user("ADA");
    same_name.email = "other@example.org".to_owned();
    assert_eq!(
        faults(flow::sign_up(&engine, same_name).await.unwrap_err()),
        [(Field::Username, "This username is taken".to_owned())]
    );
    let mut same_email = new_user("bob");
    same_email.email = "ADA@example.org".to_owned();
    assert_eq!(
        faults(flow::sign_up(&engine, same_email).await.unwrap_err()).len(),
        1
    );
}

#[tokio::test]
async fn fifty_registrations_of_one_name_at_once_make_one_user() {
    let database = TestDatabase::new().await;
    // They come from one address, which may fill an eighth of the queue: it must not be that which refuses them.
    let engine = database
        .engine_with(|settings| settings.hashing.queue = 50 * 8)
        .await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { flow::sign_up(&engine, new_user("ada")).await })
        })
        .collect();
    let mut made = 0;
    for one in tries {
        match one.await.unwrap() {
            Ok(_) => made += 1,
            Err(Error::Invalid(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn unknown_users_wrong_passwords_and_disabled_users_are_answered_alike() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let grant = sign_up(&engine, "ada").await;
    let very_long = "x".repeat(100_000);
    for (identifier, password) in [
        ("ada", "the weaver sings at night"),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("no@body@x", PASSWORD),
        ("ada", &very_long),
        ("\0", PASSWORD),
        ("a b", PASSWORD),
    ] {
        let error = sign_in(&engine, identifier, password).await.unwrap_err();
        assert!(
            matches!(error, Error::WrongCredentials),
            "{identifier:?}: {error:?}"
        );
    }
    let who = flow::authenticate(&engine, &grant.access_token)
        .await
        .unwrap();
    flow::administration::disable(&engine, &operator(), who.user())
        .await
        .unwrap();
    assert!(matches!(
        sign_in(&engine, "ada", PASSWORD).await,
        Err(Error::WrongCredentials)
    ));
    assert_invalid(refresh(&engine, &grant.refresh_token).await);
    assert_invalid(call(&engine, &grant.access_token).await);
    assert_eq!(
        flow::view(&engine, &grant.refresh_token).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn empty_fields_are_named_and_cost_no_hash() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let faults = faults(sign_in(&engine, "  ", "").await.unwrap_err());
    assert_eq!(
        faults.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
        [Field::Username, Field::Password]
    );
}

#[tokio::test]
async fn composed_and_decomposed_letters_are_one_password() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let mut user = new_user("ada");
    user.password = "crème brûlée à midi".into();
    flow::sign_up(&engine, user).await.unwrap();
    assert!(
        sign_in(
            &engine,
            "ada",
            "cre\u{300}me bru\u{302}le\u{301}e a\u{300} midi"
        )
        .await
        .is_ok()
    );
}

#[tokio::test]
async fn a_hash_is_made_anew_at_sign_in_when_the_parameters_were_raised() {
    let database = TestDatabase::new().await;
    sign_up(&database.engine().await, "ada").await;
    let stronger = HashingSettings {
        memory_kib: 128,
        iterations: 1,
        ..HashingSettings::default()
    };
    let engine = database
        .engine_with(|settings| settings.hashing = stronger)
        .await;
    assert!(stored_hash(&database).await.contains("m=64,"));
    assert!(
        sign_in(&engine, "ada", "the weaver sings at night")
            .await
            .is_err()
    );
    assert!(
        stored_hash(&database).await.contains("m=64,"),
        "a wrong password renews nothing"
    );
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert!(stored_hash(&database).await.contains("m=128,"));
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_ok());
}

async fn stored_hash(database: &TestDatabase) -> String {
    on_database!(database, pool => sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(&pool))
}

#[tokio::test]
async fn wrong_passwords_slow_the_next_try_and_never_lock_the_owner_out() {
    let database = TestDatabase::new().await;
    let throttle = ThrottleSettings {
        free_tries: 3,
        longest_delay: Duration::from_secs(30),
        ..ThrottleSettings::default()
    };
    let engine = database
        .engine_with(|settings| settings.throttle = throttle)
        .await;
    sign_up(&engine, "ada").await;
    for identifier in ["nobody", "ada"] {
        let mut refused = 0;
        for _ in 0..100 {
            match sign_in(&engine, identifier, "the weaver sings at night").await {
                Err(Error::TooManyTries { retry_after }) => {
                    refused += 1;
                    assert!(retry_after <= Duration::from_secs(30));
                    database.turn(Duration::from_secs(1));
                }
                Err(Error::WrongCredentials) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(refused > 80, "{identifier}: {refused}");
    }
    assert!(matches!(
        sign_in(&engine, "ada", PASSWORD).await,
        Err(Error::TooManyTries { .. })
    ));
    database.turn(Duration::from_secs(30));
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert!(
        matches!(
            sign_in(&engine, "ada", "wrong").await,
            Err(Error::WrongCredentials)
        ),
        "a right one forgets the wrong ones"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_after_a_delay_one_is_looked_at() {
    let database = TestDatabase::new().await;
    let engines = [database.engine().await, database.engine().await];
    sign_up(&engines[0], "ada").await;
    for _ in 0..11 {
        let guess = sign_in(&engines[0], "ada", "the weaver sings at night").await;
        assert!(matches!(guess, Err(Error::WrongCredentials)));
    }
    for delay in [1, 2, 4] {
        database.turn(Duration::from_secs(delay));
        let guesses: Vec<_> = (0..50)
            .map(|number| {
                let engine = engines[number % 2].clone();
                tokio::spawn(async move { sign_in(&engine, "ada", "no such password").await })
            })
            .collect();
        let mut looked_at = 0;
        for guess in guesses {
            match guess.await.unwrap() {
                Err(Error::WrongCredentials) => looked_at += 1,
                Err(Error::TooManyTries { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(looked_at, 1, "after {delay} s");
    }
}

#[tokio::test]
async fn wrong_tries_that_are_long_past_are_deleted() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    for name in ["nobody", "no one", "ada"] {
        assert!(sign_in(&engine, name, PASSWORD).await.is_err());
    }
    database.turn(Duration::from_mins(14));
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    database.turn(Duration::from_mins(2));
    let _sweeps_at_its_start = database.engine().await;
    let counted = async || -> i64 {
        on_database!(database, pool => sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_failures").fetch_one(&pool))
    };
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    // That of the name, and that of the network address, whence somebody tried just now.
    while counted().await != 2 {
        assert!(tokio::time::Instant::now() < deadline, "they stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_disabled_user_who_may_sign_in_again_finds_no_old_session() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let grant = sign_up(&engine, "ada").await;
    let who = flow::authenticate(&engine, &grant.access_token)
        .await
        .unwrap();
    flow::administration::disable(&engine, &operator(), who.user())
        .await
        .unwrap();
    let _changed: String = on_database!(database, pool => sqlx::query_scalar(
        "UPDATE users SET disabled_at = NULL RETURNING username",
    ).fetch_one(&pool));
    assert_invalid(refresh(&engine, &grant.refresh_token).await);
    let again = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    assert!(call(&engine, &again.access_token).await.is_ok());
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_was_in() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let first = sign_up(&engine, "ada").await;
    let replaces = Some(first.refresh_token.clone());
    let again = SignIn {
        identifier: "ada".to_owned(),
        password: PASSWORD.into(),
        device: device(),
        device_key: None,
        replaces,
        remember: true,
    };
    let second = flow::sign_in(&engine, again).await.unwrap();
    assert_invalid(refresh(&engine, &first.refresh_token).await);
    assert_invalid(call(&engine, &first.access_token).await);
    assert!(call(&engine, &second.access_token).await.is_ok());
    let garbage = Some(SecretString::from("garbage"));
    let again = SignIn {
        identifier: "ada".to_owned(),
        password: "wrong".into(),
        device: device(),
        device_key: None,
        replaces: garbage,
        remember: true,
    };
    assert!(flow::sign_in(&engine, again).await.is_err());
    assert!(
        call(&engine, &second.access_token).await.is_ok(),
        "a failed sign-in ends nothing"
    );
}

#[tokio::test]
async fn a_deleted_users_token_is_refused_in_every_process_and_by_those_that_start_later() {
    let database = TestDatabase::new().await;
    let (a, b) = (database.engine().await, database.engine().await);
    let ada = sign_up(&a, "ada").await;
    call(&b, &ada.access_token).await.unwrap();
    let account = flow::administration::find_user(&a, "ada").await.unwrap();
    flow::administration::delete(&a, &operator(), account.unwrap().id)
        .await
        .unwrap();
    assert_invalid(call(&a, &ada.access_token).await);
    refuses_within_two_seconds(&b, &ada.access_token).await;
    let later = database.engine().await;
    assert_invalid(call(&later, &ada.access_token).await);
}
