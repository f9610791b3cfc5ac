//! The issuer's public keys: kept for as long as it says, and fetched again when a token names one that is not among them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::{Client, Response, header::CACHE_CONTROL, redirect::Policy};
use tokio::sync::{Mutex, RwLock};

use crate::{Config, INVALID_TOKEN, NO_KEYS, Refusal};

/// How long keys are kept, at the most.
const KEPT: Duration = Duration::from_mins(5);
/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

pub(crate) struct Keys {
    pub(crate) config: Config,
    client: Client,
    /// When the issuer was asked last.
    asked: Mutex<Option<Instant>>,
    /// The keys, and until when they are kept.
    known: RwLock<Option<(JwkSet, Instant)>>,
}

impl Keys {
    pub(crate) fn of(config: Config) -> Result<Self, reqwest::Error> {
        // The issuer and nobody else, wherever it would redirect to and whatever proxy the environment names.
        let client = Client::builder().redirect(Policy::none()).no_proxy();
        Ok(Self {
            config,
            client: client.timeout(PATIENCE).build()?,
            asked: Mutex::default(),
            known: RwLock::default(),
        })
    }

    /// The key of this id.
    pub(crate) async fn find(self: &Arc<Self>, id: &str) -> Result<Jwk, Refusal> {
        let is_good =
            |(keys, until): &(JwkSet, Instant)| keys.find(id).is_some() && Instant::now() < *until;
        let is_known = self.known.read().await.as_ref().is_some_and(is_good);
        if !is_known {
            // A task of its own: a caller who hangs up must not end what others wait for.
            let _ = tokio::spawn(Arc::clone(self).refresh()).await;
        }
        let known = self.known.read().await;
        let (keys, _) = known.as_ref().ok_or(NO_KEYS)?;
        keys.find(id).cloned().ok_or(INVALID_TOKEN)
    }

    /// Asks the issuer, unless it was asked just now: whoever makes up key ids must not be able to have it asked for each. What it no longer
    /// tells is forgotten; where it can't be asked, what was known stays.
    async fn refresh(self: Arc<Self>) {
        // Who comes while it is being asked waits here for its answer.
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|asked| asked.elapsed() < self.config.pause) {
            return;
        }
        *asked = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => *self.known.write().await = Some(keys),
            Err(error) => tracing::warn!(%error, "The issuer's keys can't be fetched"),
        }
    }

    async fn fetch(&self) -> Result<(JwkSet, Instant), reqwest::Error> {
        let address = format!("{}/.well-known/jwks.json", self.config.issuer);
        let answer = self.client.get(address).send().await?;
        let answer = answer.error_for_status()?;
        let until = Instant::now() + max_age(&answer).map_or(KEPT, |age| age.min(KEPT));
        Ok((answer.json().await?, until))
    }
}

fn max_age(answer: &Response) -> Option<Duration> {
    let value = answer.headers().get(CACHE_CONTROL)?.to_str().ok()?;
    let mut directives = value.split(',').map(str::trim);
    let age = directives.find_map(|directive| directive.strip_prefix("max-age="))?;
    age.parse().ok().map(Duration::from_secs)
}
