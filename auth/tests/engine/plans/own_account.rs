//! What people do with their own account.

use std::time::Duration;

use auth::{Occasion, SecretString, flow};

use crate::support::{
    PASSWORD, TestDatabase, device, mail, mailing, only_link, sign_in, sign_up, who,
};

/// Changes an account, loses one to a thief, and has one deleted.
pub(super) async fn everything(database: &TestDatabase) {
    an_account_of_ones_own(database).await;
    a_stolen_account(database).await;
    an_account_that_goes(database).await;
}

async fn an_account_of_ones_own(database: &TestDatabase) {
    let engine = database.engine().await;
    let liv = sign_up(&engine, "liv").await;
    let as_liv = who(&engine, &liv).await;
    flow::reauthenticate(&engine, &as_liv, &PASSWORD.into(), &device())
        .await
        .unwrap();
    flow::change_username(&engine, &as_liv, "olivia", &device())
        .await
        .unwrap();
    flow::change_email(&engine, &as_liv, "olivia@example.org", &device())
        .await
        .unwrap();
    sign_in(&engine, "olivia", PASSWORD).await.unwrap();
    flow::my_sessions(&engine, &as_liv).await.unwrap();
    flow::end_other_sessions(&engine, &as_liv, &device())
        .await
        .unwrap();
    flow::export(&engine, &as_liv, &device()).await.unwrap();
    let another = SecretString::from("the weaver sings at dusk");
    flow::change_password(&engine, &as_liv, &PASSWORD.into(), &another, &device())
        .await
        .unwrap();
}

async fn a_stolen_account(database: &TestDatabase) {
    let engine = mailing(database).await;
    let max = sign_up(&engine, "max").await;
    mail(&engine).await;
    let as_max = who(&engine, &max).await;
    flow::change_email(&engine, &as_max, "max@example.net", &device())
        .await
        .unwrap();
    // Too soon after the first, so that it is read for how long to wait.
    flow::change_email(&engine, &as_max, "max@example.net", &device())
        .await
        .unwrap_err();
    let link = only_link(&mail(&engine).await, Occasion::ConfirmNewEmail);
    flow::confirm_new_email(&engine, &link, &device())
        .await
        .unwrap();
    let way_back = only_link(&mail(&engine).await, Occasion::EmailChanged);
    let second = sign_in(&engine, "max", PASSWORD).await.unwrap();
    let events = flow::my_events(&engine, &as_max, None).await.unwrap();
    let seconds = events
        .events
        .iter()
        .find(|event| event.session.as_ref() == Some(&second.session.id))
        .unwrap();
    flow::distrust_event(&engine, &as_max, &seconds.id, &device())
        .await
        .unwrap();
    flow::undo_email_change(&engine, &way_back, &device())
        .await
        .unwrap();
}

async fn an_account_that_goes(database: &TestDatabase) {
    let engine = database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.deletion_delay = Duration::ZERO;
        })
        .await;
    let ned = sign_up(&engine, "ned").await;
    let as_ned = who(&engine, &ned).await;
    flow::plan_deletion(&engine, &as_ned, &device())
        .await
        .unwrap();
    // Its day has come.
    flow::cancel_deletion(&engine, &as_ned, &device())
        .await
        .unwrap_err();
    assert_eq!(engine.clean_once().await.unwrap().users, 1);
}
