//! What Prometheus is told: each number moves by what was done and by nothing else, and none of them tells of anybody.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Value, json};

use crate::breached_passwords::{RangeDouble, STOLEN, Says, sha1};
use crate::support::{
    Answer, Ask, Binary, Database, MASTER_SECRET, PASSWORD, SignedIn, WRONG_PASSWORD, ask_client,
    claims_of, eventually, on_a_thread, registration,
};

/// A name that no number and no text of ours contains.
const USERNAME: &str = "quixotilda";

/// A program that is measured, as it is started by hand.
struct Measured {
    program: Binary,
    database: Database,
    client: reqwest::Client,
    metrics: String,
}

impl Measured {
    async fn start(own: &[(&'static str, &'static str)]) -> Self {
        let database = Database::create().await;
        let (folder, url) = (database.folder().to_path_buf(), database.url());
        let own = own.to_vec();
        let program = on_a_thread(move || {
            let mut environment = vec![
                ("LATCHKEY_DATABASE_URL", url.as_str()),
                ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
                ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
                ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
                ("LATCHKEY_METRICS_LISTEN", "127.0.0.1:0"),
            ];
            environment.extend(own);
            Binary::start(&folder, &environment)
        })
        .await;
        let log = program.log();
        let metrics = log
            .lines()
            .find_map(|line| line.strip_prefix("Metrics are at "))
            .unwrap_or_else(|| panic!("it does not say where: {log}"))
            .to_owned();
        Self {
            program,
            database,
            client: ask_client(),
            metrics,
        }
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        let url = format!("http://{}{path}", self.program.address);
        Ask::new(&self.client, method, &url)
    }

    async fn register(&self) -> SignedIn {
        let sent = self.ask("POST", "/api/v1/auth/register");
        SignedIn::from(&sent.json(&registration(USERNAME)).send().await)
    }

    async fn login(&self, username: &str, password: &str) -> Answer {
        self.ask("POST", "/api/v1/auth/login")
            .json(&json!({ "username": username, "password": password }))
            .send()
            .await
    }

    async fn refresh(&self, token: &str) -> Answer {
        self.ask("POST", "/api/v1/auth/refresh")
            .refresh_cookie(token)
            .send()
            .await
    }

    async fn profile(&self, token: &str) -> u16 {
        let sent = self.ask("GET", "/api/v1/user/profile").bearer(token);
        sent.send().await.status
    }

    async fn scrape(&self) -> Scrape {
        let answer = Ask::new(&self.client, "GET", &self.metrics).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; version=0.0.4; charset=utf-8")
        );
        Scrape::of(&answer.text())
    }
}

/// What Prometheus reads.
struct Scrape {
    text: String,
    /// Each number by its name and labels, as they are written.
    samples: BTreeMap<String, String>,
    /// What `# TYPE` says of each name, and which names `# HELP` speaks of.
    types: BTreeMap<String, String>,
    helped: BTreeSet<String>,
}

impl Scrape {
    fn of(text: &str) -> Self {
        let mut scrape = Self {
            text: text.to_owned(),
            samples: BTreeMap::new(),
            types: BTreeMap::new(),
            helped: BTreeSet::new(),
        };
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(said) = line.strip_prefix("# TYPE ") {
                let (name, kind) = said.split_once(' ').unwrap();
                scrape.types.insert(name.to_owned(), kind.to_owned());
            } else if let Some(said) = line.strip_prefix("# HELP ") {
                let (name, help) = said.split_once(' ').unwrap();
                assert!(help.ends_with('.'), "{line}");
                scrape.helped.insert(name.to_owned());
            } else {
                let (series, number) = line.rsplit_once(' ').unwrap();
                let before = scrape.samples.insert(series.to_owned(), number.to_owned());
                assert_eq!(before, None, "{series} came twice");
            }
        }
        scrape
    }

    /// A number, 0 where its series has not begun.
    fn number(&self, series: &str) -> f64 {
        let number = self.samples.get(series);
        number.map_or(0.0, |number| number.parse().unwrap())
    }

    /// A number of things.
    fn count(&self, series: &str) -> u64 {
        let number = self.samples.get(series);
        number.map_or(0, |number| number.parse().unwrap())
    }

    /// The names of all series, without their labels.
    fn names(&self) -> BTreeSet<&str> {
        self.samples.keys().map(|series| name_of(series)).collect()
    }

    /// The name under which a series is described: a histogram has three for its one.
    fn family<'name>(&self, name: &'name str) -> &'name str {
        ["_bucket", "_sum", "_count"]
            .iter()
            .filter_map(|suffix| name.strip_suffix(*suffix))
            .find(|family| {
                self.types
                    .get(*family)
                    .is_some_and(|kind| kind == "histogram")
            })
            .unwrap_or(name)
    }
}

fn name_of(series: &str) -> &str {
    series.split('{').next().unwrap_or_default()
}

/// Which counters moved between two scrapes, and by how much; those of requests, times, the database and letters apart, which move
/// by themselves.
fn moved(before: &Scrape, after: &Scrape) -> BTreeMap<String, u64> {
    let by_themselves = [
        "latchkey_http_",
        "latchkey_store_",
        "latchkey_letters_",
        "process_",
    ];
    after
        .samples
        .keys()
        .filter(|series| name_of(series).ends_with("_total"))
        .filter(|series| !by_themselves.iter().any(|name| series.starts_with(*name)))
        .map(|series| (series.clone(), after.count(series) - before.count(series)))
        .filter(|(_, by)| *by > 0)
        .collect()
}

/// What the test below does, in numbers.
fn expected() -> BTreeMap<String, u64> {
    let expected = [
        ("latchkey_sign_ups_total{outcome=\"succeeded\"}", 1),
        ("latchkey_sign_ins_total{outcome=\"succeeded\"}", 2),
        ("latchkey_sign_ins_total{outcome=\"wrong_password\"}", 1),
        ("latchkey_sign_ins_total{outcome=\"unknown_user\"}", 1),
        ("latchkey_sign_ins_total{outcome=\"invalid\"}", 1),
        ("latchkey_refreshes_total{outcome=\"rotated\"}", 2),
        ("latchkey_refreshes_total{outcome=\"grace\"}", 1),
        ("latchkey_refreshes_total{outcome=\"reuse\"}", 1),
        ("latchkey_refreshes_total{outcome=\"ended\"}", 1),
        ("latchkey_refreshes_total{outcome=\"invalid\"}", 1),
        // The profile, and signing out everywhere.
        (
            "latchkey_access_token_verifications_total{outcome=\"good\"}",
            2,
        ),
        (
            "latchkey_access_token_verifications_total{outcome=\"revoked\"}",
            2,
        ),
        (
            "latchkey_access_token_verifications_total{outcome=\"invalid\"}",
            1,
        ),
        ("latchkey_sign_outs_total{scope=\"session\"}", 1),
        ("latchkey_sign_outs_total{scope=\"everywhere\"}", 1),
        ("latchkey_cross_site_refusals_total", 1),
    ];
    expected.map(|(series, by)| (series.to_owned(), by)).into()
}

#[tokio::test]
async fn each_counter_moves_by_what_was_done_and_by_nothing_else() {
    let app = Measured::start(&[]).await;
    let before = app.scrape().await;
    let ada = app.register().await;
    let other = SignedIn::from(&app.login(USERNAME, PASSWORD).await);
    let third = SignedIn::from(&app.login(USERNAME, PASSWORD).await);
    assert_eq!(app.login(USERNAME, WRONG_PASSWORD).await.status, 401);
    assert_eq!(app.login("nobodyatall", PASSWORD).await.status, 401);
    assert_eq!(app.login("", PASSWORD).await.status, 422);
    // The answer is lost, and asked for again.
    let newer = SignedIn::from(&app.refresh(&ada.refresh).await);
    let again = SignedIn::from(&app.refresh(&ada.refresh).await);
    assert_eq!(
        claims_of(&again.access)["gen"],
        claims_of(&newer.access)["gen"]
    );
    assert_eq!(app.profile(&newer.access).await, 200);
    let newest = SignedIn::from(&app.refresh(&newer.refresh).await);
    // A copy that is two behind.
    assert_eq!(app.refresh(&ada.refresh).await.status, 401);
    assert_eq!(app.refresh(&newest.refresh).await.status, 401);
    assert_eq!(app.profile(&newest.access).await, 401);
    assert_eq!(app.refresh("no.such.token").await.status, 401);
    assert_eq!(app.profile("no.such.token").await, 401);
    let signed_out = app
        .ask("POST", "/api/v1/auth/logout")
        .refresh_cookie(&other.refresh)
        .send()
        .await;
    assert_eq!(signed_out.status, 204);
    assert_eq!(app.profile(&other.access).await, 401);
    let everywhere = app
        .ask("POST", "/api/v1/auth/logout-all")
        .bearer(&third.access)
        .send()
        .await;
    assert_eq!(everywhere.status, 204, "{everywhere:?}");
    let forged = app
        .ask("POST", "/api/v1/auth/logout")
        .header("sec-fetch-site", "cross-site")
        .send()
        .await;
    assert_eq!(forged.status, 403);
    let after = app.scrape().await;
    assert_eq!(moved(&before, &after), expected());
    let logins = |status: u16| {
        let status = format!("status=\"{status}\"");
        let labels = [
            "route=\"/api/v1/auth/login\"",
            "method=\"POST\"",
            status.as_str(),
        ];
        let mut of_requests = after
            .samples
            .keys()
            .filter(|series| name_of(series) == "latchkey_http_requests_total");
        of_requests
            .find(|series| labels.iter().all(|label| series.contains(*label)))
            .map_or(0, |series| after.count(series))
    };
    assert_eq!([200, 401, 422].map(logins), [2, 2, 1]);
    // A hash for the sign-up, and for each sign-in that was not empty.
    assert_eq!(after.count("latchkey_password_hash_seconds_count"), 5);
    assert_eq!(after.count("latchkey_password_hash_wait_seconds_count"), 5);
    // Each request has ended.
    assert_eq!(after.count("latchkey_http_requests_in_flight"), 0);
    // The session that was stolen and the one that was left; the user, by signing out everywhere.
    assert!(after.count("latchkey_revocation_set_entries{kind=\"session\"}") >= 2);
    assert_eq!(
        after.count("latchkey_revocation_set_entries{kind=\"user\"}"),
        1
    );
    assert!(after.number("latchkey_revocation_lag_seconds") < 5.0);
}

#[tokio::test]
async fn a_number_tells_of_nobody_and_says_what_it_means() {
    let app = Measured::start(&[]).await;
    let ada = app.register().await;
    app.refresh(&ada.refresh).await;
    app.profile(&ada.access).await;
    let secret = "/profile/6f1d0c2b/Xq7bT2?token=Zp4kW9";
    assert_eq!(app.ask("GET", secret).send().await.status, 404);
    app.ask("BREW", "/api/v1/auth/login").send().await;
    let scrape = app.scrape().await;
    let claims = claims_of(&ada.access);
    let mut words: Vec<String> = ["sub", "sid", "jti"]
        .iter()
        .map(|claim| claims[claim].as_str().unwrap().to_owned())
        .collect();
    let fixed = [
        USERNAME,
        "example.org",
        PASSWORD,
        MASTER_SECRET,
        "127.0.0.1",
        "6f1d0c2b",
        "Zp4kW9",
        "BREW",
        ada.access.as_str(),
        ada.refresh.as_str(),
    ];
    words.extend(fixed.map(str::to_owned));
    words.extend(
        app.database
            .texts("SELECT id FROM signing_keys ORDER BY id")
            .await,
    );
    for word in &words {
        assert!(!scrape.text.contains(word.as_str()), "{word} is there");
    }
    for name in scrape.names() {
        let family = scrape.family(name);
        assert!(scrape.types.contains_key(family), "{name} has no type");
        assert!(scrape.helped.contains(family), "{name} has no help");
        let is_counter = scrape.types[family] == "counter";
        assert_eq!(is_counter, family.ends_with("_total"), "{family}");
    }
    let not_found = scrape
        .samples
        .keys()
        .any(|series| series.contains("route=\"unmatched\"") && series.contains("status=\"404\""));
    assert!(not_found);
    assert!(scrape.text.contains("method=\"other\""));
}

#[tokio::test]
async fn nothing_of_it_is_at_the_public_address_and_nothing_else_at_its_own() {
    let app = Measured::start(&[]).await;
    assert_eq!(app.ask("GET", "/metrics").send().await.status, 404);
    let own = app.metrics.strip_suffix("/metrics").unwrap();
    assert_ne!(own, format!("http://{}", app.program.address));
    for path in ["/", "/health/ready", "/api/v1/user/profile", "/login"] {
        let answer = Ask::new(&app.client, "GET", &format!("{own}{path}"))
            .send()
            .await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let posted = Ask::new(&app.client, "POST", &app.metrics).send().await;
    assert_eq!(posted.status, 405);
    let (metrics, program) = (app.metrics.clone(), app.program);
    let (ended_well, log) = on_a_thread(move || program.stop()).await;
    assert!(ended_well, "{log}");
    assert!(app.client.get(metrics).send().await.is_err());
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_and_nothing_starts() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let output = on_a_thread(move || {
        let environment = [
            ("LATCHKEY_LISTEN", "127.0.0.1:0"),
            ("LATCHKEY_METRICS_LISTEN", address.as_str()),
        ];
        Binary::run(&path, &[], &environment)
    })
    .await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("LATCHKEY_METRICS_LISTEN"), "{said}");
}

#[tokio::test]
async fn what_is_refused_and_what_fails_is_counted() {
    let app = Measured::start(&[
        ("LATCHKEY_CREDENTIAL_RATE_BURST", "1"),
        ("LATCHKEY_CREDENTIAL_RATE_PER_SECOND", "1"),
    ])
    .await;
    let ada = app.register().await;
    let mut refused = 0;
    for _ in 0..10 {
        refused += u64::from(app.login(USERNAME, PASSWORD).await.status == 429);
    }
    assert!(refused > 0, "the budget was never used up");
    assert_eq!(
        app.scrape()
            .await
            .count("latchkey_rate_limit_refusals_total{budget=\"credentials\"}"),
        refused
    );
    app.database
        .execute("ALTER TABLE sessions RENAME TO elsewhere")
        .await;
    assert_eq!(app.refresh(&ada.refresh).await.status, 503);
    eventually("the poll has failed, and is behind", async || {
        let scrape = app.scrape().await;
        scrape.number("latchkey_revocation_polls_failed_total") > 0.0
            && scrape.number("latchkey_revocation_lag_seconds") > 1.0
    })
    .await;
    let scrape = app.scrape().await;
    assert!(scrape.number("latchkey_store_errors_total{kind=\"refused\"}") > 0.0);
    assert_eq!(
        scrape.count("latchkey_refreshes_total{outcome=\"failed\"}"),
        1
    );
}

#[tokio::test]
async fn breached_passwords_are_counted_by_what_was_found() {
    let double = RangeDouble::new(Says::Range);
    let address: &'static str = double.listen().await.leak();
    let app = Measured::start(&[
        ("LATCHKEY_BREACHED_PASSWORD_CHECK", "have-i-been-pwned"),
        ("LATCHKEY_BREACHED_PASSWORD_URL", address),
    ])
    .await;
    let register = async |password: &str| {
        let body = json!({ "username": USERNAME, "email": format!("{USERNAME}@example.org"), "password": password });
        let sent = app.ask("POST", "/api/v1/auth/register").json(&body);
        sent.send().await.status
    };
    assert_eq!(register(STOLEN).await, 422);
    assert_eq!(register(PASSWORD).await, 201);
    double.say(Says::Status(503));
    let body =
        json!({ "username": "somebody", "email": "somebody@example.org", "password": STOLEN });
    let sent = app.ask("POST", "/api/v1/auth/register").json(&body);
    assert_eq!(sent.send().await.status, 201);
    let scrape = app.scrape().await;
    for outcome in ["clean", "breached", "failed"] {
        let series = format!("latchkey_breached_password_checks_total{{outcome=\"{outcome}\"}}");
        assert_eq!(scrape.count(&series), 1, "{outcome}");
    }
    let log = app.program.log();
    assert!(
        log.contains("known from a breach") && log.contains("status 503"),
        "{log}"
    );
    for password in [STOLEN, PASSWORD] {
        let asked = format!("range/{}", &sha1(password)[..5]);
        assert!(!log.contains(&asked), "{log}");
    }
}

/// A file of the checkout.
fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of ours in a text.
fn names_in(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .filter(|word| word.starts_with("latchkey_") || word.starts_with("process_"))
        .collect()
}

/// The queries of a dashboard, wherever in it they stand.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(query) if name == "expr" || name == "query" => {
                        found.push(query.clone());
                    }
                    member => queries(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| queries(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn what_the_dashboard_and_the_alerts_ask_for_is_there() {
    let app = Measured::start(&[]).await;
    app.register().await;
    let scrape = app.scrape().await;
    let there = scrape.names();
    let dashboard: Value = serde_json::from_str(&file("deploy/grafana/latchkey.json")).unwrap();
    let mut asked = Vec::new();
    queries(&dashboard, &mut asked);
    assert!(asked.len() > 20, "{asked:?}");
    let alerts = file("deploy/prometheus/alerts.yml");
    asked.push(alerts.clone());
    for query in &asked {
        for name in names_in(query) {
            assert!(there.contains(name), "{name}, in {query}");
        }
    }
    let named: BTreeSet<&str> = asked.iter().flat_map(|query| names_in(query)).collect();
    let unseen: Vec<&&str> = there
        .iter()
        .filter(|name| !named.contains(**name))
        .filter(|name| !name.ends_with("_sum") && !name.ends_with("_count"))
        .collect();
    assert!(unseen.is_empty(), "nobody looks at {unseen:?}");
    let runbook = file("docs/operations.md");
    let rules: Vec<&str> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(rules.len() >= 10, "{rules:?}");
    for rule in rules {
        assert!(
            runbook.contains(&format!("\n### {rule}\n")),
            "the runbook has no {rule}"
        );
        let anchor = format!("docs/operations.md#{}", rule.to_lowercase());
        assert!(alerts.contains(&anchor), "{rule} does not lead there");
    }
}
