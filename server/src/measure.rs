//! What the server measures besides what the engine does, and where it is read: at an address of its own, never at the public one.
//!
//! Labels have few values: the pattern of a route and not the path, a method that there is, a status. Nothing that a client wrote becomes one.

mod exposition;
mod process;

use metrics::{
    Gauge, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

pub(crate) use self::exposition::{Exposition, ExpositionError};

const REQUESTS: &str = "latchkey_http_requests_total";
const REQUEST_TIME: &str = "latchkey_http_request_duration_seconds";
const REQUESTS_IN_FLIGHT: &str = "latchkey_http_requests_in_flight";
const CONNECTIONS: &str = "latchkey_http_connections";
const CONNECTIONS_LIMIT: &str = "latchkey_http_connections_limit";
const RATE_REFUSALS: &str = "latchkey_rate_limit_refusals_total";
const CROSS_SITE_REFUSALS: &str = "latchkey_cross_site_refusals_total";
const BUILD: &str = "latchkey_build_info";

/// The budgets that an address has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BudgetKind {
    /// For registrations and sign-ins.
    Credentials,
    /// For everything else.
    Requests,
}

impl BudgetKind {
    const ALL: [Self; 2] = [Self::Credentials, Self::Requests];

    const fn label(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Requests => "requests",
        }
    }

    /// Counts that an address had used up this budget.
    pub(crate) fn count_refusal(self) {
        counter!(RATE_REFUSALS, "budget" => self.label()).increment(1);
    }
}

/// Counts a request that another site's page made a browser send.
pub(crate) fn count_cross_site_refusal() {
    counter!(CROSS_SITE_REFUSALS).increment(1);
}

/// A request that was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The pattern of its route.
    pub(crate) route: String,
    /// Its method.
    pub(crate) method: &'static str,
    /// The status of its answer.
    pub(crate) status: u16,
    /// How long that took.
    pub(crate) time: std::time::Duration,
}

impl Answered {
    /// Counts it.
    pub(crate) fn count(self) {
        histogram!(REQUEST_TIME, "route" => self.route.clone()).record(self.time);
        counter!(
            REQUESTS,
            "route" => self.route,
            "method" => self.method,
            "status" => self.status.to_string()
        )
        .increment(1);
    }
}

/// Something that goes on, counted until it is dropped.
#[derive(Debug)]
pub(crate) struct GoingOn(Gauge);

impl GoingOn {
    /// A request.
    pub(crate) fn request() -> Self {
        Self::begin(gauge!(REQUESTS_IN_FLIGHT))
    }

    /// A connection.
    pub(crate) fn connection() -> Self {
        Self::begin(gauge!(CONNECTIONS))
    }

    fn begin(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// Tells how many connections there may be.
pub(crate) fn tell_connection_limit(limit: usize) {
    gauge!(CONNECTIONS_LIMIT).set(u32::try_from(limit).unwrap_or(u32::MAX));
}

/// Says what each number of the server means, and begins those at 0 whose labels are known beforehand.
fn describe() {
    describe_counter!(
        REQUESTS,
        Unit::Count,
        "Requests that were answered, by the pattern of their route, method and status."
    );
    describe_histogram!(
        REQUEST_TIME,
        Unit::Seconds,
        "How long requests took, from their head to the head of the answer, by the pattern of their route."
    );
    describe_counter!(
        RATE_REFUSALS,
        Unit::Count,
        "Requests that were refused since their address had used up a budget."
    );
    describe_counter!(
        CROSS_SITE_REFUSALS,
        Unit::Count,
        "Requests that were refused since another site's page made a browser send them."
    );
    for (name, help) in [
        (REQUESTS_IN_FLIGHT, "Requests that are being answered."),
        (CONNECTIONS, "Connections that are open."),
        (
            CONNECTIONS_LIMIT,
            "How many connections may be open at once.",
        ),
        (BUILD, "1, and the version of the program as a label."),
    ] {
        describe_gauge!(name, Unit::Count, help);
    }
    for budget in BudgetKind::ALL {
        counter!(RATE_REFUSALS, "budget" => budget.label()).increment(0);
    }
    counter!(CROSS_SITE_REFUSALS).increment(0);
    gauge!(REQUESTS_IN_FLIGHT).set(0.0);
    gauge!(CONNECTIONS).set(0.0);
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}
