//! The program as a person starts it: what it says when it can't, and what it makes for itself when nothing is said.

use std::{path::Path, process::Output};

use crate::support::Binary;

/// Runs the program with these settings, which must stop it; answers what it said.
fn refusal(folder: &Path, environment: &[(&str, &str)]) -> String {
    let output = Binary::run(folder, &[], environment);
    let said = text(&output);
    assert!(!output.status.success(), "it started: {said}");
    assert!(
        !said.contains("panicked") && !said.contains("Error {"),
        "{said}"
    );
    said
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn an_unknown_setting_stops_the_start_with_its_name_and_what_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(folder.path(), &[("LATCHKEY_LISTN", "127.0.0.1:1")]);
    assert!(
        said.contains("LATCHKEY_LISTN")
            && said.contains("127.0.0.1:1")
            && said.contains("LATCHKEY_LISTEN"),
        "{said}"
    );
    std::fs::write(
        folder.path().join("latchkey.toml"),
        "lissten = '127.0.0.1:1'\n",
    )
    .unwrap();
    let said = refusal(folder.path(), &[]);
    assert!(
        said.contains("lissten") && said.contains("listen"),
        "{said}"
    );
}

#[test]
fn a_wrong_setting_stops_the_start_with_its_value_and_what_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, allowed) in [
        ("LATCHKEY_LISTEN", "here", "an address and a port"),
        (
            "LATCHKEY_LISTEN",
            "127.0.0.1:99999",
            "an address and a port",
        ),
        ("LATCHKEY_PUBLIC_URL", "http://example.com", "https://"),
        (
            "LATCHKEY_PUBLIC_URL",
            "https://example.com/app",
            "without a path",
        ),
        ("LATCHKEY_ACCESS_TOKEN_SECONDS", "1e3", "whole number"),
        ("LATCHKEY_REFRESH_IDLE_DAYS", "-1", "whole number"),
        ("LATCHKEY_PASSWORD_MINIMUM_LENGTH", "1", "whole number"),
        ("LATCHKEY_HASH_MEMORY_KIB", "1", "whole number"),
        (
            "LATCHKEY_ACCOUNT_LONGEST_DELAY_SECONDS",
            "3600",
            "whole number",
        ),
        ("LATCHKEY_LOG", "=,=loud", "filter"),
        ("LATCHKEY_LOG_FORMAT", "xml", "auto, human or json"),
        ("LATCHKEY_DEVELOPMENT_COOKIE", "yes", "true or false"),
    ] {
        let said = refusal(folder.path(), &[(name, value)]);
        assert!(
            said.contains(name) && said.contains(value) && said.contains(allowed),
            "{name}={value}: {said}"
        );
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("latchkey.toml"),
        "request_seconds = 'soon'\nhash_queue = 0\n",
    )
    .unwrap();
    let said = refusal(
        folder.path(),
        &[("LATCHKEY_LISTEN", "x"), ("LATCHKEY_NONSENSE", "y")],
    );
    for name in [
        "request_seconds",
        "hash_queue",
        "LATCHKEY_LISTEN",
        "LATCHKEY_NONSENSE",
    ] {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn a_weak_master_secret_stops_the_start_and_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for weak in [
        "canary-short",
        "canary-changeme-changeme-changeme-changeme",
        "canarycanarycanarycanarycanarycanarycanary",
    ] {
        let said = refusal(folder.path(), &[("LATCHKEY_MASTER_SECRET", weak)]);
        assert!(
            said.contains("LATCHKEY_MASTER_SECRET") && !said.contains("canary"),
            "{said}"
        );
    }
}

#[test]
fn postgres_without_a_master_secret_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(
        folder.path(),
        &[(
            "LATCHKEY_DATABASE_URL",
            "postgres://someone:canary@127.0.0.1:1/nowhere",
        )],
    );
    assert!(
        said.contains("LATCHKEY_MASTER_SECRET") && !said.contains("canary"),
        "{said}"
    );
}

#[test]
fn beyond_loopback_a_public_url_must_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(folder.path(), &[("LATCHKEY_LISTEN", "0.0.0.0:0")]);
    assert!(said.contains("LATCHKEY_PUBLIC_URL"), "{said}");
}

#[test]
fn a_settings_file_that_is_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(folder.path(), &[("LATCHKEY_CONFIG", "nowhere.toml")]);
    assert!(said.contains("nowhere.toml"), "{said}");
}

#[cfg(not(feature = "test-clock"))]
#[test]
fn the_ordinary_program_knows_no_test_clock() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(
        folder.path(),
        &[("LATCHKEY_TEST_CLOCK_LISTEN", "127.0.0.1:0")],
    );
    assert!(
        said.contains("LATCHKEY_TEST_CLOCK_LISTEN in the environment is no setting"),
        "{said}"
    );
    std::fs::write(
        folder.path().join("latchkey.toml"),
        "test_clock_listen = '127.0.0.1:0'\n",
    )
    .unwrap();
    assert!(refusal(folder.path(), &[]).contains("test_clock_listen"));
    let program = std::fs::read(env!("CARGO_BIN_EXE_latchkey")).unwrap();
    assert!(
        !program.windows(8).any(|window| window == b"/advance"),
        "the control port is in the program"
    );
}

#[cfg(not(feature = "opentelemetry"))]
#[test]
fn the_ordinary_program_knows_no_collector() {
    let folder = tempfile::tempdir().unwrap();
    let said = refusal(
        folder.path(),
        &[("LATCHKEY_OTLP_ENDPOINT", "http://127.0.0.1:4318")],
    );
    assert!(
        said.contains("LATCHKEY_OTLP_ENDPOINT in the environment is no setting"),
        "{said}"
    );
}

#[cfg(feature = "opentelemetry")]
#[test]
fn a_collector_is_an_address_without_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [
        "127.0.0.1:4318",
        "grpc://127.0.0.1:4317",
        "http://user@127.0.0.1:4318",
        "http://127.0.0.1:4318/?token=1",
    ] {
        let said = refusal(folder.path(), &[("LATCHKEY_OTLP_ENDPOINT", wrong)]);
        assert!(
            said.contains("LATCHKEY_OTLP_ENDPOINT") && said.contains("with a host"),
            "{wrong}: {said}"
        );
    }
}

#[test]
fn with_nothing_said_it_makes_what_it_needs_and_finds_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let binary = Binary::start(folder.path(), &[]);
    let address = binary.address;
    let (ended_well, log) = binary.stop();
    assert!(ended_well, "{log}");
    assert!(
        log.contains(&format!("http://localhost:{}", address.port())),
        "it tells where it is: {log}"
    );
    let secret = std::fs::read_to_string(folder.path().join("data/master.secret")).unwrap();
    assert!(secret.trim().len() >= 32 && !log.contains(secret.trim()));
    assert!(folder.path().join("data/latchkey.db").is_file());
    let (ended_well, log) = Binary::start(folder.path(), &[]).stop();
    assert!(ended_well, "{log}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("data/master.secret")).unwrap(),
        secret
    );
}

#[test]
fn a_master_secret_that_was_lost_is_not_quietly_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    Binary::start(folder.path(), &[]).stop();
    let secret = folder.path().join("data/master.secret");
    std::fs::remove_file(&secret).unwrap();
    let said = refusal(folder.path(), &[("LATCHKEY_LISTEN", "127.0.0.1:0")]);
    assert!(said.contains("master.secret"), "{said}");
    assert!(!secret.exists());
}

#[test]
fn an_address_that_is_taken_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(folder.path(), &[("LATCHKEY_LISTEN", &address)]);
    assert!(said.contains(&address), "{said}");
}
