//! What the settings take and what they refuse.

use super::*;

const NOTHING: [(&str, &str); 0] = [];

fn refusal<const N: usize>(file: &str, environment: [(&str, &str); N]) -> String {
    Settings::from_sources(Some(file), environment)
        .unwrap_err()
        .to_string()
}

#[test]
fn nothing_need_be_said() {
    let settings = Settings::from_sources(None, NOTHING).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(
        settings.public_url_at(settings.listen).unwrap().as_str(),
        "http://localhost:3000"
    );
    assert_eq!(settings.cookie, CookieKind::Host);
    assert_eq!(settings.limits.request, Duration::from_secs(30));
    let MasterSecretPlace::FileOrNew { path, .. } = settings.master_secret else {
        panic!("{:?}", settings.master_secret)
    };
    assert_eq!(path, Path::new("data/master.secret"));
}

#[test]
fn the_environment_stands_over_the_file() {
    let settings = Settings::from_sources(
        Some("listen = '127.0.0.1:1'\nrequest_seconds = 7"),
        [("LATCHKEY_LISTEN", "127.0.0.1:2"), ("PATH", "/bin")],
    )
    .unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!(settings.limits.request, Duration::from_secs(7));
}

#[test]
fn all_faults_are_told_at_once() {
    let refusal = refusal(
        "listn = 'a'\nlog = []\nhash_memory_kib = 1",
        [
            ("LATCHKEY_REQUEST_SECONDS", "soon"),
            ("LATCHKEY_listen", "x"),
        ],
    );
    for part in [
        "listn in the settings file is no setting (its value is \"\\\"a\\\"\"); is listen (LATCHKEY_LISTEN) meant?",
        "log in the settings file is \"[]\"; allowed is a filter",
        "hash_memory_kib in the settings file is \"1\"; allowed is a whole number from 7168",
        "LATCHKEY_REQUEST_SECONDS in the environment is \"soon\"; allowed is a whole number from 1 to 3600",
        "LATCHKEY_listen in the environment is no setting",
    ] {
        assert!(refusal.contains(part), "{part} is not in\n{refusal}");
    }
}

#[test]
fn a_broken_file_is_told_by_its_line_without_quoting_it() {
    let refusal = refusal("listen = '127.0.0.1:1'\nmaster_secret = canary\n", NOTHING);
    assert!(
        refusal.contains("latchkey.toml: line 2 is not TOML"),
        "{refusal}"
    );
    assert!(!refusal.contains("canary"), "{refusal}");
}

#[test]
fn a_secret_is_never_shown() {
    let refusal = refusal(
        "master_secret = 'canary'\ndatabase_url = 'mysql://canary@host/name'",
        [("LATCHKEY_PEPPER", "canary")],
    );
    assert!(
        refusal.contains("master_secret")
            && refusal.contains("database_url")
            && refusal.contains("LATCHKEY_PEPPER"),
        "{refusal}"
    );
    assert!(!refusal.contains("canary"), "{refusal}");
}

#[test]
fn postgres_needs_a_master_secret() {
    let postgres = ("LATCHKEY_DATABASE_URL", "postgres://user@host/name");
    assert!(
        refusal("", [postgres]).contains("master_secret (LATCHKEY_MASTER_SECRET): must be given")
    );
    let settings = Settings::from_sources(
        None,
        [postgres, ("LATCHKEY_MASTER_SECRET_FILE", "/run/secret")],
    )
    .unwrap();
    assert!(matches!(settings.master_secret, MasterSecretPlace::File(_)));
}

#[test]
fn beyond_loopback_a_public_url_is_needed() {
    assert!(
        refusal("listen = '0.0.0.0:80'", NOTHING)
            .contains("public_url (LATCHKEY_PUBLIC_URL): must be given")
    );
    assert!(
        refusal("public_url = 'http://example.com'", NOTHING)
            .contains("public_url in the settings file is \"http://example.com\"")
    );
    assert!(
        Settings::from_sources(
            Some("listen = '0.0.0.0:80'\npublic_url = 'https://example.com'"),
            NOTHING
        )
        .is_ok()
    );
}

#[test]
fn the_development_cookie_is_for_plain_http() {
    assert!(
        refusal(
            "development_cookie = true\npublic_url = 'https://example.com'",
            NOTHING
        )
        .contains("development_cookie")
    );
    assert!(Settings::from_sources(Some("development_cookie = true"), NOTHING).is_ok());
}

const IN_USE: &str = "public_url = 'https://example.com'\n";
const FROM: &str = "mail_from = 'Latchkey <post@example.com>'\n";

#[test]
fn while_developing_letters_go_to_the_mailbox_and_elsewhere_nowhere_by_themselves() {
    let place = |file: &str| {
        Settings::from_sources(Some(file), NOTHING)
            .unwrap()
            .mail
            .place
    };
    assert!(matches!(place(""), MailPlace::Mailbox));
    assert!(matches!(
        place("public_url = 'http://localhost:3000'"),
        MailPlace::Mailbox
    ));
    assert!(matches!(place(IN_USE), MailPlace::Nowhere));
    assert!(matches!(
        place(&format!("{IN_USE}mail_url = 'file:letters'")),
        MailPlace::Folder(folder) if folder == Path::new("letters")
    ));
    assert!(matches!(
        place(&format!(
            "{IN_USE}{FROM}mail_url = 'smtps://mail.example.com'"
        )),
        MailPlace::Server(_)
    ));
}

#[test]
fn the_mailbox_is_for_developing_alone() {
    assert!(Settings::from_sources(Some("mail_url = 'mailbox:'"), NOTHING).is_ok());
    assert!(
        refusal(&format!("{IN_USE}mail_url = 'mailbox:'"), NOTHING)
            .contains("mail_url (LATCHKEY_MAIL_URL): is mailbox:, which is allowed only where")
    );
}

#[test]
fn a_mail_server_is_a_url_and_its_password_is_never_shown() {
    for url in [
        "smtps://ada:secret@mail.example.com:465",
        "smtp://ada:secret@mail.example.com",
        "smtp://mail.example.com:2525",
        "smtp://localhost:1025",
        "smtp://[::1]:1025",
    ] {
        let file = format!("{IN_USE}{FROM}mail_url = '{url}'");
        assert!(
            Settings::from_sources(Some(&file), NOTHING).is_ok(),
            "{url}"
        );
    }
    for url in [
        "mail.canary.example",
        "https://mail.canary.example",
        "smtps://ada@mail.canary.example",
        "smtps://ada:canary@mail.example.com/path",
        "smtps://ada:canary@mail.example.com?tls=none",
        "file:",
        "mailbox:canary",
    ] {
        let refusal = refusal(&format!("{FROM}mail_url = '{url}'"), NOTHING);
        assert!(
            refusal.contains("mail_url") && !refusal.contains("canary"),
            "{refusal}"
        );
    }
}

#[test]
fn a_mail_server_needs_a_sender() {
    let server = format!("{IN_USE}mail_url = 'smtps://mail.example.com'\n");
    assert!(refusal(&server, NOTHING).contains("mail_from (LATCHKEY_MAIL_FROM): must be given"));
    for from in [
        "nobody",
        "a@b@c",
        "Ada <ada@example.com>\\r\\nBcc: eve@example.com",
    ] {
        let file = format!("{server}mail_from = \"{from}\"");
        assert!(
            Settings::from_sources(Some(&file), NOTHING).is_err(),
            "{from}"
        );
    }
}

#[test]
fn an_address_is_to_be_proven_first_where_there_is_a_mail_server() {
    let verification = |file: &str| {
        let settings = Settings::from_sources(Some(file), NOTHING).unwrap();
        settings.accounts.verification
    };
    let server = format!("{IN_USE}{FROM}mail_url = 'smtps://mail.example.com'\n");
    assert_eq!(verification(""), Verification::Optional);
    assert_eq!(verification(IN_USE), Verification::Optional);
    assert_eq!(verification(&server), Verification::Required);
    assert_eq!(
        verification(&format!("{server}verification = 'optional'")),
        Verification::Optional
    );
    assert_eq!(
        verification("verification = 'required'"),
        Verification::Required
    );
    assert!(
        refusal(&format!("{IN_USE}verification = 'required'"), NOTHING)
            .contains("verification (LATCHKEY_VERIFICATION): is required, and no letters are sent")
    );
}

#[test]
fn what_becomes_of_accounts_reaches_the_engine() {
    let engine = |file: &str| {
        let settings = Settings::from_sources(Some(file), NOTHING).unwrap();
        settings.engine(&settings.public_url_at(settings.listen).unwrap())
    };
    let usual = engine("");
    assert!(usual.sends_mail && !usual.sign_in_links);
    assert_eq!(usual.sessions_per_user, 100);
    assert_eq!(usual.deletion_delay, Duration::from_hours(14 * 24));
    assert_eq!(usual.unremembered_lifetime, Duration::from_hours(12));
    let own = engine(&format!(
        "{IN_USE}sign_in_links = true\nsessions_per_user = 0\ndeletion_days = 0\nunremembered_hours = 1"
    ));
    assert!(!own.sends_mail && own.sign_in_links);
    assert_eq!(own.sessions_per_user, 0);
    assert_eq!(own.deletion_delay, Duration::ZERO);
    assert_eq!(own.unremembered_lifetime, Duration::from_hours(1));
}

#[test]
fn the_bounds_themselves_are_allowed_and_one_further_is_not() {
    for (name, least, greatest) in [
        ("access_token_seconds", 60, 3600),
        ("password_minimum_length", 8, 64),
        ("client_address_proxies", 1, 16),
        ("sessions_per_user", 0, 10_000),
        ("deletion_days", 0, 365),
        ("unremembered_hours", 1, 168),
    ] {
        let file =
            |number: i64| format!("client_address_header = 'x-forwarded-for'\n{name} = {number}");
        assert!(
            Settings::from_sources(Some(&file(least)), NOTHING).is_ok(),
            "{name}"
        );
        assert!(
            Settings::from_sources(Some(&file(greatest)), NOTHING).is_ok(),
            "{name}"
        );
        assert!(
            Settings::from_sources(Some(&file(least - 1)), NOTHING).is_err(),
            "{name}"
        );
        assert!(
            Settings::from_sources(Some(&file(greatest + 1)), NOTHING).is_err(),
            "{name}"
        );
    }
}

#[test]
fn each_default_is_one_that_is_allowed() {
    for setting in table::ALL {
        let Some(default) = setting.default else {
            continue;
        };
        let mut pairs = vec![(setting.variable(), default.to_owned())];
        match setting.name {
            "client_address_proxies" => pairs.push((
                table::CLIENT_ADDRESS_HEADER.variable(),
                "x-real-ip".to_owned(),
            )),
            "pepper_id" => pairs.push((
                table::PEPPER.variable(),
                "pQ4zV8nX2wM6rL9tB3yK7hD5fJ1sG0cA".to_owned(),
            )),
            _ => {}
        }
        assert!(
            Settings::from_sources(None, pairs).is_ok(),
            "{}",
            setting.name
        );
    }
}

#[cfg(not(feature = "test-clock"))]
#[test]
fn the_ordinary_build_does_not_know_the_test_clock() {
    assert!(
        refusal("", [("LATCHKEY_TEST_CLOCK_LISTEN", "127.0.0.1:0")])
            .contains("LATCHKEY_TEST_CLOCK_LISTEN in the environment is no setting")
    );
}
