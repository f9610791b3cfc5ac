//! A database that is not there when the program starts, and what no waiting mends.

use std::time::{Duration, Instant};

use super::{Program, assert_unavailable};
use crate::support::{
    Ask, Binary, Database, MASTER_SECRET, Proxy, Visited as _, ask_client, eventually, on_a_thread,
};

/// What is allowed for an end that is to come at once.
const AT_ONCE: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_database_that_is_not_there_is_waited_for_and_its_password_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let binary = on_a_thread(move || {
        let environment = [
            (
                "LATCHKEY_DATABASE_URL",
                "postgres://someone:canary@127.0.0.1:1/nowhere",
            ),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_METRICS_LISTEN", "127.0.0.1:0"),
        ];
        Binary::spawn(&path, &environment)
    })
    .await;
    eventually("it says what it waits for", async || {
        binary.log().contains("127.0.0.1:1 (database nowhere)")
    })
    .await;
    let client = ask_client();
    let base = format!("http://{}", binary.address);
    let get = |path: &str| Ask::new(&client, "GET", &format!("{base}{path}"));
    let lives = get("/health/live").send().await;
    assert_eq!(lives.status, 200);
    for answer in [lives, get("/login").send().await] {
        for (header, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            (
                "content-security-policy",
                "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(answer.header(header), Some(value), "{answer:?}");
        }
    }
    for path in ["/health/ready", "/", "/api/v1/user/profile"] {
        assert_unavailable(&get(path).send().await);
    }
    let log = binary.log();
    let metrics = log
        .lines()
        .find_map(|line| line.strip_prefix("Metrics are at "))
        .unwrap();
    let read = Ask::new(&client, "GET", metrics).send().await;
    assert!(read.text().contains("latchkey_build_info"), "{read:?}");
    eventually("it tries again", async || {
        binary.log().matches("The next try is in").count() >= 3
    })
    .await;
    let begin = Instant::now();
    let (ended_well, log) = on_a_thread(move || binary.stop()).await;
    assert!(ended_well && begin.elapsed() < AT_ONCE, "{log}");
    assert!(log.contains("Connection refused"), "{log}");
    assert!(
        !log.contains("canary") && !log.contains("panicked"),
        "{log}"
    );
}

#[tokio::test]
async fn a_server_that_waited_serves_as_soon_as_the_database_is_there() {
    let database = Database::create().await;
    let Some(server) = database.server() else {
        // A file is there or is made.
        return;
    };
    let nobody = Proxy::to(server.clone()).await.cut().await;
    let url = database.url_through(nobody);
    let mut program = Program::at_rest(database, &url);
    program.spawn().await;
    eventually("it waits", async || {
        program.binary().log().contains("does not answer")
    })
    .await;
    assert_eq!(program.status("/health/ready").await, 503);
    let _wire = Proxy::at(nobody, server).await;
    eventually("it is ready", async || {
        program.status("/health/ready").await == 200
    })
    .await;
    let ada = program.register("ada").await;
    assert_eq!(program.profile(&ada).await.status, 200);
    assert!(program.binary().log().contains("Latchkey is ready"));
}

/// A newer migration and a wrong master secret are further such faults; they are tried beside the command line and the processes.
#[tokio::test]
async fn a_database_that_can_never_answer_stops_the_start() {
    let database = Database::create().await;
    let (url, word) = if database.is_embedded() {
        ("sqlite:/dev/null/latchkey.db".to_owned(), "/dev/null")
    } else {
        database.destroy().await;
        (database.url(), "does not exist")
    };
    let path = database.folder().to_path_buf();
    let output = on_a_thread(move || {
        let environment = [
            ("LATCHKEY_DATABASE_URL", url.as_str()),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_LISTEN", "127.0.0.1:0"),
        ];
        Binary::run(&path, &[], &environment)
    })
    .await;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(word) && !said.contains("next try"), "{said}");
}
