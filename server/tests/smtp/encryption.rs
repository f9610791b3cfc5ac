//! What the program says to a mail server before it knows that nobody listens: nothing. Seen by `latchkey check`, which says hello to it.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::mail_server::MailServer;

/// The password that the mail server takes, as it stands in a URL.
const PASSWORD: &str = "carried%20by%20a%20grey%20pigeon";

/// What the check finds of mail, with this URL and with the authority that is to be trusted, if any.
fn verdict(mail_url: &str, authority: Option<&Path>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    // In the place of the authorities that this machine trusts.
    let nobody = folder.path().join("nobody.pem");
    std::fs::write(&nobody, "").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_latchkey"))
        .args(["check", "--json"])
        .env_clear()
        .env("LATCHKEY_MAIL_URL", mail_url)
        .env("LATCHKEY_MAIL_FROM", "Latchkey <post@latchkey.example>")
        .env("SSL_CERT_FILE", authority.unwrap_or(&nobody))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = findings.as_array().unwrap();
    let finding = all
        .iter()
        .find(|finding| finding["subject"] == "mail")
        .unwrap_or_else(|| panic!("nothing of mail: {findings}"));
    let words = finding.to_string();
    assert!(!words.contains("pigeon"), "{words}");
    (finding["verdict"].as_str().unwrap().to_owned(), words)
}

#[test]
fn a_connection_that_is_encrypted_from_the_start_needs_a_certificate_that_is_trusted() {
    let server = MailServer::start();
    let url = format!(
        "smtps://latchkey:{PASSWORD}@localhost:{}",
        server.port("encrypted")
    );
    let (found, words) = verdict(&url, Some(&server.authority()));
    assert_eq!(found, "ok", "{words}");
    let (found, words) = verdict(&url, None);
    assert_eq!(found, "fault", "{words}");
}

#[test]
fn a_wrong_password_is_told_as_one() {
    let server = MailServer::start();
    let url = format!(
        "smtps://latchkey:wrong-pigeon@localhost:{}",
        server.port("encrypted")
    );
    let (found, words) = verdict(&url, Some(&server.authority()));
    assert_eq!(found, "fault", "{words}");
    assert!(words.contains("535"), "{words}");
}

/// 127.0.0.2 is loopback too, but not by a name that the program trusts to be.
#[cfg(target_os = "linux")]
#[test]
fn beyond_this_machine_nothing_is_said_without_encryption() {
    let server = MailServer::start();
    let url = |port| format!("smtp://latchkey:{PASSWORD}@127.0.0.2:{}", server.port(port));
    let (found, words) = verdict(&url("starttls"), Some(&server.authority()));
    assert_eq!(found, "ok", "{words}");
    let (found, words) = verdict(&url("bare"), Some(&server.authority()));
    assert_eq!(found, "fault", "{words}");
    assert!(words.contains("STARTTLS"), "{words}");
}
