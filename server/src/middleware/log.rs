//! A line in the log for each request: method, path, status and time. Never the query, a header or a body: secrets travel there.

use std::time::Instant;

use axum::{extract::Request, middleware::Next, response::Response};

/// Logs the request once it is answered.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let milliseconds = started.elapsed().as_millis();
    if status >= 500 {
        tracing::warn!(%method, path, status, milliseconds, "A request failed");
    } else {
        tracing::debug!(%method, path, status, milliseconds, "A request was answered");
    }
    response
}
