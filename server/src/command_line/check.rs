//! `latchkey check`: looks at everything that a deployment stands on, changes nothing, and says what to do about what is wrong.

mod mail;

use std::{path::Path, sync::Arc};

use auth::{
    ExposeSecret as _, MasterSecret, SchemaState, Store, StoreError,
    clock::{Clock as _, SystemClock},
    random::SystemRandomness,
    token::Keysmith,
};
use clap::Args;
use serde::Serialize;

use super::{end::End, office, output};
use crate::{
    causes::with_causes,
    master_secret::{self, Found},
    open_files,
    settings::{ClientAddressSource, CookieKind, MasterSecretPlace, PublicUrl, Security, Settings},
    site::Site,
};

/// How the findings are told.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// End with code 5 for warnings too
    #[arg(long)]
    strict: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// In order.
    Ok,
    /// It works, and is probably not what is meant.
    Warning,
    /// It does not work, or must not be so.
    Fault,
}

/// What was found of one thing.
#[derive(Debug, Serialize)]
struct Finding {
    subject: &'static str,
    verdict: Verdict,
    words: String,
    remedy: Option<String>,
}

impl Finding {
    fn ok(subject: &'static str, words: impl Into<String>) -> Self {
        Self {
            subject,
            verdict: Verdict::Ok,
            words: words.into(),
            remedy: None,
        }
    }

    fn warning(subject: &'static str, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Warning,
            remedy: Some(remedy.into()),
            ..Self::ok(subject, words)
        }
    }

    fn fault(subject: &'static str, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Fault,
            ..Self::warning(subject, words, remedy)
        }
    }
}

impl Check {
    pub(super) fn run(&self) -> Result<(), End> {
        let findings = match Settings::load() {
            Ok(settings) => office::runtime()?.block_on(look(settings)),
            Err(error) => error
                .faults()
                .iter()
                .map(|fault| {
                    let remedy = "`latchkey config list` says what is allowed";
                    Finding::fault("settings", fault.to_string(), remedy)
                })
                .collect(),
        };
        self.tell(&findings)?;
        let wanting = |finding: &Finding| match finding.verdict {
            Verdict::Ok => false,
            Verdict::Warning => self.strict,
            Verdict::Fault => true,
        };
        if findings.iter().any(wanting) {
            Err(End::found_wanting())
        } else {
            Ok(())
        }
    }

    fn tell(&self, findings: &[Finding]) -> Result<(), End> {
        if self.json {
            return output::json(&findings);
        }
        for finding in findings {
            let verdict = match finding.verdict {
                Verdict::Ok => "ok",
                Verdict::Warning => "warning",
                Verdict::Fault => "FAULT",
            };
            output::line(format!(
                "{verdict:<8}{:<14}{}",
                finding.subject, finding.words
            ))?;
            if let Some(remedy) = &finding.remedy {
                output::line(format!("{:22}-> {remedy}", ""))?;
            }
        }
        Ok(())
    }
}

async fn look(settings: Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("settings", "every one is known and allowed")];
    let public_url = settings.public_url_at(settings.listen);
    if let Some(url) = &public_url {
        findings.push(public_address(url));
        findings.push(proxy(url, &settings.client_address));
    }
    findings.push(cookie(settings.cookie));
    findings.extend(rates(&settings));
    findings.push(connections(settings.limits.connections));
    findings.push(hashing(&settings));
    findings.push(site());
    if let Some(url) = &public_url {
        findings.push(mail::mail(&settings, url).await);
    }
    let (secret, finding) = secret(&settings.master_secret);
    findings.push(finding);
    findings.extend(database(&settings, public_url.as_ref(), secret.as_ref()).await);
    findings
}

fn public_address(url: &PublicUrl) -> Finding {
    match url.security() {
        Security::Encrypted => Finding::ok("public URL", url.as_str()),
        Security::Loopback => Finding::warning(
            "public URL",
            format!("{url} is on this machine alone"),
            "For others to reach it: a proxy that does TLS, and LATCHKEY_PUBLIC_URL=https://… , by which browsers reach that",
        ),
    }
}

fn proxy(url: &PublicUrl, source: &ClientAddressSource) -> Finding {
    match (url.security(), source) {
        (Security::Encrypted, ClientAddressSource::Connection) => Finding::warning(
            "proxy",
            "the address of the connection counts as the client's: behind a proxy all the world shares one budget",
            "LATCHKEY_CLIENT_ADDRESS_HEADER=x-forwarded-for, or whichever header your proxy tells the client's address in",
        ),
        (Security::Loopback, ClientAddressSource::Connection) => Finding::ok(
            "proxy",
            "none; the address of the connection is the client's",
        ),
        (_, ClientAddressSource::Header { name, proxies }) => Finding::ok(
            "proxy",
            format!(
                "the client's address is value {proxies} from the right in {name}; no client may reach this server but through the proxy"
            ),
        ),
    }
}

fn cookie(kind: CookieKind) -> Finding {
    match kind {
        CookieKind::Host => Finding::ok("cookie", "__Host-, HttpOnly, Secure, SameSite=Lax"),
        CookieKind::Development => Finding::warning(
            "cookie",
            "that of development, which any sibling domain may overwrite and which is sent without TLS",
            "Leave LATCHKEY_DEVELOPMENT_COOKIE out, but on a developer's own machine",
        ),
    }
}

fn rates(settings: &Settings) -> Vec<Finding> {
    let unlimited = [
        (settings.credential_rate, "CREDENTIAL_RATE_BURST"),
        (settings.request_rate, "REQUEST_RATE_BURST"),
    ]
    .into_iter()
    .filter(|(rate, _)| rate.burst == 0);
    let warnings: Vec<_> = unlimited
        .map(|(_, name)| {
            Finding::warning(
                "budgets",
                format!("LATCHKEY_{name} is 0: one address may ask without limit"),
                format!("Leave LATCHKEY_{name} out, and the default holds"),
            )
        })
        .collect();
    if warnings.is_empty() {
        return vec![Finding::ok("budgets", "each address has one")];
    }
    warnings
}

fn connections(wanted: usize) -> Finding {
    const SUBJECT: &str = "connections";
    let room = open_files::make_room_for(wanted);
    if room == wanted {
        return Finding::ok(SUBJECT, format!("{wanted} may be open at once"));
    }
    Finding::warning(
        SUBJECT,
        format!(
            "the system lets {room} be open at once, not LATCHKEY_MAX_CONNECTIONS ({wanted}): further ones wait"
        ),
        "Raise the hard limit of open files: `ulimit -Hn`, LimitNOFILE of the systemd unit, or --ulimit nofile of the container",
    )
}

fn hashing(settings: &Settings) -> Finding {
    /// What OWASP's Password Storage Cheat Sheet recommends of argon2id, as KiB and iterations.
    const RECOMMENDED: [(u32, u32); 5] = [
        (47_104, 1),
        (19_456, 2),
        (12_288, 3),
        (9_216, 4),
        (7_168, 5),
    ];
    let hashing = &settings.hashing;
    let (memory, iterations) = (hashing.memory_kib, hashing.iterations);
    let words = format!("argon2id, {memory} KiB, {iterations} iterations");
    let strong = RECOMMENDED
        .iter()
        .any(|(least_memory, least)| memory >= *least_memory && iterations >= *least);
    if strong {
        Finding::ok("passwords", words)
    } else {
        Finding::warning(
            "passwords",
            format!("{words}: weaker than OWASP recommends"),
            "Leave LATCHKEY_HASH_MEMORY_KIB and LATCHKEY_HASH_ITERATIONS out, and the defaults hold",
        )
    }
}

fn site() -> Finding {
    match Site::find().map(|site| site.whereabouts()) {
        Ok(Ok(place)) => Finding::ok("site", place),
        Ok(Err(place)) => Finding::fault(
            "site",
            format!("{place} is not there: pages would stay without style and life"),
            "Keep the folder `site` beside the program, or name it by LEPTOS_SITE_ROOT",
        ),
        Err(error) => Finding::fault(
            "site",
            with_causes(&error),
            "Leptos.toml beside the program is the one that came with it; no LEPTOS_ variable need be set",
        ),
    }
}

/// Looks for the master secret, and makes none.
fn secret(place: &MasterSecretPlace) -> (Option<MasterSecret>, Finding) {
    const SUBJECT: &str = "master secret";
    match master_secret::look(place) {
        Ok(Found::Secret(secret)) => (
            Some(secret),
            Finding::ok(SUBJECT, "it is there, and strong"),
        ),
        Ok(Found::MadeOnFirstStart(path)) => {
            let words = format!("none yet; the first start makes one in {}", path.display());
            (None, Finding::ok(SUBJECT, words))
        }
        Err(error) => {
            let remedy =
                "Name it by LATCHKEY_MASTER_SECRET_FILE; `openssl rand -base64 32` makes one";
            (None, Finding::fault(SUBJECT, with_causes(&error), remedy))
        }
    }
}

async fn database(
    settings: &Settings,
    public_url: Option<&PublicUrl>,
    secret: Option<&MasterSecret>,
) -> Vec<Finding> {
    const SUBJECT: &str = "database";
    if let Some(path) = settings.sqlite_file()
        && !path.exists()
    {
        return vec![no_file_yet(&path)];
    }
    let store = match Store::connect(settings.database_url.expose_secret()).await {
        Ok(store) => store,
        Err(error) => {
            let remedy = if error.is_transient() {
                "Start it, or mend LATCHKEY_DATABASE_URL; a server answers 503 until it is there"
            } else {
                "Mend LATCHKEY_DATABASE_URL, or what it names; a server does not start on it"
            };
            return vec![Finding::fault(SUBJECT, with_causes(&error), remedy)];
        }
    };
    let mut findings = vec![Finding::ok(SUBJECT, "it answers")];
    let state = store.schema_state().await;
    let current = matches!(state, Ok(SchemaState::UpToDate));
    findings.push(migrations(state));
    findings.push(clock(&store).await);
    if let (true, Some(secret), Some(url)) = (current, secret, public_url) {
        findings.push(keys(settings, store, url, secret).await);
    }
    findings
}

fn no_file_yet(path: &Path) -> Finding {
    Finding::ok(
        "database",
        format!("none yet; the first start makes {}", path.display()),
    )
}

fn migrations(state: Result<SchemaState, StoreError>) -> Finding {
    const SUBJECT: &str = "migrations";
    match state {
        Ok(SchemaState::UpToDate) => Finding::ok(SUBJECT, "all are made"),
        Ok(SchemaState::Behind { missing }) => Finding::warning(
            SUBJECT,
            format!("{missing} are to be made"),
            "The server makes them at its start; `latchkey migrate` makes them now. Back up first",
        ),
        Ok(SchemaState::Ahead { newest }) => Finding::fault(
            SUBJECT,
            StoreError::Newer { newest }.to_string(),
            "This program refuses to start on it",
        ),
        Err(error) => Finding::fault(
            SUBJECT,
            with_causes(&error),
            "See whether the user of LATCHKEY_DATABASE_URL may read the tables",
        ),
    }
}

/// Compares this machine's clock with that of the database's machine: processes may differ by the five seconds of leeway that tokens have.
async fn clock(store: &Store) -> Finding {
    const SUBJECT: &str = "clock";
    match store.database_time().await {
        Ok(None) => Finding::ok(SUBJECT, "one machine, one clock"),
        Ok(Some(theirs)) => {
            let ours = SystemClock.now();
            let apart = ours.since(theirs).max(theirs.since(ours));
            let words = format!(
                "{:.1} s apart from that of the database",
                apart.as_secs_f64()
            );
            if apart.as_secs() < 2 {
                Finding::ok(SUBJECT, words)
            } else {
                Finding::fault(SUBJECT, words, "Let both machines follow a time server")
            }
        }
        Err(error) => Finding::warning(
            SUBJECT,
            with_causes(&error),
            "Compare the clocks of the machines by hand",
        ),
    }
}

async fn keys(
    settings: &Settings,
    store: Store,
    url: &PublicUrl,
    secret: &MasterSecret,
) -> Finding {
    const SUBJECT: &str = "signing keys";
    let smith = Keysmith::new(
        store,
        &settings.engine(url),
        Arc::new(SystemClock),
        Arc::new(SystemRandomness::default()),
        secret,
    );
    let opened = match smith {
        Ok(smith) => smith.open_all().await,
        Err(error) => Err(error.into()),
    };
    match opened {
        Ok(0) => Finding::ok(SUBJECT, "none yet; the first start makes them"),
        Ok(count) => Finding::ok(
            SUBJECT,
            format!("{count}, and all open under the master secret"),
        ),
        Err(error) => Finding::fault(
            SUBJECT,
            with_causes(&error),
            "Name the master secret that they were sealed under. If it is lost, `latchkey key start-anew` makes new keys, and signs \
             everybody out",
        ),
    }
}
