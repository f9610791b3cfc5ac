//! What is logged of each request: a line once it is answered, with method, path, status and time, and on every line that is written on the way
//! the ids of the request and of its trace. Never the query, a header or a body: secrets travel there.

use std::time::Instant;

use auth::random::RandomnessError;
use axum::{
    extract::{Request, State as FromState},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::{Instrument as _, Span, field};

use super::{request_id::RequestId, trace_context::TraceParent};
use crate::{problem::Problem, random_hex, state::State, telemetry};

/// Logs the request once it is answered, and gives its id back.
pub(crate) async fn log(
    FromState(state): FromState<State>,
    request: Request,
    next: Next,
) -> Response {
    let Ok(exchange) = Exchange::begin(&state, &request) else {
        tracing::error!("The system's source of randomness failed");
        return Problem::internal().into_response();
    };
    let mut response = next.run(request).instrument(exchange.span.clone()).await;
    exchange.end(response.status());
    exchange.id.put_on(response.headers_mut());
    response
}

/// A request and what becomes of it.
struct Exchange {
    started: Instant,
    method: Method,
    path: String,
    id: RequestId,
    span: Span,
}

impl Exchange {
    fn begin(state: &State, request: &Request) -> Result<Self, RandomnessError> {
        let id = RequestId::of(request.headers(), &*state.randomness)?;
        // At the level that no filter of levels leaves out; telemetry lets its target pass in any case.
        let span = tracing::error_span!(
            target: telemetry::REQUEST,
            "request",
            request_id = %id,
            trace_id = field::Empty,
            otel.kind = field::Empty
        );
        let parent = TraceParent::of(request.headers());
        let trace_id = match telemetry::join_trace(&span, parent.as_ref(), request) {
            Some(trace_id) => trace_id,
            None => random_hex::draw::<16>(&*state.randomness)?,
        };
        span.record("trace_id", field::display(trace_id));
        Ok(Self {
            started: Instant::now(),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            id,
            span,
        })
    }

    /// Writes the line.
    fn end(&self, status: StatusCode) {
        let _entered = self.span.enter();
        let (method, path) = (&self.method, self.path.as_str());
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if status.is_server_error() {
            tracing::warn!(%method, path, status = status.as_u16(), milliseconds, "A request failed");
        } else {
            tracing::debug!(%method, path, status = status.as_u16(), milliseconds, "A request was answered");
        }
        telemetry::tell_outcome(&self.span, status);
    }
}
