//! A request that takes too long is given up.

use axum::{
    extract::{Request, State as FromState},
    http::{HeaderValue, header::CONNECTION},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, state::State};

/// Answers 408 where reading the request and handling it take longer than they may. What was under way is dropped.
pub(crate) async fn guard(
    FromState(state): FromState<State>,
    request: Request,
    next: Next,
) -> Response {
    if let Ok(response) = tokio::time::timeout(state.request_limit, next.run(request)).await {
        return response;
    }
    let mut response = Problem::timed_out().into_response();
    // Half a request may still lie on the wire.
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
