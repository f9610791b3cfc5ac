//! Letters: none is lost, none is sent twice while nothing fails, and what waits holds no secret.

use std::{collections::HashSet, time::Duration};

use auth::{Delivery, ExposeSecret as _, Occasion, audit::AuditFilter, flow};

use crate::support::{
    PASSWORD, TestDatabase, device, mail, mailing, on_database, only_link, operator, refresh,
    sign_in_from, sign_up, who,
};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_new_account_gets_one_letter() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter.occasion, Occasion::VerifyEmail);
    assert_eq!(letter.to, "ada@example.org");
    assert_eq!(letter.username.as_deref(), Some("ada"));
    assert_eq!(letter.link.as_ref().unwrap().expose_secret().len(), 43);
    assert_eq!(letter.code.as_ref().unwrap().expose_secret().len(), 8);
    assert!(mail(&engine).await.is_empty());
}

#[tokio::test]
async fn where_no_mail_is_sent_no_letter_is_written() {
    let database = TestDatabase::new().await;
    let engine = database.engine().await;
    sign_up(&engine, "ada").await;
    assert_eq!(engine.letters_waiting().await.unwrap().count, 0);
}

#[tokio::test]
async fn three_processes_take_each_letter_once() {
    let database = TestDatabase::new().await;
    let mut engines = Vec::new();
    for _ in 0..3 {
        engines.push(mailing(&database).await);
    }
    for number in 0..30 {
        sign_up(&engines[0], &format!("user{number}")).await;
    }
    let takers = engines.into_iter().map(|engine| {
        tokio::spawn(async move { mail(&engine).await.into_iter().map(|letter| letter.to) })
    });
    let mut taken = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        taken.extend(taker.await.unwrap());
    }
    let each: HashSet<_> = taken.iter().collect();
    assert_eq!((taken.len(), each.len()), (30, 30));
}

#[tokio::test]
async fn a_letter_in_the_hands_of_a_process_that_died_is_taken_by_another() {
    let database = TestDatabase::new().await;
    let (first, second) = (mailing(&database).await, mailing(&database).await);
    sign_up(&first, "ada").await;
    let taken = first.claim_letter().await.unwrap().unwrap();
    assert!(second.claim_letter().await.unwrap().is_none());
    database.turn(2 * MINUTE);
    let again = second.claim_letter().await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (taken.id, 2));
    // The same link, so that whichever of the two letters is read opens the same.
    assert_eq!(
        again.link.unwrap().expose_secret(),
        taken.link.unwrap().expose_secret()
    );
}

#[tokio::test]
async fn a_letter_that_is_not_taken_waits_longer_each_time_and_is_given_up_after_two_days() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let begin = auth::clock::Clock::now(&*database.clock);
    let mut attempts = 0;
    loop {
        let Some(letter) = engine.claim_letter().await.unwrap() else {
            if engine.letters_waiting().await.unwrap().count == 0 {
                break;
            }
            database.turn(Duration::from_secs(10));
            continue;
        };
        attempts += 1;
        engine
            .settle_letter(&letter, Delivery::Failed)
            .await
            .unwrap();
    }
    let tried_for = auth::clock::Clock::now(&*database.clock).since(begin);
    assert_eq!(attempts, 28);
    assert!(
        tried_for > Duration::from_hours(40) && tried_for < Duration::from_hours(50),
        "{tried_for:?}"
    );
    assert_eq!(refused_letters(&engine).await, 1);
}

#[tokio::test]
async fn a_letter_of_which_nobody_ever_says_what_became_is_given_up() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let mut attempts = 0;
    while engine.claim_letter().await.unwrap().is_some() {
        attempts += 1;
        database.turn(2 * MINUTE);
    }
    assert_eq!(attempts, 28);
    assert_eq!(engine.letters_waiting().await.unwrap().count, 0);
    assert_eq!(refused_letters(&engine).await, 1);
}

#[tokio::test]
async fn the_link_of_a_letter_that_waited_longer_than_it_is_good_opens_something_all_the_same() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    flow::forgot_password(&engine, "ada@example.org", &device())
        .await
        .unwrap();
    let letter = engine.claim_letter().await.unwrap().unwrap();
    engine
        .settle_letter(&letter, Delivery::Failed)
        .await
        .unwrap();
    database.turn(Duration::from_hours(2));
    engine.clean_once().await.unwrap();
    let link = only_link(&mail(&engine).await, Occasion::ResetPassword);
    flow::reset_password(&engine, &link, &"another long weaver".into(), &device())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_letter_that_is_refused_for_good_is_written_down_and_not_tried_again() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let letter = engine.claim_letter().await.unwrap().unwrap();
    engine
        .settle_letter(&letter, Delivery::Refused)
        .await
        .unwrap();
    assert_eq!(engine.letters_waiting().await.unwrap().count, 0);
    assert_eq!(refused_letters(&engine).await, 1);
}

/// An account may have the address of somebody else, who is not to find their mailbox full of what happens to it.
#[tokio::test]
async fn of_one_kind_of_notice_an_address_gets_ten_an_hour() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    mail(&engine).await;
    for sent in [10, 0] {
        for _ in 0..12 {
            sign_in_from(&engine, "ada", PASSWORD, None).await.unwrap();
        }
        assert_eq!(mail(&engine).await.len(), sent);
    }
    assert_eq!(refused_letters(&engine).await, 14);
    database.turn(Duration::from_hours(1));
    sign_in_from(&engine, "ada", PASSWORD, None).await.unwrap();
    only_link(&mail(&engine).await, Occasion::NewDevice);
}

async fn refused_letters(engine: &auth::Engine) -> usize {
    let filter = AuditFilter {
        kind: Some(auth::audit::AuditKind::LetterRefused),
        ..AuditFilter::default()
    };
    let page = flow::administration::Page {
        after: None,
        limit: 100,
    };
    let records = flow::administration::audit_log(engine, &filter, page).await;
    records.unwrap().len()
}

#[tokio::test]
async fn what_waits_and_what_was_sent_leave_no_secret_in_the_database() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    sign_up(&engine, "ada").await;
    let letter = engine.claim_letter().await.unwrap().unwrap();
    let rows: Vec<(String, String, Vec<u8>)> = on_database!(database, pool => sqlx::query_as(
        "SELECT letters.recipient, letters.detail, links.token_hash FROM letters JOIN links ON links.id = letters.id",
    ).fetch_all(&pool));
    let [(recipient, detail, hash)] = rows.as_slice() else {
        panic!("not one row: {rows:?}");
    };
    let token = letter.link.unwrap();
    let code = letter.code.unwrap();
    for text in [recipient, detail] {
        assert!(!text.contains(token.expose_secret()) && !text.contains(code.expose_secret()));
    }
    assert_ne!(hash.as_slice(), token.expose_secret().as_bytes());
}

#[tokio::test]
async fn an_operators_new_password_and_a_theft_are_told_to_the_owner() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let first = sign_up(&engine, "ada").await;
    mail(&engine).await;
    let second = refresh(&engine, &first.refresh_token).await.unwrap();
    who(&engine, &second).await;
    engine.flush().await;
    database.turn(MINUTE);
    refresh(&engine, &first.refresh_token).await.unwrap_err();
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].occasion, Occasion::TokenReused);
    assert_eq!(
        letters[0].detail.session.as_deref(),
        Some(first.session.id.as_str())
    );
    assert_eq!(letters[0].detail.address.as_deref(), Some("192.0.2.1"));

    let account = flow::administration::find_user(&engine, "ada")
        .await
        .unwrap()
        .unwrap();
    flow::administration::set_password(
        &engine,
        &operator(),
        &account,
        &"another long weaver".into(),
    )
    .await
    .unwrap();
    let letters = mail(&engine).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].occasion, Occasion::PasswordChanged);
}

#[tokio::test]
async fn a_letter_to_who_was_deleted_meanwhile_is_dropped() {
    let database = TestDatabase::new().await;
    let engine = mailing(&database).await;
    let ada = sign_up(&engine, "ada").await;
    let ada = who(&engine, &ada).await.user();
    flow::administration::delete(&engine, &operator(), ada)
        .await
        .unwrap();
    assert!(mail(&engine).await.is_empty());
    flow::forgot_password(&engine, "ada@example.org", &device())
        .await
        .unwrap();
    assert_eq!(engine.letters_waiting().await.unwrap().count, 1);
    assert!(mail(&engine).await.is_empty());
    assert_eq!(engine.letters_waiting().await.unwrap().count, 0);
}
