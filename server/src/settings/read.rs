//! How each setting is read out of its text, and which of them can't stand beside each other.

use std::{net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use auth::{
    ExposeSecret, HashingSettings, MasterSecret, Pepper, SecretString, ThrottleSettings,
    Verification, refuse_weak_secret, token::SigningAlgorithm,
};
use axum::http::HeaderName;
use lettre::{Address, message::Mailbox};
use tracing_subscriber::EnvFilter;

use super::{
    AccountSettings, ClientAddressSource, CookieKind, Fault, Limits, LogFormat, MailPlace,
    MailSettings, MasterSecretPlace, PublicUrl, Rate, Security, Settings, SettingsError,
    TokenSettings, breached_passwords, sources::Sources, table,
};

/// Reads every setting. A fault does not end it, so that all are told at once.
pub(super) fn settings(mut sources: Sources) -> Result<Settings, SettingsError> {
    let listen = sources.take_or(
        &table::LISTEN,
        SocketAddr::from(([127, 0, 0, 1], 0)),
        parsed,
    );
    let public_url = public_url(&mut sources, listen);
    let database_url = sources.take_or(
        &table::DATABASE_URL,
        SecretString::from("sqlite:data/latchkey.db"),
        database_url,
    );
    let mail = mail(&mut sources, public_url.as_ref());
    let settings = Settings {
        listen,
        cookie: cookie(&mut sources, public_url.as_ref()),
        accounts: accounts(&mut sources, &mail),
        mail,
        public_url,
        master_secret: master_secret(&mut sources, &database_url),
        database_url,
        client_address: client_address(&mut sources),
        tokens: tokens(&mut sources),
        password_minimum_length: sources.take_or(&table::PASSWORD_MINIMUM_LENGTH, 12, |text| {
            whole(text, 8, 64)
        }),
        breached_passwords: breached_passwords::address(&mut sources),
        hashing: hashing(&mut sources),
        throttle: ThrottleSettings {
            free_tries: sources.take_or(&table::ACCOUNT_FREE_TRIES, 10, |text| {
                whole(text, 1, 1_000_000)
            }),
            address_free_tries: sources.take_or(&table::ADDRESS_FREE_TRIES, 100, |text| {
                whole(text, 1, 1_000_000)
            }),
            longest_delay: sources.take_or(
                &table::ACCOUNT_LONGEST_DELAY_SECONDS,
                Duration::ZERO,
                |text| seconds(text, 1, 60),
            ),
        },
        audit_retention: sources
            .take(&table::AUDIT_DAYS, |text| days_or_none(text, 3650))
            .filter(|kept| !kept.is_zero()),
        credential_rate: rate(
            &mut sources,
            &table::CREDENTIAL_RATE_BURST,
            &table::CREDENTIAL_RATE_PER_SECOND,
        ),
        request_rate: rate(
            &mut sources,
            &table::REQUEST_RATE_BURST,
            &table::REQUEST_RATE_PER_SECOND,
        ),
        limits: Limits {
            header_read: sources.take_or(&table::HEADER_READ_SECONDS, Duration::ZERO, |text| {
                seconds(text, 1, 300)
            }),
            request: sources.take_or(&table::REQUEST_SECONDS, Duration::ZERO, |text| {
                seconds(text, 1, 3600)
            }),
            connections: sources
                .take_or(&table::MAX_CONNECTIONS, 1, |text| whole(text, 1, 1_000_000)),
            shutdown: sources.take_or(&table::SHUTDOWN_SECONDS, Duration::ZERO, |text| {
                seconds(text, 0, 3600)
            }),
        },
        metrics_listen: sources.take(&table::METRICS_LISTEN, parsed),
        log: sources.take_or(&table::LOG, String::new(), log_filter),
        log_format: sources.take_or(&table::LOG_FORMAT, LogFormat::Auto, log_format),
        #[cfg(feature = "opentelemetry")]
        otlp_endpoint: sources.take(&table::OTLP_ENDPOINT, collector),
        #[cfg(feature = "test-clock")]
        test_clock_listen: sources.take(&table::TEST_CLOCK_LISTEN, |text| {
            parsed::<SocketAddr>(text).filter(|address| address.ip().is_loopback())
        }),
    };
    let faults = sources.into_faults();
    if faults.is_empty() {
        Ok(settings)
    } else {
        Err(SettingsError::new(faults))
    }
}

fn public_url(sources: &mut Sources, listen: SocketAddr) -> Option<PublicUrl> {
    if sources.is_silent(&table::PUBLIC_URL) && !listen.ip().is_loopback() {
        sources.fault(Fault::unfit(
            &table::PUBLIC_URL,
            format!(
                "must be given, as listen is {listen}, not on loopback; allowed is {}",
                table::PUBLIC_URL.allowed
            ),
        ));
    }
    sources.take(&table::PUBLIC_URL, PublicUrl::parse)
}

fn cookie(sources: &mut Sources, public_url: Option<&PublicUrl>) -> CookieKind {
    let development = sources.take_or(&table::DEVELOPMENT_COOKIE, false, parsed);
    if development && public_url.is_some_and(|url| url.security() == Security::Encrypted) {
        sources.fault(Fault::unfit(
            &table::DEVELOPMENT_COOKIE,
            "is true, which is allowed only where public_url is http",
        ));
    }
    if development {
        CookieKind::Development
    } else {
        CookieKind::Host
    }
}

fn mail(sources: &mut Sources, public_url: Option<&PublicUrl>) -> MailSettings {
    // Without a public URL the server is reached on loopback alone.
    let is_development = public_url.is_none_or(|url| url.security() == Security::Loopback);
    let given = sources.take(&table::MAIL_URL, mail_place);
    let place = match given {
        Some(MailPlace::Mailbox) if !is_development => {
            sources.fault(Fault::unfit(
                &table::MAIL_URL,
                "is mailbox:, which is allowed only where public_url is http",
            ));
            MailPlace::Nowhere
        }
        Some(place) => place,
        None if is_development => MailPlace::Mailbox,
        None => MailPlace::Nowhere,
    };
    if matches!(place, MailPlace::Server(_)) && sources.is_silent(&table::MAIL_FROM) {
        sources.fault(Fault::unfit(
            &table::MAIL_FROM,
            format!(
                "must be given, as mail_url names a mail server; allowed is {}",
                table::MAIL_FROM.allowed
            ),
        ));
    }
    MailSettings {
        place,
        from: sources.take_or(&table::MAIL_FROM, nobody(), parsed),
    }
}

/// Stands in for a sender that could not be read; that stops the start.
fn nobody() -> Mailbox {
    Mailbox::new(None, Address::new_dangerous("nobody", "localhost"))
}

fn mail_place(text: &str) -> Option<MailPlace> {
    if text == "mailbox:" {
        return Some(MailPlace::Mailbox);
    }
    if let Some(folder) = text.strip_prefix("file:") {
        return path(folder).map(MailPlace::Folder);
    }
    let url = parsed::<url::Url>(text)?;
    let is_server = matches!(url.scheme(), "smtp" | "smtps")
        && url.has_host()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty() == url.password().is_none();
    is_server.then(|| MailPlace::Server(text.into()))
}

fn accounts(sources: &mut Sources, mail: &MailSettings) -> AccountSettings {
    let verification = sources.take(&table::VERIFICATION, |text| match text {
        "optional" => Some(Verification::Optional),
        "required" => Some(Verification::Required),
        _ => None,
    });
    if verification == Some(Verification::Required) && matches!(mail.place, MailPlace::Nowhere) {
        sources.fault(Fault::unfit(
            &table::VERIFICATION,
            "is required, and no letters are sent; give mail_url too",
        ));
    }
    AccountSettings {
        verification: verification.unwrap_or(match mail.place {
            MailPlace::Server(_) => Verification::Required,
            _ => Verification::Optional,
        }),
        sign_in_links: sources.take_or(&table::SIGN_IN_LINKS, false, parsed),
        sessions_per_user: sources
            .take_or(&table::SESSIONS_PER_USER, 0, |text| whole(text, 0, 10_000)),
        unremembered_lifetime: sources.take_or(
            &table::UNREMEMBERED_HOURS,
            Duration::ZERO,
            |text| whole(text, 1, 168).map(Duration::from_hours),
        ),
        deletion_delay: sources.take_or(&table::DELETION_DAYS, Duration::ZERO, |text| {
            days_or_none(text, 365)
        }),
    }
}

fn master_secret(sources: &mut Sources, database_url: &SecretString) -> MasterSecretPlace {
    let given = sources.take(&table::MASTER_SECRET, |text| MasterSecret::parse(text).ok());
    let file = sources.take(&table::MASTER_SECRET_FILE, path);
    if !sources.is_silent(&table::MASTER_SECRET) && file.is_some() {
        sources.fault(Fault::unfit(
            &table::MASTER_SECRET_FILE,
            "is given beside master_secret; only one of them is allowed",
        ));
    }
    let database = sqlite_path(database_url.expose_secret());
    match (given, file, database) {
        (Some(secret), _, _) => MasterSecretPlace::Given(secret),
        (None, Some(path), None) => MasterSecretPlace::File(path),
        (None, Some(path), Some(database)) => MasterSecretPlace::FileOrNew { path, database },
        (None, None, Some(database)) => MasterSecretPlace::FileOrNew {
            path: database.with_file_name("master.secret"),
            database,
        },
        (None, None, None) => {
            if sources.is_silent(&table::MASTER_SECRET)
                && sources.is_silent(&table::MASTER_SECRET_FILE)
            {
                let reason = "must be given (or master_secret_file), as the database is no SQLite file to keep one beside; allowed is ";
                sources.fault(Fault::unfit(
                    &table::MASTER_SECRET,
                    format!("{reason}{}", table::MASTER_SECRET.allowed),
                ));
            }
            MasterSecretPlace::File(PathBuf::new())
        }
    }
}

fn client_address(sources: &mut Sources) -> ClientAddressSource {
    let proxies = sources.take_or(&table::CLIENT_ADDRESS_PROXIES, 1, |text| whole(text, 1, 16));
    if sources.is_silent(&table::CLIENT_ADDRESS_HEADER)
        && !sources.is_silent(&table::CLIENT_ADDRESS_PROXIES)
    {
        sources.fault(Fault::unfit(
            &table::CLIENT_ADDRESS_PROXIES,
            "is given without client_address_header, which it belongs to",
        ));
    }
    let name = sources.take(&table::CLIENT_ADDRESS_HEADER, |text| {
        parsed::<HeaderName>(text).filter(|name| name.as_str() != "forwarded")
    });
    name.map_or(ClientAddressSource::Connection, |name| {
        ClientAddressSource::Header { name, proxies }
    })
}

fn tokens(sources: &mut Sources) -> TokenSettings {
    let idle = sources.take_or(&table::REFRESH_IDLE_DAYS, Duration::ZERO, |text| {
        days(text, 365)
    });
    let absolute = sources.take_or(&table::REFRESH_ABSOLUTE_DAYS, Duration::MAX, |text| {
        days(text, 365)
    });
    if idle > absolute {
        sources.fault(Fault::unfit(
            &table::REFRESH_IDLE_DAYS,
            "is longer than refresh_absolute_days; at most that is allowed",
        ));
    }
    TokenSettings {
        audience: sources.take(&table::AUDIENCE, printing),
        client_id: sources.take_or(&table::CLIENT_ID, String::new(), printing),
        access_lifetime: sources.take_or(&table::ACCESS_TOKEN_SECONDS, Duration::ZERO, |text| {
            seconds(text, 60, 3600)
        }),
        refresh_idle_lifetime: idle,
        refresh_absolute_lifetime: absolute,
        signing_algorithm: sources.take_or(
            &table::SIGNING_ALGORITHM,
            SigningAlgorithm::default(),
            SigningAlgorithm::named,
        ),
        key_rotation: sources
            .take(&table::KEY_ROTATION_DAYS, |text| days_or_none(text, 365))
            .filter(|rotation| !rotation.is_zero()),
    }
}

fn hashing(sources: &mut Sources) -> HashingSettings {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pepper = sources.take(&table::PEPPER, |text| {
        refuse_weak_secret(text)
            .is_ok()
            .then(|| SecretString::from(text))
    });
    let pepper_id = sources.take_or(&table::PEPPER_ID, String::new(), |text| {
        ((1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .then(|| text.to_owned())
    });
    if sources.is_silent(&table::PEPPER) && !sources.is_silent(&table::PEPPER_ID) {
        sources.fault(Fault::unfit(
            &table::PEPPER_ID,
            "is given without pepper, which it names",
        ));
    }
    HashingSettings {
        memory_kib: sources.take_or(&table::HASH_MEMORY_KIB, 0, |text| {
            whole(text, 7168, 1_048_576)
        }),
        iterations: sources.take_or(&table::HASH_ITERATIONS, 0, |text| whole(text, 1, 64)),
        width: sources
            .take(&table::HASH_THREADS, |text| whole(text, 1, 256))
            .unwrap_or(cores),
        queue: sources.take_or(&table::HASH_QUEUE, 0, |text| whole(text, 1, 65_536)),
        per_address_in_flight: sources
            .take_or(&table::HASH_PER_ADDRESS, 0, |text| whole(text, 1, 65_536)),
        pepper: pepper.map(|secret| Pepper {
            id: pepper_id,
            secret,
        }),
    }
}

fn rate(sources: &mut Sources, burst: &table::Setting, per_second: &table::Setting) -> Rate {
    Rate {
        burst: sources.take_or(burst, 0, |text| whole(text, 0, 1_000_000)),
        per_second: sources.take_or(per_second, 1, |text| whole(text, 1, 1_000_000)),
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// A whole number between two others, both allowed.
fn whole<T: FromStr + PartialOrd + Copy>(text: &str, least: T, greatest: T) -> Option<T> {
    parsed(text).filter(|number| *number >= least && *number <= greatest)
}

fn seconds(text: &str, least: u64, greatest: u64) -> Option<Duration> {
    whole(text, least, greatest).map(Duration::from_secs)
}

fn days(text: &str, greatest: u64) -> Option<Duration> {
    whole(text, 1, greatest).map(|days: u64| Duration::from_secs(days * 24 * 60 * 60))
}

/// Days, of which there may be none.
fn days_or_none(text: &str, greatest: u64) -> Option<Duration> {
    whole(text, 0, greatest).map(|days: u64| Duration::from_hours(days * 24))
}

fn printing(text: &str) -> Option<String> {
    ((1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' '))
    .then(|| text.to_owned())
}

fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

fn log_filter(text: &str) -> Option<String> {
    (!text.is_empty() && EnvFilter::try_new(text).is_ok()).then(|| text.to_owned())
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "auto" => Some(LogFormat::Auto),
        "human" => Some(LogFormat::Human),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

#[cfg(feature = "opentelemetry")]
fn collector(text: &str) -> Option<url::Url> {
    parsed::<url::Url>(text).filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

fn database_url(text: &str) -> Option<SecretString> {
    let known = text.starts_with("postgres://")
        || text.starts_with("postgresql://")
        || sqlite_path(text).is_some();
    known.then(|| SecretString::from(text))
}

/// The file of a SQLite database.
pub(super) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let file = rest.split_once('?').map_or(rest, |(file, _)| file);
    (!file.is_empty() && file != ":memory:").then(|| PathBuf::from(file))
}
