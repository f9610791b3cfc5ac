//! What must not be written down: no password, no token and no key in the log at its most talkative, nor in the database.

use std::path::Path;

use serde_json::json;

use crate::support::{Ask, Binary, Database, PASSWORD, SignedIn, TestApp, ask_client, on_a_thread};

const CANARY: &str = "canary birds sing quietly 7392";
const WRONG_CANARY: &str = "canary birds sing loudly 5518";
const NEW_CANARY: &str = "canary birds learn a song 8046";
const CANARY_SECRET: &str = "Zq8vN3xWm5Lr7TbY2kHd9PfJ4sGc6AeU";
const PEPPER: &str = "pQ4zV8nX2wM6rL9tB3yK7hD5fJ1sG0cA";

fn assert_absent(place: &str, bytes: &[u8], secrets: &[&str]) {
    for secret in secrets {
        let needle = secret.as_bytes();
        assert!(needle.len() >= 8, "{secret:?} could be there by chance");
        assert!(
            !bytes.windows(needle.len()).any(|window| window == needle),
            "{secret:?} stands in {place}"
        );
    }
}

/// Does everything that there is to do with a canary for a password, and returns each token that came about.
#[expect(clippy::too_many_lines, reason = "it is one list of requests")]
async fn live_a_day(base: &str) -> Vec<String> {
    let client = ask_client();
    let post = |path: &str| Ask::new(&client, "POST", &format!("{base}{path}"));
    let get = |path: &str| Ask::new(&client, "GET", &format!("{base}{path}"));
    let registration = json!({ "username": "ada", "email": "ada@example.org", "password": CANARY });
    let answer = post("/api/v1/auth/register")
        .json(&registration)
        .send()
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let registered = SignedIn::from(&answer);
    let login = post("/api/v1/auth/login")
        .form(&[("username", "ada"), ("password", CANARY)])
        .send()
        .await;
    let by_function = post("/fn/login")
        .json(&json!({ "username": "ada", "password": CANARY }))
        .send()
        .await;
    let by_page = post("/login")
        .form(&[("username", "ada"), ("password", CANARY)])
        .send()
        .await;
    let refreshed = post("/api/v1/auth/refresh")
        .refresh_cookie(&registered.refresh)
        .send()
        .await;
    assert_eq!(
        [
            login.status,
            by_function.status,
            by_page.status,
            refreshed.status
        ],
        [200, 200, 303, 200]
    );
    let newest = SignedIn::from(&refreshed);
    // Mistakes and attacks are what a log likes to tell of.
    post("/api/v1/auth/login")
        .form(&[("username", CANARY), ("password", WRONG_CANARY)])
        .send()
        .await;
    post("/api/v1/auth/login")
        .body("application/json", format!("{{\"password\":\"{CANARY}\""))
        .send()
        .await;
    post("/fn/login")
        .body(
            "application/json",
            format!("{{\"username\":7,\"password\":\"{CANARY}\"}}"),
        )
        .send()
        .await;
    post("/login")
        .form(&[
            ("username", "ada"),
            ("password", WRONG_CANARY),
            ("next", "/x"),
        ])
        .send()
        .await;
    get(&format!(
        "/login?password={}&token={}",
        CANARY.replace(' ', "+"),
        newest.access
    ))
    .send()
    .await;
    get(&format!("/nowhere?access_token={}", newest.access))
        .send()
        .await;
    get("/api/v1/user/profile")
        .bearer(&format!("{}x", newest.access))
        .send()
        .await;
    get("/api/v1/user/profile")
        .bearer(&newest.access)
        .send()
        .await;
    get("/profile").refresh_cookie(&newest.refresh).send().await;
    post("/fn/profile")
        .bearer(&newest.access)
        .json(&json!({}))
        .send()
        .await;
    post("/api/v1/auth/refresh")
        .refresh_cookie(&format!("{}x", newest.refresh))
        .send()
        .await;
    // A theft, of which the log tells.
    let again = post("/api/v1/auth/refresh")
        .refresh_cookie(&newest.refresh)
        .send()
        .await;
    post("/api/v1/auth/refresh")
        .refresh_cookie(&registered.refresh)
        .send()
        .await;
    post("/api/v1/auth/logout")
        .refresh_cookie(&SignedIn::from(&by_function).refresh)
        .send()
        .await;
    post("/api/v1/auth/logout-all")
        .bearer(&SignedIn::from(&login).access)
        .send()
        .await;
    let mut tokens = vec![by_page.refresh_cookie().unwrap().value];
    for answer in [&answer, &login, &by_function, &refreshed, &again] {
        let who = SignedIn::from(answer);
        tokens.extend([who.access, who.refresh]);
    }
    tokens
}

/// The program's log at its most talkative in one format, after a day on the database of this test, with commands run beside it.
async fn log_of_a_day(format: &'static str) {
    let database = Database::create().await;
    let (url, folder) = (database.url(), database.folder().to_path_buf());
    let environment = move || {
        [
            ("LATCHKEY_LOG_FORMAT", format.to_owned()),
            ("LATCHKEY_DATABASE_URL", url.clone()),
            ("LATCHKEY_MASTER_SECRET", CANARY_SECRET.to_owned()),
            ("LATCHKEY_PEPPER", PEPPER.to_owned()),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000".to_owned()),
            ("LATCHKEY_HASH_MEMORY_KIB", "7168".to_owned()),
            ("RUST_BACKTRACE", "full".to_owned()),
        ]
    };
    let (place, settings) = (folder.clone(), environment.clone());
    let binary = on_a_thread(move || Binary::start(&place, &borrowed(&settings()))).await;
    let tokens = live_a_day(&format!("http://{}", binary.address)).await;
    let place = folder.clone();
    let (said, ended_well, log) = on_a_thread(move || {
        let said = administrate(&place, &borrowed(&environment()));
        let (ended_well, log) = binary.stop();
        (said, ended_well, log)
    })
    .await;
    assert!(ended_well, "{log}");
    assert!(
        log.contains("DEBUG") && log.contains("/api/v1/auth/login") && log.contains("request_id"),
        "the log was not on: {log}"
    );
    assert_eq!(log.contains("{\"timestamp\":"), format == "json", "{log}");
    let plus = CANARY.replace(' ', "+");
    let percent = CANARY.replace(' ', "%20");
    let mut secrets = vec![
        CANARY,
        WRONG_CANARY,
        NEW_CANARY,
        &plus,
        &percent,
        CANARY_SECRET,
        PEPPER,
    ];
    let signatures: Vec<String> = tokens
        .iter()
        .map(|token| token.rsplit_once('.').unwrap().1.to_owned())
        .collect();
    secrets.extend(tokens.iter().chain(&signatures).map(String::as_str));
    assert_absent("what commands say", said.as_bytes(), &secrets);
    for name in ["latchkey.db", "latchkey.db-wal"] {
        if let Ok(bytes) = std::fs::read(folder.join(name)) {
            assert_absent(name, &bytes, &secrets);
        }
    }
    secrets.extend(["$argon2id$", "ada@example.org", "bob@example.org"]);
    assert_absent("the log", log.as_bytes(), &secrets);
}

fn borrowed<'text>(pairs: &'text [(&'static str, String)]) -> Vec<(&'static str, &'text str)> {
    pairs
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// Runs commands that are told a password, well and badly, and returns what they say.
fn administrate(folder: &Path, environment: &[(&str, &str)]) -> String {
    let mut said = Vec::new();
    for (arguments, code) in [
        (&["user", "add", "bob", "bob@example.org"] as &[&str], 0),
        (&["user", "add", "bob", "bob@example.org"], 5),
        (&["user", "add", "b", "nowhere"], 5),
        (&["user", "set-password", "bob"], 0),
        (&["user", "set-password", "nobody"], 4),
    ] {
        let input = format!("{NEW_CANARY}\n");
        let output = Binary::run_with_input(folder, arguments, environment, &input);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        said.extend([output.stdout, output.stderr].concat());
    }
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn neither_the_log_at_its_most_talkative_nor_the_database_holds_a_secret() {
    log_of_a_day("json").await;
}

#[tokio::test]
async fn nor_does_the_log_for_a_person() {
    log_of_a_day("human").await;
}

#[tokio::test]
async fn the_private_keys_are_in_the_database_sealed_alone() {
    let app = TestApp::start().await;
    app.register("ada").await;
    if !app.database.is_embedded() {
        return;
    }
    let bytes = app.database.bytes_on_disk();
    let seeds = app.drawn_seeds();
    let public = app.database.public_key("access").await;
    assert!(
        bytes.windows(32).any(|window| window == public),
        "the search finds what is there"
    );
    assert!(seeds.len() >= 2);
    for seed in seeds {
        assert!(
            !bytes.windows(32).any(|window| window == seed),
            "a key's seed stands in the database as it is"
        );
    }
}

#[tokio::test]
async fn a_password_is_kept_as_argon2id_alone() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let hash = app
        .database
        .texts("SELECT password_hash FROM users")
        .await
        .remove(0);
    assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
    if app.database.is_embedded() {
        assert_absent("the database", &app.database.bytes_on_disk(), &[PASSWORD]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_of_the_embedded_database_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let binary = on_a_thread(move || Binary::start(&path, &[])).await;
    let data = folder.path().join("data");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files: Vec<_> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    on_a_thread(move || binary.stop()).await;
}
