//! What may stand in no log: the secrets that tests use, and whatever looks like one. The log of every server that a test starts is searched for
//! it, at its most talkative: that of a program when it is stopped, that of the servers in this process as it is written.

use std::{
    io,
    sync::{Mutex, Once},
};

use server::settings::table::{ALL, Secrecy};
use tracing_subscriber::{
    filter::LevelFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use super::{MASTER_SECRET, PASSWORD, WRONG_PASSWORD};

/// What tests have for secrets, beside those of one test, and what is personal: every address of theirs ends so.
const SECRETS: [&str; 5] = [
    PASSWORD,
    WRONG_PASSWORD,
    MASTER_SECRET,
    "$argon2id$",
    "@example.org",
];

/// Asserts that a text holds no secret that tests share, nothing that looks like a token, and none of `own`.
pub(crate) fn assert_tells_no_secret(place: &str, text: &str, own: &[String]) {
    if let Some(secret) = secret_in(text, own) {
        panic!("{secret:?} stands in {place}:\n{text}");
    }
}

/// The secrets among settings: what may not be shown, and of an address of a database its password.
pub(crate) fn secrets_of(environment: &[(&str, &str)]) -> Vec<String> {
    let is_secret = |name: &str| {
        ALL.iter()
            .any(|setting| setting.secrecy == Secrecy::Secret && setting.variable() == name)
    };
    environment
        .iter()
        .filter(|(name, _)| is_secret(name))
        .filter_map(|(_, value)| match url::Url::parse(value) {
            Ok(url) => url.password().map(str::to_owned),
            Err(_) => Some((*value).to_owned()),
        })
        // What is shorter could be there by chance.
        .filter(|secret| secret.len() >= 8)
        .collect()
}

fn secret_in(text: &str, own: &[String]) -> Option<String> {
    let known = own.iter().map(String::as_str).chain(SECRETS);
    let mut forms = known.flat_map(|secret| {
        [
            secret.to_owned(),
            secret.replace(' ', "+"),
            secret.replace(' ', "%20"),
        ]
    });
    forms
        .find(|secret| text.contains(secret.as_str()))
        .or_else(|| token_in(text))
}

/// What looks like a JWT: two objects in base64url with a dot between.
fn token_in(text: &str) -> Option<String> {
    let of_base64url =
        |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    text.match_indices("eyJ")
        .map(|(at, _)| &text[at..])
        .find(|rest| rest.trim_start_matches(of_base64url).starts_with(".eyJ"))
        .map(|rest| rest.chars().take(80).collect())
}

/// Watches over the log of the servers in this process. Dropped, it fails if a secret was written there meanwhile, by whichever test's server.
pub(crate) struct WatchedLog;

/// The first secret that was seen.
static SEEN: Mutex<Option<String>> = Mutex::new(None);

impl WatchedLog {
    pub(crate) fn begin() -> Self {
        static BEGUN: Once = Once::new();
        BEGUN.call_once(|| {
            let lines = fmt::layer().with_ansi(false).with_writer(|| Watcher);
            tracing_subscriber::registry()
                .with(LevelFilter::TRACE)
                .with(lines)
                .init();
        });
        Self
    }
}

impl Drop for WatchedLog {
    fn drop(&mut self) {
        // A test that has failed has said what is the matter.
        if !std::thread::panicking() {
            let seen = SEEN.lock().unwrap().clone();
            assert_eq!(seen, None, "a secret stands in the log");
        }
    }
}

/// Searches each line, and keeps none.
struct Watcher;

impl io::Write for Watcher {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if secret_in(&text, &[]).is_some() {
            // To panic here would end a request with a 500, and no test.
            SEEN.lock().unwrap().get_or_insert(text.into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_secret_is_found_in_a_log() {
    let own = ["a secret of one test".to_owned()];
    for told in [
        format!("the password is {PASSWORD}"),
        format!("path=\"/login?password={}\"", PASSWORD.replace(' ', "+")),
        format!("{MASTER_SECRET}\n"),
        "a secret of one test".to_owned(),
        "unique: ada@example.org".to_owned(),
        "Cookie: __Host-refresh_token=eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3In0.c2ln".to_owned(),
    ] {
        assert!(secret_in(&told, &own).is_some(), "{told}");
    }
    let harmless =
        "2027-01-15T08:00:00Z DEBUG server: A request was answered path=\"/eyJ\" status=200";
    assert_eq!(secret_in(harmless, &own), None);
    let environment = [
        (
            "LATCHKEY_DATABASE_URL",
            "postgres://ada:secret-of-ada@127.0.0.1/x",
        ),
        ("LATCHKEY_PEPPER", "0123456789"),
        ("LATCHKEY_LISTEN", "127.0.0.1:3000"),
    ];
    assert_eq!(secrets_of(&environment), ["secret-of-ada", "0123456789"]);
}
