//! The issuer's public keys: kept for as long as it says, and fetched again when a token names one that is not among them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use headers::{CacheControl, HeaderMapExt};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::{Client, redirect::Policy};
use tokio::sync::{Mutex, RwLock};

use crate::{INVALID_TOKEN, Issuer, NO_KEYS, Refusal};

/// How long keys are kept, at the most.
const KEPT: Duration = Duration::from_mins(5);

pub(crate) struct Keys {
    pub(crate) issuer: Issuer,
    /// How long the issuer is left alone after it was asked.
    pause: Duration,
    client: Client,
    /// When the issuer was asked last.
    asked: Mutex<Option<Instant>>,
    /// The keys, and until when they are kept.
    known: RwLock<Option<(JwkSet, Instant)>>,
}

impl Keys {
    pub(crate) fn of(issuer: Issuer, pause: Duration) -> Result<Self, reqwest::Error> {
        // The issuer and nobody else, wherever it would redirect to and whatever proxy the environment names.
        let client = Client::builder().redirect(Policy::none()).no_proxy();
        Ok(Self {
            issuer,
            pause,
            client: client.timeout(Duration::from_secs(3)).build()?,
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
        if asked.is_some_and(|asked| asked.elapsed() < self.pause) {
            return;
        }
        *asked = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => *self.known.write().await = Some(keys),
            Err(error) => tracing::warn!(%error, "The issuer's keys can't be fetched"),
        }
    }

    async fn fetch(&self) -> Result<(JwkSet, Instant), reqwest::Error> {
        let address = format!("{}/.well-known/jwks.json", self.issuer.url);
        let answer = self.client.get(address).send().await?.error_for_status()?;
        let caching = answer.headers().typed_get::<CacheControl>();
        let age = caching.map_or(KEPT, |caching| caching.max_age().unwrap_or(KEPT));
        Ok((answer.json().await?, Instant::now() + age.min(KEPT)))
    }
}
