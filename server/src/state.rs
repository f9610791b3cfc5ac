//! What every handler is given.

use std::{ops::Deref, sync::Arc};

use app::page::DeletionDays;
use auth::{Engine, random::Randomness};

use crate::{
    mail::Courier,
    middleware::RateLimits,
    refresh_cookie::RefreshCookie,
    settings::{ClientAddressSource, PublicUrl},
    site::Site,
};

/// What every handler is given. A handle: cheap to clone, as each layer of middleware does for each request.
#[derive(Clone)]
pub(crate) struct State(Arc<Parts>);

impl State {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for State {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What there is.
pub(crate) struct Parts {
    /// The engine.
    pub(crate) engine: Engine,
    /// By which browsers reach us.
    pub(crate) public_url: PublicUrl,
    /// The cookie that holds the refresh token.
    pub(crate) cookie: RefreshCookie,
    /// How the client's address is told.
    pub(crate) client_address: ClientAddressSource,
    /// How often an address may ask.
    pub(crate) rates: RateLimits,
    /// The files of the browser's half.
    pub(crate) site: Arc<Site>,
    /// Where nonces come from.
    pub(crate) randomness: Arc<dyn Randomness>,
    /// How long a request may take.
    pub(crate) request_limit: std::time::Duration,
    /// Who carries letters, if any are sent.
    pub(crate) courier: Option<Arc<Courier>>,
    /// How long a person may change their mind about deleting their account.
    pub(crate) deletion_days: DeletionDays,
    /// Whether requests are measured.
    pub(crate) is_measured: bool,
}
