//! The declared table of settings: the name of each, what it does, its default and what it may be.
//!
//! A name stands in `latchkey.toml` as it is here, and in the environment in capitals behind `LATCHKEY_`.

use std::fmt;

/// One setting, as a person reads of it.
#[derive(Debug)]
pub struct Setting {
    /// Its name in `latchkey.toml`.
    pub name: &'static str,
    /// What it holds where nothing is said; `None` where that depends on others, as `about` then tells.
    pub default: Option<&'static str>,
    /// What it may be, in words that end the sentence "allowed is …".
    pub allowed: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether its value must not be shown.
    pub secrecy: Secrecy,
}

/// Whether a value may be shown in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It may.
    Open,
    /// It holds a secret, or may hold one.
    Secret,
}

impl Setting {
    /// Its name in the environment.
    pub fn variable(&self) -> String {
        format!("{}{}", VARIABLE_PREFIX, self.name.to_ascii_uppercase())
    }

    /// The setting of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|setting| setting.name == name)
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.name, self.variable())
    }
}

/// What every variable of ours begins with.
pub(super) const VARIABLE_PREFIX: &str = "LATCHKEY_";

macro_rules! settings {
    ($($(#[doc = $about:literal])+ $(#[cfg($($condition:tt)+)])? $constant:ident = $name:literal, $default:expr, $secrecy:ident, $allowed:literal;)+) => {
        $(
            $(#[doc = $about])+
            $(#[cfg($($condition)+)])?
            pub const $constant: Setting = Setting {
                name: $name,
                default: $default,
                allowed: $allowed,
                about: concat!($($about),+).trim_ascii_start(),
                secrecy: Secrecy::$secrecy,
            };
        )+

        /// Every setting there is, in the order in which a person reads of them.
        pub const ALL: &[&Setting] = &[$($(#[cfg($($condition)+)])? &$constant),+];
    };
}

settings! {
    /// Where the server listens.
    LISTEN = "listen", Some("127.0.0.1:3000"), Open, "an address and a port, as 127.0.0.1:3000 or [::]:8080";
    /// The address by which browsers reach the server: the issuer of its tokens, and the only origin whose forms it takes.
    /// By default `http://localhost` and the port that is listened on, if that is on loopback; else it must be given.
    PUBLIC_URL = "public_url", None, Open,
        "https://HOST or https://HOST:PORT without a path; http:// only for localhost, 127.0.0.1 or [::1]";
    /// The database.
    DATABASE_URL = "database_url", Some("sqlite:data/latchkey.db"), Secret, "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";
    /// The secret under which the signing keys are sealed in the database. One of this and `master_secret_file`.
    MASTER_SECRET = "master_secret", None, Secret, "at least 32 characters, made by chance so that nobody can guess them; `openssl rand -base64 48` makes some";
    /// The file that holds the master secret. With SQLite it is made on the first start, by default as master.secret beside the database.
    /// With PostgreSQL, where several servers share it, it must be there.
    MASTER_SECRET_FILE = "master_secret_file", None, Open, "a path";
    /// Behind a proxy: the header in which it tells the client's address, a list to which each proxy appends the address that it saw.
    /// Without it the address of the connection counts. Set it only where every request comes through the proxy: else anybody may write it.
    CLIENT_ADDRESS_HEADER = "client_address_header", None, Open,
        "the name of a header that holds addresses with commas between them, as x-forwarded-for or x-real-ip; not forwarded";
    /// How many proxies of yours append to that header. The client's address is this many values from the right; what stands further left
    /// was written by the client and is not believed.
    CLIENT_ADDRESS_PROXIES = "client_address_proxies", Some("1"), Open, "a whole number from 1 to 16";
    /// How long an access token lives, in seconds.
    ACCESS_TOKEN_SECONDS = "access_token_seconds", Some("600"), Open, "a whole number from 60 to 3600";
    /// How long a session lasts that is not used, in days.
    REFRESH_IDLE_DAYS = "refresh_idle_days", Some("30"), Open, "a whole number from 1 to 365, at most refresh_absolute_days";
    /// How long a session lasts however much it is used, in days.
    REFRESH_ABSOLUTE_DAYS = "refresh_absolute_days", Some("90"), Open, "a whole number from 1 to 365";
    /// Whom the access tokens are for, their `aud`. By default the public URL.
    AUDIENCE = "audience", None, Open, "1 to 255 printing ASCII characters";
    /// The client to which tokens are issued, their `client_id`.
    CLIENT_ID = "client_id", Some("latchkey"), Open, "1 to 255 printing ASCII characters";
    /// How tokens are signed. ES256 is for gateways that do not know Ed25519. Another than before is a rotation: it signs nobody out.
    SIGNING_ALGORITHM = "signing_algorithm", Some("EdDSA"), Open, "EdDSA or ES256";
    /// How long a signing key is used before the next takes over, in days; 0 leaves that to the command `latchkey key rotate`.
    KEY_ROTATION_DAYS = "key_rotation_days", Some("30"), Open, "a whole number from 0 to 365";
    /// The fewest characters that a new password may have.
    PASSWORD_MINIMUM_LENGTH = "password_minimum_length", Some("12"), Open, "a whole number from 8 to 64";
    /// Whether a new password is refused that is known from a breach. `have-i-been-pwned` asks the service of that name, which learns the first five
    /// of the 40 digits of its SHA-1, and nothing of whose it is. Where it does not answer in two seconds the password is taken. The most common
    /// passwords are refused in any case, without asking anybody.
    BREACHED_PASSWORD_CHECK = "breached_password_check", Some("off"), Open, "off or have-i-been-pwned";
    /// Where that service is, or one that answers as it does.
    BREACHED_PASSWORD_URL = "breached_password_url", Some("https://api.pwnedpasswords.com/range/"), Open,
        "https://HOST/ or https://HOST/PATH/ to which five digits are added; http:// only for localhost, 127.0.0.1 or [::1]";
    /// The memory that hashing one password takes, in KiB. Passwords hashed with less are hashed anew at the next sign-in.
    HASH_MEMORY_KIB = "hash_memory_kib", Some("19456"), Open, "a whole number from 7168 to 1048576";
    /// How often hashing goes over that memory.
    HASH_ITERATIONS = "hash_iterations", Some("2"), Open, "a whole number from 1 to 64";
    /// How many passwords are hashed at once. By default as many as there are cores.
    HASH_THREADS = "hash_threads", None, Open, "a whole number from 1 to 256";
    /// How many more may wait to be hashed; who comes after them is asked to come again.
    HASH_QUEUE = "hash_queue", Some("256"), Open, "a whole number from 1 to 65536";
    /// How many passwords from one address are hashed at once. More of them wait, up to an eighth of the queue.
    HASH_PER_ADDRESS = "hash_per_address", Some("2"), Open, "a whole number from 1 to 65536";
    /// A secret that is mixed into every password hash, so that the database alone is not enough to guess passwords. Kept outside the database.
    PEPPER = "pepper", None, Secret, "at least 32 characters, made by chance so that nobody can guess them; `openssl rand -base64 48` makes some";
    /// The name of the pepper, kept beside each hash.
    PEPPER_ID = "pepper_id", Some("1"), Open, "1 to 8 ASCII letters and digits";
    /// How many registrations and sign-ins one address may make in a row; 0 sets no limit. An IPv6 network of 64 bits counts as one address.
    CREDENTIAL_RATE_BURST = "credential_rate_burst", Some("300"), Open, "a whole number from 0 to 1000000";
    /// How many it may make a second from then on.
    CREDENTIAL_RATE_PER_SECOND = "credential_rate_per_second", Some("2"), Open, "a whole number from 1 to 1000000";
    /// How many other requests one address may make in a row; 0 sets no limit. Files and health are not counted.
    REQUEST_RATE_BURST = "request_rate_burst", Some("600"), Open, "a whole number from 0 to 1000000";
    /// How many it may make a second from then on.
    REQUEST_RATE_PER_SECOND = "request_rate_per_second", Some("50"), Open, "a whole number from 1 to 1000000";
    /// How many wrong passwords an account takes before it makes people wait.
    ACCOUNT_FREE_TRIES = "account_free_tries", Some("10"), Open, "a whole number from 1 to 1000000";
    /// How many wrong passwords one address may try, for whichever accounts, before it makes people wait who have not signed in to theirs from
    /// that browser before. An IPv6 network of 64 bits counts as one address.
    ADDRESS_FREE_TRIES = "address_free_tries", Some("100"), Open, "a whole number from 1 to 1000000";
    /// The longest that an account or an address makes people wait, in seconds. It is never locked.
    ACCOUNT_LONGEST_DELAY_SECONDS = "account_longest_delay_seconds", Some("30"), Open, "a whole number from 1 to 60";
    /// How long events stay in the audit log, in days; 0 keeps them for good.
    AUDIT_DAYS = "audit_days", Some("365"), Open, "a whole number from 0 to 3650";
    /// How letters are sent: `smtps:` is encrypted from the start, `smtp:` by STARTTLS, which only a mail server on loopback may lack; `file:` writes
    /// each into a folder; `mailbox:` keeps them in memory, to be read at /dev/mail, and is allowed only where the public URL is http. By default
    /// that, where it is allowed, and else none are sent.
    MAIL_URL = "mail_url", None, Secret, "smtps://USER:PASSWORD@HOST:PORT, smtp://USER:PASSWORD@HOST:PORT, file:FOLDER or, where public_url is http, mailbox:";
    /// From whom they are. Must be given where they go to a mail server.
    MAIL_FROM = "mail_from", Some("Latchkey <latchkey@localhost>"), Open, "an address of email, as Latchkey <latchkey@example.org>";
    /// Whether an account begins before its address was proven (`optional`) or after (`required`): then nobody learns by registering whether there is
    /// an account of an address. By default `required` where letters go to a mail server.
    VERIFICATION = "verification", None, Open, "optional or required";
    /// Whether a link or a code from a letter is a way to sign in.
    SIGN_IN_LINKS = "sign_in_links", Some("false"), Open, "true or false";
    /// How many sessions a user may have at once; the oldest ends when there are more. 0 sets no limit.
    SESSIONS_PER_USER = "sessions_per_user", Some("100"), Open, "a whole number from 0 to 10000";
    /// How long a session lasts that the browser is not to keep, in hours, used or not.
    UNREMEMBERED_HOURS = "unremembered_hours", Some("12"), Open, "a whole number from 1 to 168";
    /// How long users may change their mind about deleting their account, in days.
    DELETION_DAYS = "deletion_days", Some("14"), Open, "a whole number from 0 to 365";
    /// How long a client may take to send the head of a request, in seconds; also how long an unused connection is kept.
    HEADER_READ_SECONDS = "header_read_seconds", Some("5"), Open, "a whole number from 1 to 300";
    /// How long a request may take in all, in seconds; also how long a client may take nothing of its answer.
    REQUEST_SECONDS = "request_seconds", Some("30"), Open, "a whole number from 1 to 3600";
    /// How many connections are held at once; further ones wait.
    MAX_CONNECTIONS = "max_connections", Some("10000"), Open, "a whole number from 1 to 1000000";
    /// How long requests that are under way may go on when the server is told to stop, in seconds.
    SHUTDOWN_SECONDS = "shutdown_seconds", Some("10"), Open, "a whole number from 0 to 3600";
    /// For developing with Safari, which drops Secure cookies on plain http: the cookie is then called latchkey-dev-refresh_token and lacks
    /// Secure. Only for an http public URL, which is on loopback.
    DEVELOPMENT_COOKIE = "development_cookie", Some("false"), Open, "true or false";
    /// Where Prometheus reads the metrics: at /metrics of an address of their own, which is for it alone and for nobody outside. By default
    /// nothing is measured.
    METRICS_LISTEN = "metrics_listen", None, Open, "an address and a port, as 127.0.0.1:9464 or [::1]:9464";
    /// What is written to the log.
    LOG = "log", Some("info"), Open, "a filter as tracing-subscriber reads it: info, warn,server=debug and the like";
    /// What the lines of the log look like: for a person, or JSON, an object a line. `auto` is human in a terminal, json elsewhere.
    LOG_FORMAT = "log_format", Some("auto"), Open, "auto, human or json";
    /// The OpenTelemetry collector that the spans of requests are sent to, by OTLP over HTTP. Only a build with the feature `opentelemetry` knows it.
    #[cfg(feature = "opentelemetry")]
    OTLP_ENDPOINT = "otlp_endpoint", None, Open, "http:// or https:// with a host, as http://127.0.0.1:4318; no user, query or fragment";
    /// For end-to-end tests: where the control port of the test clock listens. Only a build with the feature `test-clock` knows it.
    #[cfg(feature = "test-clock")]
    TEST_CLOCK_LISTEN = "test_clock_listen", None, Open, "a loopback address and a port, as 127.0.0.1:3999";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_setting_has_a_name_of_its_own_and_is_described() {
        let names: HashSet<_> = ALL.iter().map(|setting| setting.name).collect();
        assert_eq!(names.len(), ALL.len());
        for setting in ALL {
            assert!(
                setting.about.ends_with('.'),
                "{}: {}",
                setting.name,
                setting.about
            );
            assert!(!setting.about.starts_with(' ') && !setting.allowed.is_empty());
        }
    }

    #[test]
    fn a_variable_is_the_name_in_capitals() {
        assert_eq!(PUBLIC_URL.variable(), "LATCHKEY_PUBLIC_URL");
    }
}
