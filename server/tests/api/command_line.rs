//! The command line, beside a server that runs: what its operator does, and how the server obeys.

mod audit;
mod backups;
mod check;
mod copies;
mod keys;
mod sessions;
mod users;

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{
    Ask, Binary, Database, MASTER_SECRET, PASSWORD, SignedIn, Visited, ask_client, borrowed,
    eventually, on_a_thread,
};

/// A program that serves, and the settings that commands share with it.
struct Live {
    // Before the database, so that its log is still there when it is dropped.
    server: Option<Binary>,
    database: Database,
    environment: Vec<(String, String)>,
    client: reqwest::Client,
}

/// What a command said, and how it ended.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    #[track_caller]
    fn ended(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    #[track_caller]
    fn says(&self, words: &str) -> &Self {
        let all = format!("{}{}", self.out, self.err);
        assert!(all.contains(words), "{words:?} is not in {self:?}");
        self
    }
}

impl Live {
    /// A database, and no server yet.
    async fn at_rest() -> Self {
        let database = Database::create().await;
        let environment = [
            ("LATCHKEY_DATABASE_URL", database.url().as_str()),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
            ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
            ("LATCHKEY_HASH_ITERATIONS", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        Self {
            database,
            environment,
            server: None,
            client: ask_client(),
        }
    }

    async fn start() -> Self {
        let mut live = Self::at_rest().await;
        live.serve().await;
        live
    }

    async fn serve(&mut self) {
        let (folder, environment) = (self.folder(), self.environment.clone());
        let server = on_a_thread(move || Binary::start(&folder, &borrowed(&environment))).await;
        self.server = Some(server);
    }

    /// Ends the server as a service manager does.
    async fn stop(&mut self) {
        let server = self.server.take().unwrap();
        let (well, log) = on_a_thread(|| server.stop()).await;
        assert!(well, "{log}");
    }

    /// Works on another database from now on.
    fn move_to(&mut self, database: Database) {
        self.set("LATCHKEY_DATABASE_URL", &database.url());
        self.database = database;
    }

    /// Changes a setting, for commands and for servers that are still to be started.
    fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn folder(&self) -> PathBuf {
        self.database.folder().to_path_buf()
    }

    async fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "").await
    }

    async fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let (folder, environment) = (self.folder(), self.environment.clone());
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        let input = input.to_owned();
        let output = on_a_thread(move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            Binary::run_with_input(&folder, &arguments, &borrowed(&environment), &input)
        })
        .await;
        Said {
            code: output
                .status
                .code()
                .unwrap_or_else(|| panic!("it was ended by a signal: {output:?}")),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Waits until the server refuses the access token.
    async fn refuses(&self, who: &SignedIn) {
        eventually("the access token is refused", async || {
            self.profile(who).await.status == 401
        })
        .await;
    }

    /// Waits until neither token opens anything.
    async fn is_dead(&self, who: &SignedIn) {
        self.refuses(who).await;
        assert_eq!(self.try_refresh(who).await.status, 401);
    }
}

impl Visited for Live {
    fn ask(&self, method: &str, path: &str) -> Ask {
        let address = self.server.as_ref().unwrap().address;
        Ask::new(&self.client, method, &format!("http://{address}{path}"))
    }
}

#[tokio::test]
async fn a_command_that_is_written_wrong_is_told_how() {
    let live = Live::at_rest().await;
    live.run(&["serf"]).await.ended(2).says("serve");
    live.run(&["user", "add"]).await.ended(2).says("USERNAME");
    live.run(&["session", "revoke"])
        .await
        .ended(2)
        .says("--all");
    live.run(&["--help"]).await.ended(0).says("Exit codes");
    live.run(&["key", "retire", "--help"])
        .await
        .ended(0)
        .says("within a second");
    live.run(&["completions", "bash"])
        .await
        .ended(0)
        .says("latchkey");
}

#[tokio::test]
async fn wrong_settings_end_any_command_with_a_code_of_their_own() {
    let mut live = Live::at_rest().await;
    live.set("LATCHKEY_REQUEST_SECONDS", "soon");
    for command in [["user", "list"], ["key", "list"], ["config", "show"]] {
        live.run(&command)
            .await
            .ended(3)
            .says("LATCHKEY_REQUEST_SECONDS");
    }
    live.run(&["check"])
        .await
        .ended(5)
        .says("LATCHKEY_REQUEST_SECONDS");
}

#[tokio::test]
async fn the_settings_are_shown_with_where_they_come_from_and_without_secrets() {
    let mut live = Live::at_rest().await;
    live.set("LATCHKEY_PEPPER", "canary-9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
    std::fs::write(
        live.folder().join("latchkey.toml"),
        "request_seconds = 12\n",
    )
    .unwrap();
    let shown = live.run(&["config", "show", "--json"]).await.json();
    let setting = |name: &str| {
        let all = shown.as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    assert_eq!(setting("request_seconds")["value"], "12");
    assert_eq!(setting("request_seconds")["from"], "file");
    assert_eq!(setting("hash_iterations")["from"], "environment");
    assert_eq!(setting("hash_queue")["from"], "default");
    assert_eq!(setting("pepper")["value"], Value::Null);
    let for_a_person = live.run(&["config", "show"]).await;
    for text in [shown.to_string(), for_a_person.out] {
        assert!(
            !text.contains("canary") && !text.contains(MASTER_SECRET),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_empty_database_is_brought_up_to_date_once() {
    let live = Live::at_rest().await;
    live.run(&["user", "list"])
        .await
        .ended(5)
        .says("latchkey migrate");
    live.run(&["migrate"])
        .await
        .ended(0)
        .says("migrations were made");
    live.run(&["migrate"])
        .await
        .ended(0)
        .says("up to date already");
    live.run(&["user", "list"])
        .await
        .ended(0)
        .says("There are no users");
}

#[tokio::test]
async fn a_database_that_a_newer_program_has_migrated_is_left_alone() {
    let mut live = Live::at_rest().await;
    live.set("LATCHKEY_LISTEN", "127.0.0.1:0");
    live.run(&["migrate"]).await.ended(0);
    live.database
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    for command in [&["serve"][..], &["migrate"], &["user", "list"], &["check"]] {
        let said = live.run(command).await;
        assert!(matches!(said.code, 1 | 5), "{said:?}");
        said.says("newer Latchkey").says("9999");
    }
}

#[tokio::test]
async fn a_database_that_is_damaged_is_not_told_as_a_wrong_master_secret() {
    let live = Live::at_rest().await;
    live.run(&["migrate"]).await.ended(0);
    live.database.execute("DROP TABLE signing_keys").await;
    let said = live.run(&["user", "list"]).await;
    said.ended(1).says("signing_keys");
    assert!(!said.err.contains("master secret"), "{said:?}");
}

#[tokio::test]
async fn a_wrong_master_secret_is_told_once() {
    let mut live = Live::start().await;
    live.set("LATCHKEY_MASTER_SECRET", "Zp3vQ8nB1xK6tR0wY5cH2mD9fL4sG7jA");
    let said = live.run(&["user", "list"]).await;
    said.ended(1).says("key start-anew");
    assert_eq!(
        said.err.matches("could not be opened").count(),
        1,
        "{said:?}"
    );
}

#[tokio::test]
async fn the_description_of_the_api_is_printed_as_it_is_served() {
    let live = Live::start().await;
    let printed = live.run(&["openapi"]).await.json();
    let served = live.ask("GET", "/api/v1/openapi.json").send().await.json();
    assert_eq!(printed, served);
}
