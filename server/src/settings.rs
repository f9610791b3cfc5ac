//! The settings: defaults, then `latchkey.toml`, then `LATCHKEY_*` variables, read once into one typed value.
//!
//! Every name is known. A wrong or unknown setting stops the start, with its name, the value that was read and what is allowed; all faults
//! are told at once. [`table`] declares each setting, and says what it may be.

mod breached_passwords;
mod fault;
mod public_url;
mod read;
mod sources;
pub mod table;

use std::{
    ffi::OsString,
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use auth::{
    EngineSettings, ExposeSecret as _, HashingSettings, MasterSecret, SecretString,
    ThrottleSettings, Verification, token::SigningAlgorithm,
};
use axum::http::HeaderName;

use self::sources::{CONFIG_VARIABLE, Sources};
pub use self::{
    fault::{Fault, Place, SettingsError},
    public_url::{PublicUrl, Security},
    sources::Origin,
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
    /// What stands before a part of a password's hash where one asks whether it is known from a breach. Nobody is asked if nothing is said.
    pub breached_passwords: Option<url::Url>,
    /// How passwords are hashed.
    pub hashing: HashingSettings,
    /// When an account makes people wait.
    pub throttle: ThrottleSettings,
    /// How many registrations and sign-ins one address may make.
    pub credential_rate: Rate,
    /// How many other requests one address may make.
    pub request_rate: Rate,
    /// How long events stay in the audit log; for good if nothing is said.
    pub audit_retention: Option<Duration>,
    /// How letters are sent.
    pub mail: MailSettings,
    /// What becomes of accounts.
    pub accounts: AccountSettings,
    /// What connections and requests are allowed.
    pub limits: Limits,
    /// The cookie that holds the refresh token.
    pub cookie: CookieKind,
    /// Where Prometheus reads the metrics, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// What is logged, as a filter.
    pub log: String,
    /// What its lines look like.
    pub log_format: LogFormat,
    /// The collector that spans are sent to, if any.
    #[cfg(feature = "opentelemetry")]
    pub otlp_endpoint: Option<url::Url>,
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
    /// How new keys sign.
    pub signing_algorithm: SigningAlgorithm,
    /// How long a key signs; until it is told otherwise if nothing is said.
    pub key_rotation: Option<Duration>,
}

/// How letters are sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Who carries them.
    pub place: MailPlace,
    /// From whom they are.
    pub from: lettre::message::Mailbox,
}

/// Who carries letters.
#[derive(Clone, Debug)]
pub enum MailPlace {
    /// Nobody: none are written.
    Nowhere,
    /// Nobody, but who develops reads them at `/dev/mail`.
    Mailbox,
    /// They are written into this folder.
    Folder(PathBuf),
    /// A mail server, by its URL, which may hold a password.
    Server(SecretString),
}

/// What becomes of accounts.
#[derive(Clone, Copy, Debug)]
pub struct AccountSettings {
    /// Whether an account begins before its address was proven.
    pub verification: Verification,
    /// Whether a letter is a way to sign in.
    pub sign_in_links: bool,
    /// How many sessions a user may have; 0 is without limit.
    pub sessions_per_user: u32,
    /// How long a session lasts that the browser is not to keep.
    pub unremembered_lifetime: Duration,
    /// How long users may change their mind about deleting their account.
    pub deletion_delay: Duration,
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

/// What the lines of the log look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person in a terminal, JSON elsewhere.
    Auto,
    /// For a person.
    Human,
    /// An object a line.
    Json,
}

impl Settings {
    /// Reads the settings of this process: its settings file and its environment.
    pub fn load() -> Result<Self, SettingsError> {
        read::settings(sources_of_this_process())
    }

    /// Where the value of each setting of this process comes from.
    pub fn origins() -> Result<Vec<Origin>, SettingsError> {
        let sources = sources_of_this_process();
        let origins = sources.origins();
        read::settings(sources)?;
        Ok(origins)
    }

    /// The file of the database, if it is SQLite's.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        read::sqlite_path(self.database_url.expose_secret())
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
        read::settings(sources)
    }

    /// The public URL of a server that listens at `address`.
    pub fn public_url_at(&self, address: SocketAddr) -> Option<PublicUrl> {
        self.public_url
            .clone()
            .or_else(|| PublicUrl::for_loopback(address))
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
        settings.signing_algorithm = self.tokens.signing_algorithm;
        settings.key_rotation = self.tokens.key_rotation;
        settings.password_minimum_length = self.password_minimum_length;
        settings.hashing = self.hashing.clone();
        settings.throttle = self.throttle;
        settings.audit_retention = self.audit_retention;
        settings.sends_mail = !matches!(self.mail.place, MailPlace::Nowhere);
        settings.verification = self.accounts.verification;
        settings.sign_in_links = self.accounts.sign_in_links;
        settings.sessions_per_user = self.accounts.sessions_per_user;
        settings.unremembered_lifetime = self.accounts.unremembered_lifetime;
        settings.deletion_delay = self.accounts.deletion_delay;
        settings
    }
}

fn sources_of_this_process() -> Sources {
    let mut sources = Sources::default();
    let configured = std::env::var_os(CONFIG_VARIABLE);
    read_settings_file(&mut sources, configured.as_deref().map(Path::new));
    for (variable, value) in std::env::vars_os() {
        read_environment(&mut sources, &variable, value);
    }
    sources
}

/// Reads the file that `LATCHKEY_CONFIG` names, which must be there, or `latchkey.toml`, which need not be.
fn read_settings_file(sources: &mut Sources, configured: Option<&Path>) {
    let path = configured.unwrap_or(Path::new(FILE_NAME));
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => sources.read_file(&name, &text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && configured.is_none() => {}
        Err(error) => sources.fault(Fault::File {
            name,
            reason: format!("can't be read: {error}"),
        }),
    }
}

/// Takes a variable of this process; what is not UTF-8 can't be right.
fn read_environment(sources: &mut Sources, variable: &OsString, value: OsString) {
    let Some(variable) = variable.to_str() else {
        return;
    };
    let value = value
        .into_string()
        .unwrap_or_else(|value| value.to_string_lossy().into_owned());
    sources.read_variable(variable, value);
}

#[cfg(test)]
mod tests;
