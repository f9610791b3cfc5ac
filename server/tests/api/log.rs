//! The log of the program: which lines a request leaves, what they are found by, and what they can't be made to be.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{
    Answer, Ask, Binary, MASTER_SECRET, SignedIn, TestApp, ask_client, exchange, on_a_thread,
    registration,
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A program with a log of this kind, in a folder of its own.
struct Logging {
    // Before the folder, so that its log is still there when it is dropped.
    binary: Binary,
    folder: tempfile::TempDir,
    client: reqwest::Client,
}

impl Logging {
    async fn start(format: &'static str, filter: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_path_buf();
        let binary = on_a_thread(move || {
            let environment = [
                ("LATCHKEY_LOG", filter),
                ("LATCHKEY_LOG_FORMAT", format),
                ("LATCHKEY_DATABASE_URL", "sqlite:latchkey.db"),
                ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
                ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
                ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
            ];
            Binary::start(&path, &environment)
        })
        .await;
        Self {
            folder,
            binary,
            client: ask_client(),
        }
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        let address = self.binary.address;
        Ask::new(&self.client, method, &format!("http://{address}{path}"))
    }

    /// Stops it and gives its log, without the line that says where it is, which is on standard output.
    async fn lines(self) -> Vec<String> {
        let Self { folder, binary, .. } = self;
        let (ended_well, log) = on_a_thread(move || binary.stop()).await;
        drop(folder);
        assert!(ended_well, "{log}");
        log.lines()
            .filter(|line| !line.starts_with("Latchkey is ready"))
            .map(str::to_owned)
            .collect()
    }
}

fn objects(lines: &[String]) -> Vec<Value> {
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The one line with these words.
fn line<'line>(lines: &'line [Value], words: &str, path: Option<&str>) -> &'line Value {
    let mut found = lines.iter().filter(|line| {
        line["message"]
            .as_str()
            .is_some_and(|said| said.contains(words))
            && path.is_none_or(|path| line["path"] == path)
    });
    let first = found.next().unwrap_or_else(|| panic!("{words}: {lines:?}"));
    assert!(found.next().is_none(), "{words}: {lines:?}");
    first
}

fn request_id(answer: &Answer) -> String {
    answer
        .header("x-request-id")
        .unwrap_or_else(|| panic!("no id: {answer:?}"))
        .to_owned()
}

#[tokio::test]
async fn each_line_of_a_request_has_its_id_and_that_of_its_trace() {
    // A filter that leaves most out must not leave the ids out.
    let program = Logging::start("json", "auth=warn,server::middleware::log=debug").await;
    let registered = program
        .ask("POST", "/api/v1/auth/register")
        .json(&registration("ada"))
        .send()
        .await;
    let first = SignedIn::from(&registered);
    let mut newest = first.clone();
    for _ in 0..2 {
        let refreshed = program
            .ask("POST", "/api/v1/auth/refresh")
            .refresh_cookie(&newest.refresh)
            .send()
            .await;
        newest = SignedIn::from(&refreshed);
    }
    let theft = program
        .ask("POST", "/api/v1/auth/refresh")
        .refresh_cookie(&first.refresh)
        .header("x-request-id", "check-42_B")
        .header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"))
        .send()
        .await;
    assert_eq!(theft.status, 401, "{theft:?}");
    assert_eq!(request_id(&theft), "check-42_B");
    let lines = objects(&program.lines().await);
    // It is written by a task of its own.
    let told = line(&lines, "an old refresh token came back", None);
    let of_the_request: Vec<_> = lines
        .iter()
        .filter(|line| line["spans"][0]["request_id"] == "check-42_B")
        .collect();
    assert_eq!(of_the_request.len(), 2, "{of_the_request:?}");
    assert!(of_the_request.contains(&told));
    for line in of_the_request {
        assert_eq!(line["spans"][0]["trace_id"], TRACE, "{line}");
        assert_eq!(line["spans"][0]["name"], "request", "{line}");
    }
    let registering = line(
        &lines,
        "A request was answered",
        Some("/api/v1/auth/register"),
    );
    assert_eq!(
        registering["spans"][0]["request_id"],
        request_id(&registered)
    );
    assert_eq!(
        (&registering["method"], &registering["status"]),
        (&json!("POST"), &json!(201))
    );
    assert!(registering["milliseconds"].is_u64(), "{registering}");
    let trace = registering["spans"][0]["trace_id"].as_str().unwrap();
    assert!(trace.len() == 32 && trace != TRACE, "{registering}");
}

#[tokio::test]
async fn every_answer_has_an_id_and_what_is_no_id_is_not_given_back() {
    let app = TestApp::start().await;
    let mut ids = HashSet::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("GET", "/api/v1/user/profile"),
        ("POST", "/fn/profile"),
        ("DELETE", "/health/live"),
        ("GET", "/favicon.ico"),
    ] {
        ids.insert(request_id(&app.ask(method, path).send().await));
    }
    let too_long = "a".repeat(65);
    for no_id in ["", "a b", "a=b", "<script>", "\u{9b}2J", too_long.as_str()] {
        let answer = app
            .get("/health/live")
            .header("x-request-id", no_id)
            .send()
            .await;
        ids.insert(request_id(&answer));
    }
    assert_eq!(ids.len(), 12, "each has one of its own: {ids:?}");
    for id in ids {
        assert!(
            id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}"
        );
    }
}

/// Sends what would forge lines and steer a terminal, wherever a client may write.
async fn forge_lines(program: &Logging) {
    const HARMFUL: &str = "ada\r\n2027-01-15T08:00:00Z ERROR forged\u{1b}[31m\u{9b}2J\u{202e}";
    for path in [
        "/%0d%0aERROR%20forged%1b[31m",
        "/\u{9b}2J",
        "/login?next=%0aERROR",
    ] {
        let address = program.binary.address;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: \u{9b}2J\r\nX-Request-Id: \u{9b}2J\r\ntraceparent: \u{9b}\r\nConnection: close\r\n\r\n"
        );
        exchange(address, request.into_bytes()).await;
    }
    for path in ["/api/v1/auth/login", "/login"] {
        program
            .ask("POST", path)
            .form(&[("username", HARMFUL), ("password", HARMFUL)])
            .header("user-agent", "\u{9b}2J\u{202e}")
            .send()
            .await;
    }
    program
        .ask("POST", "/api/v1/auth/register")
        .json(&json!({ "username": HARMFUL, "email": format!("{HARMFUL}@example.org"), "password": HARMFUL, HARMFUL: 1 }))
        .send()
        .await;
}

fn assert_harmless(line: &str) {
    let harmful =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}');
    assert!(!line.contains(harmful), "{line:?}");
}

#[tokio::test]
async fn no_client_forges_a_line_of_json() {
    let program = Logging::start("json", "trace").await;
    forge_lines(&program).await;
    let lines = program.lines().await;
    for line in &lines {
        assert_harmless(line);
    }
    for line in objects(&lines) {
        for member in ["timestamp", "level", "target"] {
            assert!(line[member].is_string(), "{member}: {line}");
        }
        // sqlx sums up a statement, and has no message for it.
        assert!(
            line["message"].is_string() || line["summary"].is_string(),
            "{line}"
        );
    }
}

#[tokio::test]
async fn no_client_forges_a_line_for_a_person() {
    let program = Logging::start("human", "trace").await;
    forge_lines(&program).await;
    let answered = program.ask("GET", "/health/live").send().await;
    let id = request_id(&answered);
    let lines = program.lines().await;
    for line in &lines {
        assert_harmless(line);
        let mut words = line.split_whitespace();
        let time = words.next().unwrap();
        assert!(time.contains('T') && time.ends_with('Z'), "{line}");
        assert!(
            ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&words.next().unwrap()),
            "{line}"
        );
        assert!(!time.starts_with("2027-01-15"), "{line}");
    }
    let ids = format!("request{{request_id={id} ");
    assert!(
        lines
            .iter()
            .any(|line| line.contains(&ids) && line.contains("path=\"/health/live\"")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn where_no_person_reads_the_log_is_json() {
    let program = Logging::start("auto", "info").await;
    let lines = program.lines().await;
    let stopping = objects(&lines);
    line(&stopping, "Stopping", None);
}
