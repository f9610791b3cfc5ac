//! The settings: defaults, then `latchkey.toml`, then `LATCHKEY_*` variables, read once into one typed value.
//!
//! Every name is known. A wrong or unknown setting stops the start, with its name, the value that was read and what is allowed; all faults
//! are told at once. [`table`] declares each setting; this file says how each is read.

mod fault;
mod public_url;
mod sources;
pub mod table;

use std::{
    ffi::OsString,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use auth::{
    EngineSettings, ExposeSecret, HashingSettings, MasterSecret, Pepper, SecretString, ThrottleSettings,
};
use axum::http::HeaderName;
use tracing_subscriber::EnvFilter;

use self::sources::{CONFIG_VARIABLE, Sources};
pub use self::{
    fault::{Fault, Place, SettingsError},
    public_url::{PublicUrl, Security},
};

/// The file that is read where `LATCHKEY_CONFIG` names no other.
const FILE_NAME: &str = "latchkey.toml";

/// Everything that can be set.
#[derive(Debug)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The public URL, if it was given; else it follows from where the server listens.
    pub public_url: Option<PublicUrl>,
    /// The database. May hold a password.
    pub database_url: SecretString,
    /// Where the master secret is.
    pub master_secret: MasterSecretPlace,
    /// How the client's address is told.
    pub client_address: ClientAddressSource,
    /// What the engine is told, without what follows from the public URL.
    pub tokens: TokenSettings,
    /// The fewest characters of a new password.
    pub password_minimum_length: usize,
    /// How passwords are hashed.
    pub hashing: HashingSettings,
    /// When an account makes people wait.
    pub throttle: ThrottleSettings,
    /// How many registrations and sign-ins one address may make.
    pub credential_rate: Rate,
    /// How many other requests one address may make.
    pub request_rate: Rate,
    /// What connections and requests are allowed.
    pub limits: Limits,
    /// The cookie that holds the refresh token.
    pub cookie: CookieKind,
    /// What is logged, as a filter.
    pub log: String,
    /// Where the control port of the test clock listens, if anywhere.
    #[cfg(feature = "test-clock")]
    pub test_clock_listen: Option<SocketAddr>,
}

/// Where the master secret is.
#[derive(Debug)]
pub enum MasterSecretPlace {
    /// In the settings themselves.
    Given(MasterSecret),
    /// In a file that must be there.
    File(PathBuf),
    /// In a file that is made on the first start. The database that it belongs to stands beside it in the settings.
    FileOrNew {
        /// The secret's file.
        path: PathBuf,
        /// The SQLite file whose keys it seals.
        database: PathBuf,
    },
}

/// How the client's address is told.
#[derive(Clone, Debug)]
pub enum ClientAddressSource {
    /// It is that of the connection.
    Connection,
    /// A proxy tells it in a header, as the value this far from the right, 1 being the last.
    Header {
        /// The header.
        name: HeaderName,
        /// How many proxies append to it.
        proxies: usize,
    },
}

/// What goes into tokens, and how long they live.
#[derive(Clone, Debug)]
pub struct TokenSettings {
    /// `aud` of the access token; the public URL if nothing is said.
    pub audience: Option<String>,
    /// `client_id` of the access token.
    pub client_id: String,
    /// How long an access token lives.
    pub access_lifetime: Duration,
    /// How long an unused session lives.
    pub refresh_idle_lifetime: Duration,
    /// How long any session lives.
    pub refresh_absolute_lifetime: Duration,
}

/// How often one address may ask.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// How often in a row; 0 is without limit.
    pub burst: u32,
    /// How often a second from then on.
    pub per_second: u32,
}

/// What connections and requests are allowed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For the head of a request.
    pub header_read: Duration,
    /// For a whole request.
    pub request: Duration,
    /// At once.
    pub connections: usize,
    /// For what is under way when the server stops.
    pub shutdown: Duration,
}

/// Which cookie holds the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// `__Host-`, Secure.
    Host,
    /// For Safari on plain http.
    Development,
}

impl Settings {
    /// Reads the settings of this process: its settings file and its environment.
    pub fn load() -> Result<Self, SettingsError> {
        let mut sources = Sources::default();
        let configured = std::env::var_os(CONFIG_VARIABLE);
        read_settings_file(&mut sources, configured.as_deref().map(Path::new));
        for (variable, value) in std::env::vars_os() {
            read_environment(&mut sources, &variable, value);
        }
        Self::build(sources)
    }

    /// Reads settings from the text of a settings file, if there is one, and from pairs as the environment has them.
    pub fn from_sources<Name: Into<String>, Value: Into<String>>(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (Name, Value)>,
    ) -> Result<Self, SettingsError> {
        let mut sources = Sources::default();
        if let Some(text) = file {
            sources.read_file(FILE_NAME, text);
        }
        for (variable, value) in environment {
            sources.read_variable(&variable.into(), value.into());
        }
        Self::build(sources)
    }

    /// The public URL of a server that listens at `address`.
    pub fn public_url_at(&self, address: SocketAddr) -> Option<PublicUrl> {
        self.public_url.clone().or_else(|| PublicUrl::for_loopback(address))
    }

    /// What the engine is told, of a server that is reached by `public_url`.
    pub fn engine(&self, public_url: &PublicUrl) -> EngineSettings {
        let mut settings = EngineSettings::new(public_url.as_str());
        if let Some(audience) = &self.tokens.audience {
            settings.audience.clone_from(audience);
        }
        settings.client_id.clone_from(&self.tokens.client_id);
        settings.access_token_lifetime = self.tokens.access_lifetime;
        settings.refresh_idle_lifetime = self.tokens.refresh_idle_lifetime;
        settings.refresh_absolute_lifetime = self.tokens.refresh_absolute_lifetime;
        settings.password_minimum_length = self.password_minimum_length;
        settings.hashing = self.hashing.clone();
        settings.throttle = self.throttle;
        settings
    }

    fn build(mut sources: Sources) -> Result<Self, SettingsError> {
        let listen = sources.take_or(&table::LISTEN, SocketAddr::from(([127, 0, 0, 1], 0)), parsed);
        let public_url = public_url(&mut sources, listen);
        let database_url = sources.take_or(&table::DATABASE_URL, SecretString::from("sqlite:data/latchkey.db"), database_url);
        let settings = Self {
            listen,
            cookie: cookie(&mut sources, public_url.as_ref()),
            public_url,
            master_secret: master_secret(&mut sources, &database_url),
            database_url,
            client_address: client_address(&mut sources),
            tokens: tokens(&mut sources),
            password_minimum_length: sources.take_or(&table::PASSWORD_MINIMUM_LENGTH, 12, |text| whole(text, 8, 64)),
            hashing: hashing(&mut sources),
            throttle: ThrottleSettings {
                free_tries: sources.take_or(&table::ACCOUNT_FREE_TRIES, 10, |text| whole(text, 1, 1_000_000)),
                longest_delay: sources.take_or(&table::ACCOUNT_LONGEST_DELAY_SECONDS, Duration::ZERO, |text| seconds(text, 1, 60)),
            },
            credential_rate: rate(&mut sources, &table::CREDENTIAL_RATE_BURST, &table::CREDENTIAL_RATE_PER_SECOND),
            request_rate: rate(&mut sources, &table::REQUEST_RATE_BURST, &table::REQUEST_RATE_PER_SECOND),
            limits: Limits {
                header_read: sources.take_or(&table::HEADER_READ_SECONDS, Duration::ZERO, |text| seconds(text, 1, 300)),
                request: sources.take_or(&table::REQUEST_SECONDS, Duration::ZERO, |text| seconds(text, 1, 3600)),
                connections: sources.take_or(&table::MAX_CONNECTIONS, 1, |text| whole(text, 1, 1_000_000)),
                shutdown: sources.take_or(&table::SHUTDOWN_SECONDS, Duration::ZERO, |text| seconds(text, 0, 3600)),
            },
            log: sources.take_or(&table::LOG, String::new(), log_filter),
            #[cfg(feature = "test-clock")]
            test_clock_listen: sources.take(&table::TEST_CLOCK_LISTEN, |text| parsed::<SocketAddr>(text).filter(|address| address.ip().is_loopback())),
        };
        let faults = sources.into_faults();
        if faults.is_empty() { Ok(settings) } else { Err(SettingsError::new(faults)) }
    }
}

/// Reads the file that `LATCHKEY_CONFIG` names, which must be there, or `latchkey.toml`, which need not be.
fn read_settings_file(sources: &mut Sources, configured: Option<&Path>) {
    let path = configured.unwrap_or(Path::new(FILE_NAME));
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => sources.read_file(&name, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && configured.is_none() => {}
        Err(error) => sources.fault(Fault::File { name, reason: format!("can't be read: {error}") }),
    }
}

/// Takes a variable of this process; what is not UTF-8 can't be right.
fn read_environment(sources: &mut Sources, variable: &OsString, value: OsString) {
    let Some(variable) = variable.to_str() else { return };
    let value = value.into_string().unwrap_or_else(|value| value.to_string_lossy().into_owned());
    sources.read_variable(variable, value);
}

fn public_url(sources: &mut Sources, listen: SocketAddr) -> Option<PublicUrl> {
    if sources.is_silent(&table::PUBLIC_URL) && !listen.ip().is_loopback() {
        sources.fault(Fault::unfit(
            &table::PUBLIC_URL,
            format!("must be given, as listen is {listen}, not on loopback; allowed is {}", table::PUBLIC_URL.allowed),
        ));
    }
    sources.take(&table::PUBLIC_URL, PublicUrl::parse)
}

fn cookie(sources: &mut Sources, public_url: Option<&PublicUrl>) -> CookieKind {
    let development = sources.take_or(&table::DEVELOPMENT_COOKIE, false, parsed);
    if development && public_url.is_some_and(|url| url.security() == Security::Encrypted) {
        sources.fault(Fault::unfit(&table::DEVELOPMENT_COOKIE, "is true, which is allowed only where public_url is http"));
    }
    if development { CookieKind::Development } else { CookieKind::Host }
}

fn master_secret(sources: &mut Sources, database_url: &SecretString) -> MasterSecretPlace {
    let given = sources.take(&table::MASTER_SECRET, |text| MasterSecret::parse(text).ok());
    let file = sources.take(&table::MASTER_SECRET_FILE, path);
    if !sources.is_silent(&table::MASTER_SECRET) && file.is_some() {
        sources.fault(Fault::unfit(&table::MASTER_SECRET_FILE, "is given beside master_secret; only one of them is allowed"));
    }
    let database = sqlite_path(database_url.expose_secret());
    match (given, file, database) {
        (Some(secret), _, _) => MasterSecretPlace::Given(secret),
        (None, Some(path), None) => MasterSecretPlace::File(path),
        (None, Some(path), Some(database)) => MasterSecretPlace::FileOrNew { path, database },
        (None, None, Some(database)) => MasterSecretPlace::FileOrNew { path: database.with_file_name("master.secret"), database },
        (None, None, None) => {
            if sources.is_silent(&table::MASTER_SECRET) && sources.is_silent(&table::MASTER_SECRET_FILE) {
                let reason = "must be given (or master_secret_file), as the database is no SQLite file to keep one beside; allowed is ";
                sources.fault(Fault::unfit(&table::MASTER_SECRET, format!("{reason}{}", table::MASTER_SECRET.allowed)));
            }
            MasterSecretPlace::File(PathBuf::new())
        }
    }
}

fn client_address(sources: &mut Sources) -> ClientAddressSource {
    let proxies = sources.take_or(&table::CLIENT_ADDRESS_PROXIES, 1, |text| whole(text, 1, 16));
    if sources.is_silent(&table::CLIENT_ADDRESS_HEADER) && !sources.is_silent(&table::CLIENT_ADDRESS_PROXIES) {
        sources.fault(Fault::unfit(&table::CLIENT_ADDRESS_PROXIES, "is given without client_address_header, which it belongs to"));
    }
    let name = sources.take(&table::CLIENT_ADDRESS_HEADER, |text| parsed::<HeaderName>(text).filter(|name| name.as_str() != "forwarded"));
    name.map_or(ClientAddressSource::Connection, |name| ClientAddressSource::Header { name, proxies })
}

fn tokens(sources: &mut Sources) -> TokenSettings {
    let idle = sources.take_or(&table::REFRESH_IDLE_DAYS, Duration::ZERO, |text| days(text, 365));
    let absolute = sources.take_or(&table::REFRESH_ABSOLUTE_DAYS, Duration::MAX, |text| days(text, 365));
    if idle > absolute {
        sources.fault(Fault::unfit(&table::REFRESH_IDLE_DAYS, "is longer than refresh_absolute_days; at most that is allowed"));
    }
    TokenSettings {
        audience: sources.take(&table::AUDIENCE, printing),
        client_id: sources.take_or(&table::CLIENT_ID, String::new(), printing),
        access_lifetime: sources.take_or(&table::ACCESS_TOKEN_SECONDS, Duration::ZERO, |text| seconds(text, 60, 3600)),
        refresh_idle_lifetime: idle,
        refresh_absolute_lifetime: absolute,
    }
}

fn hashing(sources: &mut Sources) -> HashingSettings {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let pepper = sources.take(&table::PEPPER, |text| (text.chars().count() >= 32).then(|| SecretString::from(text)));
    let pepper_id = sources.take_or(&table::PEPPER_ID, String::new(), |text| {
        ((1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| text.to_owned())
    });
    if sources.is_silent(&table::PEPPER) && !sources.is_silent(&table::PEPPER_ID) {
        sources.fault(Fault::unfit(&table::PEPPER_ID, "is given without pepper, which it names"));
    }
    HashingSettings {
        memory_kib: sources.take_or(&table::HASH_MEMORY_KIB, 0, |text| whole(text, 7168, 1_048_576)),
        iterations: sources.take_or(&table::HASH_ITERATIONS, 0, |text| whole(text, 1, 64)),
        width: sources.take(&table::HASH_THREADS, |text| whole(text, 1, 256)).unwrap_or(cores),
        queue: sources.take_or(&table::HASH_QUEUE, 0, |text| whole(text, 1, 65_536)),
        per_address_in_flight: sources.take_or(&table::HASH_PER_ADDRESS, 0, |text| whole(text, 1, 65_536)),
        pepper: pepper.map(|secret| Pepper { id: pepper_id, secret }),
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

fn printing(text: &str) -> Option<String> {
    ((1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')).then(|| text.to_owned())
}

fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

fn log_filter(text: &str) -> Option<String> {
    (!text.is_empty() && EnvFilter::try_new(text).is_ok()).then(|| text.to_owned())
}

fn database_url(text: &str) -> Option<SecretString> {
    let known = text.starts_with("postgres://") || text.starts_with("postgresql://") || sqlite_path(text).is_some();
    known.then(|| SecretString::from(text))
}

/// The file of a SQLite database.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let file = rest.split_once('?').map_or(rest, |(file, _)| file);
    (!file.is_empty() && file != ":memory:").then(|| PathBuf::from(file))
}

#[cfg(test)]
mod tests;
