//! No statement reads a whole table: each finds its rows by an index, however many there are. The database is asked how it would run them
//! (EXPLAIN).
//!
//! The statements are not listed here. They are gathered from the log of the store while everything is done that the engine does; and each
//! that stands in the sources of the store must be among them. So a new one needs to be run by [`everything`], and nothing else.

mod explain;
mod gathered;
mod own_account;
mod sources;

use std::time::Duration;

use auth::{
    Delivery, Device, Engine, MasterSecret, Occasion, Purpose, SecretString, SignedUp,
    Verification,
    account::UserId,
    audit::{AuditFilter, AuditKind},
    flow::{
        self, ConfirmSignUp, FromLetter,
        administration::{self, Page},
    },
    token::{KeyState, Ring, SwitchOver},
};

use self::{explain::Explainer, sources::StoreTexts};
use crate::support::{
    PASSWORD, TestDatabase, assert_invalid, call, device, mail, mailing, new_user, on_database,
    only_link, operator, refresh, sign_in, sign_in_from, sign_up, way, who,
};

/// Statements that may read a whole table, each by a part of its text, and why.
const MAY_SCAN: [(&str, &str); 1] = [(
    "COALESCE(rotated_at, created_at) >=",
    "an operator takes a key back, or ends all sessions: seldom, while an index for it would be written by every refresh",
)];

/// How a statement begins that has a plan.
const VERBS: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];

fn begins_with_verb(text: &str) -> bool {
    VERBS.iter().any(|verb| text.starts_with(verb))
}

/// A text on one line, as statements are compared.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    gathered::begin();
    let database = TestDatabase::new().await;
    everything(&database).await;
    let statements = gathered::once_complete(&StoreTexts::read()).await;
    let mut explainer = Explainer::new().await;
    let (mut faults, mut excused) = (Vec::new(), 0);
    for statement in &statements {
        if MAY_SCAN.iter().any(|(part, _)| statement.contains(part)) {
            excused += 1;
        } else {
            faults.extend(explainer.faults(statement).await);
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    println!(
        "{} statements: {excused} may read a whole table, and none of the others does",
        statements.len()
    );
}

#[tokio::test]
async fn a_statement_that_reads_a_whole_table_is_found() {
    let mut explainer = Explainer::new().await;
    for scans in [
        "SELECT id FROM users WHERE username = $1",
        "SELECT COUNT(*) FROM users",
        "SELECT id FROM sessions WHERE last_seen_at < $1 ORDER BY last_seen_at LIMIT $2",
        "UPDATE sessions SET end_reason = $1 WHERE address = $2",
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE address = $1 LIMIT $2)",
    ] {
        assert!(!explainer.faults(scans).await.is_empty(), "{scans}");
    }
    for by_index in [
        "SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT $2",
        "SELECT id FROM users ORDER BY id LIMIT $1",
    ] {
        let faults = explainer.faults(by_index).await;
        assert!(faults.is_empty(), "{faults:?}");
    }
}

/// What a database does by itself when a row that others refer to is deleted is in no plan.
#[tokio::test]
async fn every_column_that_refers_to_another_table_has_an_index() {
    let database = TestDatabase::new().await;
    database.store().await;
    let sql = if database.url.starts_with("sqlite") {
        "SELECT tables.name || '.' || keys.\"from\"
         FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
         WHERE tables.type = 'table' AND NOT EXISTS (
           SELECT 1 FROM pragma_index_list(tables.name) AS indexes JOIN pragma_index_info(indexes.name) AS columns
           WHERE indexes.partial = 0 AND columns.seqno = 0 AND columns.name = keys.\"from\")"
    } else {
        "SELECT conrelid::regclass::TEXT || '.' || attname
         FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE contype = 'f' AND NOT EXISTS (
           SELECT 1 FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL)"
    };
    let without: Vec<String> =
        on_database!(database, pool => sqlx::query_scalar(sql).fetch_all(&pool));
    assert!(without.is_empty(), "{without:?}");
}

/// Has the engine do everything that it does.
async fn everything(database: &TestDatabase) {
    let store = database.store().await;
    store.schema_state().await.unwrap();
    store.database_time().await.unwrap();
    let engine = database
        .engine_with(|settings| settings.throttle.free_tries = 0)
        .await;
    engine.ready().await.unwrap();
    a_session_from_its_start_to_its_end(database, &engine).await;
    wrong_passwords(database, &engine).await;
    a_theft(database, &engine).await;
    an_operators_day(&engine).await;
    a_call_that_the_row_decides(&engine).await;
    letters_and_links(database).await;
    strange_browsers(database).await;
    signing_in_by_letters(database).await;
    an_account_that_waits(database).await;
    own_account::everything(database).await;
    work_on_the_keys(database).await;
}

async fn letters_and_links(database: &TestDatabase) {
    let engine = mailing(database).await;
    let eve = sign_up(&engine, "eve").await;
    let letter = engine.claim_letter().await.unwrap().unwrap();
    engine
        .settle_letter(&letter, Delivery::Failed)
        .await
        .unwrap();
    database.turn(Duration::from_secs(10));
    let letter = engine.claim_letter().await.unwrap().unwrap();
    engine
        .settle_letter(&letter, Delivery::Refused)
        .await
        .unwrap();
    engine.letters_waiting().await.unwrap();
    let eve = sign_in(&engine, &eve.profile.username, PASSWORD)
        .await
        .unwrap();
    let who = who(&engine, &eve).await;
    flow::ask_to_verify_email(&engine, &who, &device())
        .await
        .unwrap();
    let link = only_link(&mail(&engine).await, Occasion::VerifyEmail);
    flow::look_at_link(&engine, Purpose::VerifyEmail, &link)
        .await
        .unwrap();
    flow::verify_email_by_code(&engine, &who, "1", &device())
        .await
        .unwrap_err();
    flow::verify_email(&engine, &link, &device()).await.unwrap();
    flow::forgot_password(&engine, &eve.profile.email, &device())
        .await
        .unwrap();
    let link = only_link(&mail(&engine).await, Occasion::ResetPassword);
    flow::reset_password(&engine, &link, &"another long weaver".into(), &device())
        .await
        .unwrap();
    engine.clean_once().await.unwrap();
}

async fn strange_browsers(database: &TestDatabase) {
    let engine = database
        .engine_with(|settings| {
            settings.throttle.free_tries = 0;
            settings.throttle.address_free_tries = 0;
            settings.sessions_per_user = 1;
        })
        .await;
    sign_up(&engine, "ivy").await;
    sign_in_from(&engine, "ivy", "the weaver sings at dawn", None)
        .await
        .unwrap_err();
    database.turn(Duration::from_secs(2));
    // Counted ahead under the name of the address, and taken back.
    sign_in_from(&engine, "ivy", PASSWORD, None).await.unwrap();
}

async fn signing_in_by_letters(database: &TestDatabase) {
    let engine = database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.sign_in_links = true;
        })
        .await;
    let email = &sign_up(&engine, "una").await.profile.email;
    mail(&engine).await;
    flow::ask_for_sign_in_link(&engine, email, &device())
        .await
        .unwrap();
    let link = only_link(&mail(&engine).await, Occasion::SignIn);
    flow::sign_in_by_code(&engine, email, "1", way())
        .await
        .unwrap_err();
    flow::sign_in_by_link(&engine, &link, way()).await.unwrap();
}

async fn an_account_that_waits(database: &TestDatabase) {
    let engine = database
        .engine_with(|settings| {
            settings.sends_mail = true;
            settings.verification = Verification::Required;
        })
        .await;
    let asked = flow::sign_up(&engine, new_user("kim")).await.unwrap();
    let SignedUp::Asked { browser_key } = asked else {
        panic!("signed in at once");
    };
    let link = only_link(&mail(&engine).await, Occasion::ConfirmSignUp);
    let confirm = |letter| ConfirmSignUp {
        letter,
        browser_key: Some(browser_key.clone()),
        password: None,
        username: None,
        way: way(),
    };
    flow::look_at_link(&engine, Purpose::ConfirmSignUp, &link)
        .await
        .unwrap();
    flow::confirm_sign_up(&engine, confirm(FromLetter::Code("1".to_owned())))
        .await
        .unwrap_err();
    flow::confirm_sign_up(&engine, confirm(FromLetter::Link(link)))
        .await
        .unwrap();
}

async fn a_session_from_its_start_to_its_end(database: &TestDatabase, engine: &Engine) {
    let first = sign_up(engine, "ada").await;
    sign_in(engine, "ada@example.org", PASSWORD).await.unwrap();
    let second = refresh(engine, &first.refresh_token).await.unwrap();
    call(engine, &second.access_token).await.unwrap();
    let who = flow::authenticate(engine, &second.access_token)
        .await
        .unwrap();
    flow::profile(engine, &who).await.unwrap();
    flow::view(engine, &second.refresh_token).await.unwrap();
    flow::sign_out(
        engine,
        None,
        Some(&second.refresh_token),
        &Device::default(),
    )
    .await
    .unwrap();
    let hashes_better = database
        .engine_with(|settings| settings.hashing.iterations = 2)
        .await;
    let third = sign_in(&hashes_better, "ada", PASSWORD).await.unwrap();
    let who = flow::authenticate(engine, &third.access_token)
        .await
        .unwrap();
    flow::sign_out_everywhere(engine, &who, &Device::default())
        .await
        .unwrap();
}

async fn wrong_passwords(database: &TestDatabase, engine: &Engine) {
    let wrong = "the weaver sings at dawn";
    sign_in(engine, "ada", wrong).await.unwrap_err();
    database.turn(Duration::from_secs(2));
    sign_in(engine, "ada", wrong).await.unwrap_err();
    database.turn(Duration::from_secs(5));
    sign_in(engine, "ada", PASSWORD).await.unwrap();
}

async fn a_theft(database: &TestDatabase, engine: &Engine) {
    let first = sign_up(engine, "bob").await;
    let second = refresh(engine, &first.refresh_token).await.unwrap();
    refresh(engine, &first.refresh_token).await.unwrap();
    call(engine, &second.access_token).await.unwrap();
    database.turn(Duration::from_mins(1));
    assert_invalid(refresh(engine, &first.refresh_token).await);
    let told = sign_in(engine, "bob", PASSWORD).await.unwrap();
    let who = flow::authenticate(engine, &told.access_token)
        .await
        .unwrap();
    flow::dismiss_notice(engine, who.user(), &told.notices[0].id)
        .await
        .unwrap();
}

async fn an_operators_day(engine: &Engine) {
    let page = Page {
        after: None,
        limit: 10,
    };
    let account = administration::add_user(
        engine,
        &operator(),
        "cleo".to_owned(),
        "cleo@example.org".to_owned(),
        PASSWORD.into(),
    )
    .await
    .unwrap();
    let user = account.id;
    sign_in(engine, "cleo", PASSWORD).await.unwrap();
    administration::find_user(engine, "cleo").await.unwrap();
    administration::users(engine, page).await.unwrap();
    administration::sessions(engine, None, page).await.unwrap();
    let sessions = administration::sessions(engine, Some(user), page)
        .await
        .unwrap();
    administration::revoke_session(engine, &operator(), sessions[0].id)
        .await
        .unwrap();
    let another = SecretString::from("the weaver sings at dusk");
    administration::set_password(engine, &operator(), &account, &another)
        .await
        .unwrap();
    administration::disable(engine, &operator(), user)
        .await
        .unwrap();
    administration::enable(engine, &operator(), user)
        .await
        .unwrap();
    administration::revoke_sessions_of(engine, &operator(), user)
        .await
        .unwrap();
    administration::delete(engine, &operator(), user)
        .await
        .unwrap();
    administration::revoke_all_sessions(engine, &operator())
        .await
        .unwrap();
    the_audit_log(engine, user, page).await;
    engine.clean_once().await.unwrap();
}

async fn the_audit_log(engine: &Engine, user: UserId, page: Page) {
    for user in [None, Some(user)] {
        for kind in [None, Some(AuditKind::SignedIn)] {
            let filter = AuditFilter {
                user,
                kind,
                ..AuditFilter::default()
            };
            administration::audit_log(engine, &filter, page)
                .await
                .unwrap();
        }
    }
}

async fn a_call_that_the_row_decides(engine: &Engine) {
    let grant = sign_in(engine, "ada", PASSWORD).await.unwrap();
    // Nothing else runs meanwhile, so that nobody reads what was revoked for longer than the five seconds that the last look is believed.
    std::thread::sleep(Duration::from_millis(5_100));
    flow::authenticate(engine, &grant.access_token)
        .await
        .unwrap();
}

async fn work_on_the_keys(database: &TestDatabase) {
    let smith = database.keysmith(|_| {}).await;
    smith
        .rotate(Ring::Refresh, SwitchOver::AtOnce)
        .await
        .unwrap();
    let keys = smith.list().await.unwrap();
    let signing = keys
        .iter()
        .find(|key| key.ring == Ring::Refresh && key.state == KeyState::Signing)
        .unwrap();
    smith.holders(&signing.id).await.unwrap();
    smith.retire(&signing.id).await.unwrap();
    let another = MasterSecret::parse("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa").unwrap();
    assert!(smith.seal_anew(&another).await.unwrap() > 0);
}
