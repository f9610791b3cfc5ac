//! Several servers on one database: what one does, the others hold to within about a second, and after any restart.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use crate::support::{
    Answer, Ask, Binary, Database, MASTER_SECRET, PASSWORD, START, SignedIn, TestApp, ask_client,
    claims_of, eventually, on_a_thread, registration,
};

use auth::clock::ManualClock;

/// How long another process may go on taking a token that was revoked: about a second, and what a busy machine adds.
const ABOUT_A_SECOND: Duration = Duration::from_secs(3);

/// Asserts that `app` soon takes the access token no more.
async fn assert_soon_dead(app: &TestApp, who: &SignedIn) {
    let begin = Instant::now();
    eventually("the other server knows", async || {
        app.profile(&who.access).await.status == 401
    })
    .await;
    assert!(
        begin.elapsed() < ABOUT_A_SECOND,
        "it took {:?}",
        begin.elapsed()
    );
    app.assert_dead(who).await;
}

#[tokio::test]
async fn a_token_of_one_server_is_good_at_the_other() {
    let a = TestApp::start().await;
    let b = a.beside().await;
    let ada = a.register("ada").await;
    assert_eq!(b.profile(&ada.access).await.status, 200);
    let newer = b.refresh(&ada.refresh).await;
    assert_eq!(a.profile(&newer.access).await.status, 200);
    assert_eq!(b.login("ada").await.id, ada.id);
    assert_eq!(
        a.get("/.well-known/jwks.json").send().await.json(),
        b.get("/.well-known/jwks.json").send().await.json()
    );
}

#[tokio::test]
async fn signed_out_at_one_server_is_signed_out_at_the_other_within_a_second() {
    let a = TestApp::start().await;
    let b = a.beside().await;
    let ada = a.register("ada").await;
    assert_eq!(b.profile(&ada.access).await.status, 200);
    a.post("/api/v1/auth/logout")
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    b.try_refresh(&ada.refresh)
        .await
        .assert_problem(401, "Invalid token");
    assert_soon_dead(&b, &ada).await;
}

#[tokio::test]
async fn signed_out_everywhere_is_everywhere_within_a_second() {
    let a = TestApp::start().await;
    let b = a.beside().await;
    let (here, there) = (a.register("ada").await, b.login("ada").await);
    assert_eq!(
        a.post("/api/v1/auth/logout-all")
            .bearer(&here.access)
            .send()
            .await
            .status,
        204
    );
    assert_soon_dead(&b, &here).await;
    assert_soon_dead(&b, &there).await;
}

#[tokio::test]
async fn a_theft_that_one_server_stopped_is_stopped_at_the_other() {
    let a = TestApp::start().await;
    let b = a.beside().await;
    let stolen = a.register("ada").await;
    let ada = a.refresh(&stolen.refresh).await;
    b.confirm(&ada).await;
    a.advance(Duration::from_secs(11));
    a.try_refresh(&stolen.refresh)
        .await
        .assert_problem(401, "Invalid token");
    assert_soon_dead(&b, &ada).await;
}

#[tokio::test]
async fn what_was_revoked_is_revoked_after_a_restart() {
    let before = TestApp::start().await;
    let (ended, goes_on) = (before.register("ada").await, before.register("eve").await);
    let everywhere = before.register("grace").await;
    before
        .post("/api/v1/auth/logout")
        .refresh_cookie(&ended.refresh)
        .send()
        .await;
    before
        .post("/api/v1/auth/logout-all")
        .bearer(&everywhere.access)
        .send()
        .await;
    let after = before.beside().await;
    before.shutdown().await;
    after
        .profile(&ended.access)
        .await
        .assert_problem(401, "Invalid token");
    after
        .profile(&everywhere.access)
        .await
        .assert_problem(401, "Invalid token");
    assert_eq!(after.profile(&goes_on.access).await.status, 200);
    assert_eq!(after.try_refresh(&goes_on.refresh).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_on_an_empty_database_make_one_key_for_each_ring() {
    let database = std::sync::Arc::new(Database::create().await);
    let clock = std::sync::Arc::new(ManualClock::new(START));
    let public_url = Some("http://localhost:3000".to_owned());
    let apps = join_all(
        (0..4).map(|_| TestApp::on(database.clone(), clock.clone(), public_url.clone(), &[])),
    )
    .await;
    assert_eq!(
        database
            .texts("SELECT ring FROM signing_keys ORDER BY ring")
            .await,
        ["access", "refresh"]
    );
    for (number, app) in apps.iter().enumerate() {
        let who = app.register(&format!("user{number}")).await;
        for other in &apps {
            assert_eq!(other.profile(&who.access).await.status, 200);
        }
    }
}

#[tokio::test]
async fn when_nobody_can_tell_what_was_revoked_nobody_is_let_in() {
    let app = TestApp::start().await;
    let ada = app.register("ada").await;
    app.database
        .execute("ALTER TABLE sessions RENAME TO elsewhere")
        .await;
    eventually("the server no longer trusts its view", async || {
        app.profile(&ada.access).await.status == 503
    })
    .await;
    let answer = app.profile(&ada.access).await;
    answer.assert_any_problem(503);
    answer.assert_no_cookie();
    app.database
        .execute("ALTER TABLE elsewhere RENAME TO sessions")
        .await;
    eventually("the server trusts it again", async || {
        app.profile(&ada.access).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn another_master_secret_does_not_open_the_database() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let url = app.database.url();
    let output = on_a_thread(move || {
        let environment = [
            ("LATCHKEY_LISTEN", "127.0.0.1:0"),
            ("LATCHKEY_DATABASE_URL", &url),
            ("LATCHKEY_MASTER_SECRET", "Yq7rN2bVx9Lm4TcK6zHw3PfJ8sGd5AeU"),
        ];
        Binary::run(&path, &[], &environment)
    })
    .await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.contains("key"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn two_programs_share_one_database() {
    let database = Database::create().await;
    let folder = database.folder().to_path_buf();
    let url = database.url();
    let start = move |_| {
        let environment = [
            ("LATCHKEY_DATABASE_URL", url.as_str()),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
            ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
        ];
        Binary::spawn(&folder, &environment)
    };
    let mut programs = on_a_thread(move || {
        let mut programs = [0, 1, 2].map(start);
        programs.iter_mut().for_each(Binary::wait_until_it_answers);
        programs
    })
    .await;
    assert_eq!(
        database
            .texts("SELECT ring FROM signing_keys ORDER BY ring")
            .await,
        ["access", "refresh"]
    );
    let client = ask_client();
    let bases = programs
        .each_ref()
        .map(|program| format!("http://{}", program.address));
    let post = |at: usize, path: &str| Ask::new(&client, "POST", &format!("{}{path}", bases[at]));
    let profile = async |at: usize, who: &SignedIn| -> Answer {
        Ask::new(
            &client,
            "GET",
            &format!("{}/api/v1/user/profile", bases[at]),
        )
        .bearer(&who.access)
        .send()
        .await
    };
    let registered = post(0, "/api/v1/auth/register")
        .json(&registration("ada"))
        .send()
        .await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let ada = SignedIn::from(&registered);
    let refreshes = join_all((0..64).map(|number| {
        post(number % 3, "/api/v1/auth/refresh")
            .refresh_cookie(&ada.refresh)
            .send()
    }))
    .await;
    for answer in &refreshes {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(claims_of(&SignedIn::from(answer).access)["gen"], 1);
    }
    assert_eq!(database.number("SELECT generation FROM sessions").await, 1);
    let newest = SignedIn::from(&refreshes[63]);
    for at in 0..3 {
        assert_eq!(profile(at, &newest).await.status, 200);
    }
    assert_eq!(
        post(0, "/api/v1/auth/logout")
            .refresh_cookie(&newest.refresh)
            .send()
            .await
            .status,
        204
    );
    let begin = Instant::now();
    for at in 0..3 {
        eventually("the program knows", async || {
            profile(at, &newest).await.status == 401
        })
        .await;
    }
    assert!(begin.elapsed() < ABOUT_A_SECOND, "{:?}", begin.elapsed());
    let login = post(2, "/api/v1/auth/login")
        .json(&json!({ "username": "ada", "password": PASSWORD }))
        .send()
        .await;
    assert_eq!(login.status, 200);
    on_a_thread(move || programs.iter_mut().for_each(Binary::kill)).await;
}

/// A rotation that was answered is on the disk: where it could not be written it is not answered, and the cookie of before goes on.
#[cfg(unix)]
#[tokio::test]
async fn on_a_disk_that_is_full_nobody_is_given_a_token_that_the_database_does_not_know() {
    // On SQLite in any case: what happens on a full disk elsewhere is PostgreSQL's to see to.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let environment = [
        ("LATCHKEY_DATABASE_URL", "sqlite:latchkey.db"),
        ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
        ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
        ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
        ("LATCHKEY_REQUEST_RATE_BURST", "0"),
    ];
    let (path, mut program) = on_a_thread(move || {
        let (ended_well, log) = Binary::start(&path, &environment).stop();
        assert!(ended_well, "{log}");
        // Long enough for the database and for a little work.
        let program = Binary::start_with_little_room(&path, 768, &environment);
        (path, program)
    })
    .await;
    let client = ask_client();
    let base = format!("http://{}", program.address);
    let registered = Ask::new(&client, "POST", &format!("{base}/api/v1/auth/register"))
        .json(&registration("ada"))
        .send()
        .await;
    let mut ada = SignedIn::from(&registered);
    let mut refused = 0;
    for round in 0..1_000 {
        let answer = Ask::new(&client, "POST", &format!("{base}/api/v1/auth/refresh"))
            .refresh_cookie(&ada.refresh)
            .send()
            .await;
        match answer.status {
            200 => ada = SignedIn::from(&answer),
            503 => {
                answer.assert_no_cookie();
                refused += 1;
                if refused == 5 {
                    break;
                }
            }
            _ => panic!("round {round}: {answer:?}"),
        }
    }
    assert!(refused > 0, "the disk was never full");
    // There is room again.
    program = on_a_thread(move || {
        program.kill();
        Binary::start(&path, &environment)
    })
    .await;
    let base = format!("http://{}", program.address);
    let answer = Ask::new(&client, "POST", &format!("{base}/api/v1/auth/refresh"))
        .refresh_cookie(&ada.refresh)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
}
