//! Backups, made while the server goes on, and what a restored one holds.

use std::{path::Path, process::Command};

use super::{Database, Live, PASSWORD, SignedIn};
use crate::support::{Visited as _, on_a_thread};

/// Runs one of PostgreSQL's programs to its end.
async fn postgres_tool(program: &'static str, arguments: Vec<String>) {
    let output = on_a_thread(move || Command::new(program).args(arguments).output().unwrap()).await;
    assert!(output.status.success(), "{program}: {output:?}");
}

/// The address of a database as PostgreSQL's programs take it.
fn plain_url(database: &Database) -> String {
    let url = database.url();
    url.split('?').next().unwrap().to_owned()
}

/// Makes a backup while the server goes on, by the commands of docs/operations.md.
async fn back_up(live: &Live, file: &Path) {
    if live.database.is_embedded() {
        let file = file.to_str().unwrap();
        live.run(&["backup", file]).await.ended(0);
        live.run(&["backup", file])
            .await
            .ended(5)
            .says("left as it is");
    } else {
        live.run(&["backup", file.to_str().unwrap()])
            .await
            .ended(5)
            .says("pg_dump");
        postgres_tool(
            "pg_dump",
            vec![
                "--format=custom".to_owned(),
                format!("--file={}", file.display()),
                plain_url(&live.database),
            ],
        )
        .await;
    }
}

/// Puts a backup into a new database.
async fn restore(live: &Live, file: &Path) -> Database {
    if live.database.is_embedded() {
        let database = Database::embedded();
        std::fs::copy(file, database.folder().join("latchkey.db")).unwrap();
        database
    } else {
        let database = Database::create().await;
        postgres_tool(
            "pg_restore",
            vec![
                "--no-owner".to_owned(),
                format!("--dbname={}", plain_url(&database)),
                file.display().to_string(),
            ],
        )
        .await;
        database
    }
}

#[tokio::test]
async fn a_restored_backup_is_what_was_there_when_it_was_made() {
    let mut live = Live::start().await;
    let ada = live.register("ada").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup");
    back_up(&live, &file).await;
    // What came after it is lost.
    live.register("eve").await;
    let refreshed = SignedIn::from(&live.try_refresh(&ada).await);
    live.stop().await;

    let database = restore(&live, &file).await;
    live.move_to(database);
    live.run(&["check"]).await.says("migrations");
    live.serve().await;
    assert_eq!(live.try_login("eve", PASSWORD).await.status, 401);
    assert_eq!(live.try_login("ada", PASSWORD).await.status, 200);
    // A browser that has refreshed since is ahead of its row, and signs in anew.
    assert_eq!(live.try_refresh(&refreshed).await.status, 401);
    assert_eq!(live.try_refresh(&ada).await.status, 200);
}

/// The disk is full by a limit on how long a file may become, whose signal is ignored, so that writing fails instead.
#[cfg(unix)]
#[tokio::test]
async fn a_backup_that_fails_leaves_nothing_and_the_next_is_made() {
    let live = Live::at_rest().await;
    if !live.database.is_embedded() {
        return;
    }
    live.run(&["migrate"]).await.ended(0);
    let (folder, environment) = (live.folder(), live.environment.clone());
    let failed = on_a_thread(move || {
        let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" backup backup.db";
        Command::new("bash")
            .args(["-c", script, env!("CARGO_BIN_EXE_latchkey")])
            .env_clear()
            .envs(environment)
            .current_dir(folder)
            .output()
            .unwrap()
    })
    .await;
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(!live.folder().join("backup.db").exists());
    live.run(&["backup", "backup.db"]).await.ended(0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_for_its_owners_eyes_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let live = Live::start().await;
    if !live.database.is_embedded() {
        return;
    }
    let file = live.folder().join("backups").join("monday.db");
    live.run(&["backup", file.to_str().unwrap()]).await.ended(0);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
