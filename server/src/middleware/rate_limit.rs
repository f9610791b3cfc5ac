//! How often one address may ask.
//!
//! `tower_governor` keeps the counts. Two budgets: one for what costs a password hash, one for the rest. At the pages' door a form asks for its
//! budget itself, so that it can be drawn again with what was typed.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::Request,
    response::{IntoResponse, Response},
};
use governor::{
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
};
use tower_governor::{
    GovernorError, GovernorLayer,
    governor::{GovernorConfig, GovernorConfigBuilder},
    key_extractor::KeyExtractor,
};

use crate::{measure::BudgetKind, middleware::ClientAddress, problem::Problem, settings::Rate};

/// How often the counts of addresses that have been quiet are thrown away.
const SWEEP: Duration = Duration::from_mins(1);

/// The key by which requests are counted: the client's network.
#[derive(Clone, Debug)]
pub(crate) struct ByNetwork;

impl KeyExtractor for ByNetwork {
    type Key = IpAddr;

    fn extract<T>(&self, request: &Request<T>) -> Result<IpAddr, GovernorError> {
        request
            .extensions()
            .get::<ClientAddress>()
            .map(|address| address.network())
            .ok_or(GovernorError::UnableToExtractKey)
    }
}

/// What one address may do, and what it has done.
#[derive(Clone)]
pub(crate) struct Budget {
    kind: BudgetKind,
    /// Nothing, where there is no limit.
    config: Option<Arc<GovernorConfig<ByNetwork, NoOpMiddleware>>>,
}

impl Budget {
    fn new(kind: BudgetKind, rate: Rate) -> Self {
        let mut builder = GovernorConfigBuilder::default();
        builder
            .period(Duration::from_secs(1) / rate.per_second.max(1))
            .burst_size(rate.burst);
        Self {
            kind,
            // A burst of nothing means no limit; the builder then makes no limiter.
            config: builder.key_extractor(ByNetwork).finish().map(Arc::new),
        }
    }

    /// The layer that takes each request off this budget.
    pub(crate) fn layer(
        &self,
    ) -> tower::util::Either<
        GovernorLayer<ByNetwork, NoOpMiddleware, Body>,
        tower::layer::util::Identity,
    > {
        let kind = self.kind;
        tower::util::option_layer(self.config.clone().map(|config| {
            GovernorLayer::new(config).error_handler(move |error| refuse(&error, kind))
        }))
    }

    /// Takes one try of an address off this budget.
    pub(crate) fn take(&self, address: ClientAddress) -> Result<(), Problem> {
        let Some(config) = &self.config else {
            return Ok(());
        };
        config
            .limiter()
            .check_key(&address.network())
            .map_err(|refused| {
                self.kind.count_refusal();
                let wait = refused.wait_time_from(DefaultClock::default().now());
                Problem::too_many_requests(wait.as_secs() + 1)
            })
    }

    fn sweep(&self) {
        if let Some(config) = &self.config {
            config.limiter().retain_recent();
            config.limiter().shrink_to_fit();
        }
    }
}

/// Says that an address asks too often. `tower_governor` rounds the wait down, to 0 at times.
fn refuse(error: &GovernorError, kind: BudgetKind) -> Response {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => {
            kind.count_refusal();
            Problem::too_many_requests(wait_time + 1)
        }
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => {
            tracing::error!("A request came without an address");
            Problem::internal()
        }
    }
    .into_response()
}

/// The budgets.
#[derive(Clone)]
pub(crate) struct RateLimits {
    /// For registrations and sign-ins.
    pub(crate) credentials: Budget,
    /// For everything else that is not a file.
    pub(crate) requests: Budget,
}

impl RateLimits {
    /// Makes the budgets that the settings name.
    pub(crate) fn new(credentials: Rate, requests: Rate) -> Self {
        Self {
            credentials: Budget::new(BudgetKind::Credentials, credentials),
            requests: Budget::new(BudgetKind::Requests, requests),
        }
    }

    /// Throws away the counts of quiet addresses for as long as it is polled, so that memory follows those who ask now.
    pub(crate) async fn sweep(self) {
        let mut turns = tokio::time::interval(SWEEP);
        loop {
            turns.tick().await;
            self.credentials.sweep();
            self.requests.sweep();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> ClientAddress {
        ClientAddress(text.parse().unwrap())
    }

    fn budget(burst: u32) -> Budget {
        let rate = Rate {
            burst,
            per_second: 1,
        };
        Budget::new(BudgetKind::Requests, rate)
    }

    #[test]
    fn a_budget_is_spent_by_each_network_alone() {
        let budget = budget(2);
        assert!(budget.take(address("2001:db8::1")).is_ok());
        assert!(budget.take(address("2001:db8::2")).is_ok());
        let problem = budget.take(address("2001:db8::3")).unwrap_err();
        assert_eq!(
            (problem.status().as_u16(), problem.retry_after()),
            (429, Some(1))
        );
        assert!(budget.take(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn a_burst_of_nothing_is_no_limit() {
        let budget = budget(0);
        assert!((0..1000).all(|_| budget.take(address("1.2.3.4")).is_ok()));
    }
}
