//! A disk that is full: a small one of the program's own, which nobody else sees.

use std::process::Command;

use crate::support::{
    Ask, Binary, MASTER_SECRET, PASSWORD, SignedIn, ask_client, eventually, on_a_thread,
    registration,
};

/// The folder `data` is a disk of one MiB.
const SMALL: &str = "mkdir data && mount -t tmpfs -o size=1m tmpfs data && exec \"$0\"";

/// Whether this user may mount something.
fn may_mount() -> bool {
    Command::new("unshare")
        .args(["--mount", "bash", "-c", "mount -t tmpfs tmpfs /mnt"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Makes the program's disk large.
fn give_room(program: u32) {
    let program = program.to_string();
    let given = Command::new("nsenter")
        .args(["--target", &program, "--mount", "--wd"])
        .args(["mount", "-o", "remount,size=64m", "data"])
        .output()
        .unwrap();
    assert!(given.status.success(), "{given:?}");
}

/// Where nothing can be mounted, `on_a_disk_that_is_full_nobody_is_given_a_token_that_the_database_does_not_know` stands for it, beside the
/// processes: there no file may grow.
#[tokio::test]
async fn a_full_disk_stops_what_writes_and_nothing_else_until_there_is_room() {
    if !may_mount() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let program = on_a_thread(move || {
        let environment = [
            ("LATCHKEY_DATABASE_URL", "sqlite:data/latchkey.db"),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
            ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
            ("LATCHKEY_REQUEST_RATE_BURST", "0"),
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ];
        let script = format!("exec unshare --mount bash -c '{SMALL}' \"$0\"");
        Binary::start_from(&script, &path, &environment)
    })
    .await;
    let client = ask_client();
    let base = format!("http://{}", program.address);
    let ask = |method: &str, path: &str| Ask::new(&client, method, &format!("{base}{path}"));
    let register = async |username: &str| {
        ask("POST", "/api/v1/auth/register")
            .json(&registration(username))
            .send()
            .await
    };
    let refresh = async |who: &SignedIn| {
        ask("POST", "/api/v1/auth/refresh")
            .refresh_cookie(&who.refresh)
            .send()
            .await
    };
    let mut ada = SignedIn::from(&register("ada").await);
    let refused = loop {
        let answer = refresh(&ada).await;
        if answer.status != 200 {
            break answer;
        }
        ada = SignedIn::from(&answer);
    };
    super::assert_unavailable(&refused);
    super::assert_unavailable(&register("eve").await);
    let login =
        ask("POST", "/api/v1/auth/login").form(&[("username", "ada"), ("password", PASSWORD)]);
    super::assert_unavailable(&login.send().await);
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(ask("GET", path).send().await.status, 200, "{path}");
    }
    let profile = ask("GET", "/api/v1/user/profile").bearer(&ada.access);
    assert_eq!(profile.send().await.status, 200);

    let id = program.id();
    on_a_thread(move || give_room(id)).await;
    eventually("it goes on with the token of before", async || {
        refresh(&ada).await.status == 200
    })
    .await;
    let registered = register("eve").await;
    assert_eq!(
        registered.status, 201,
        "half of it had been written: {registered:?}"
    );
}
