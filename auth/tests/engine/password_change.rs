//! Another password in the place of the one that is known.

use auth::{Engine, Error, Grant, Occasion, SignIn, error::Field, flow};

use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, assert_refused, assert_void, at_once, call, device,
    link_in, mail, mailing, only_link, refresh, sign_in, sign_up, who,
};

const NEW: &str = "another long weaver";

async fn change(engine: &Engine, grant: &Grant, current: &str, new: &str) -> Result<Grant, Error> {
    let who = who(engine, grant).await;
    flow::change_password(engine, &who, &current.into(), &new.into(), &device()).await
}

#[tokio::test]
async fn it_ends_all_sessions_and_this_browser_goes_on_in_a_new_one() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let elsewhere = sign_in(&engine, "ada", PASSWORD).await.unwrap();
    mail(&engine).await;
    let changed = change(&engine, &ada, PASSWORD, NEW).await.unwrap();
    assert_ne!(changed.session.id, ada.session.id);
    for old in [&ada, &elsewhere] {
        assert_invalid(call(&engine, &old.access_token).await);
        assert_invalid(refresh(&engine, &old.refresh_token).await);
    }
    call(&engine, &changed.access_token).await.unwrap();
    refresh(&engine, &changed.refresh_token).await.unwrap();
    assert!(sign_in(&engine, "ada", PASSWORD).await.is_err());
    sign_in(&engine, "ada", NEW).await.unwrap();
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].occasion, Occasion::PasswordChanged);
    assert_eq!(letters[0].to, "ada@example.org");
    assert_eq!(letters[0].detail.address.as_deref(), Some("192.0.2.1"));
}

#[tokio::test]
async fn the_browser_keeps_the_new_session_as_it_kept_the_old() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    let mut password = PASSWORD;
    for (remember, next) in [(false, NEW), (true, PASSWORD)] {
        let sign_in = SignIn {
            identifier: "ada".to_owned(),
            password: password.into(),
            device: device(),
            device_key: None,
            replaces: None,
            remember,
        };
        let grant = flow::sign_in(&engine, sign_in).await.unwrap();
        let changed = change(&engine, &grant, password, next).await.unwrap();
        assert_eq!(changed.remembered, remember);
        assert_eq!(changed.refresh_max_age, grant.refresh_max_age);
        password = next;
    }
}

#[tokio::test]
async fn what_can_not_be_taken_changes_nothing() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    for (current, new, field) in [
        ("the weaver sings at dawn", NEW, Field::CurrentPassword),
        ("", NEW, Field::CurrentPassword),
        (PASSWORD, "short", Field::NewPassword),
        (PASSWORD, "ada@example.org", Field::NewPassword),
        (PASSWORD, PASSWORD, Field::NewPassword),
    ] {
        assert_refused(change(&engine, &ada, current, new).await, field);
    }
    call(&engine, &ada.access_token).await.unwrap();
    sign_in(&engine, "ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_link_to_choose_another_dies_with_the_old_password() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    flow::forgot_password(&engine, "ada@example.org", &device())
        .await
        .unwrap();
    let reset = only_link(&mail(&engine).await, Occasion::ResetPassword);
    let who = who(&engine, &ada).await;
    flow::change_email(&engine, &who, "ada@example.net", &device())
        .await
        .unwrap();
    let confirm = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    change(&engine, &ada, PASSWORD, NEW).await.unwrap();
    assert_void(flow::reset_password(&engine, &reset, &"a third long one".into(), &device()).await);
    assert_void(flow::confirm_new_email(&engine, &confirm, &device()).await);
    // What undoes things is not killed by who does them.
    let told = link_in(&mail(&engine).await, Occasion::PasswordChanged);
    flow::it_was_not_me(&engine, &told, &device())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_gets_through() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    let ada = sign_up(&engine, "ada").await;
    let as_ada = who(&engine, &ada).await;
    let answers = at_once(10, || {
        let (engine, as_ada) = (engine.clone(), as_ada.clone());
        async move {
            let (current, new) = (PASSWORD.into(), NEW.into());
            flow::change_password(&engine, &as_ada, &current, &new, &device()).await
        }
    })
    .await;
    let through: Vec<_> = answers.into_iter().filter_map(Result::ok).collect();
    assert_eq!(through.len(), 1);
    call(&engine, &through[0].access_token).await.unwrap();
}

/// Whoever asked for another address may be a thief, and the letter goes to them.
#[tokio::test]
async fn a_letter_to_another_address_that_still_waits_is_not_sent_any_more() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let as_ada = who(&engine, &ada).await;
    flow::change_email(&engine, &as_ada, "thief@example.net", &device())
        .await
        .unwrap();
    change(&engine, &ada, PASSWORD, NEW).await.unwrap();
    let letters = mail(&engine).await;
    only_link(&letters, Occasion::PasswordChanged);
    assert_eq!(letters[0].to, "ada@example.org");
}
