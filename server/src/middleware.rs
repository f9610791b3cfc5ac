//! What happens to every request before its handler and to every answer after it. [`crate::routes`] says in which order.

pub(crate) mod client_address;
pub(crate) mod door;
pub(crate) mod log;
pub(crate) mod measure;
pub(crate) mod own_host;
pub(crate) mod panics;
pub(crate) mod presentation;
mod rate_limit;
mod request_id;
pub(crate) mod same_origin;
pub(crate) mod security_headers;
pub(crate) mod time_limit;
mod trace_context;
pub(crate) mod whole_body;

pub(crate) use self::{
    client_address::ClientAddress,
    rate_limit::RateLimits,
    security_headers::{LetterPolicy, ResponseNonce},
    trace_context::TraceParent,
};
