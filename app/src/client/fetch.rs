//! Sending a request, and telling what its answer means.

use gloo_net::http::{Request, Response};
use web_sys::AbortSignal;

use super::transport::{PlainRequest, PlainResponse};
use crate::{error::ApiError, json};

/// When a refresh is given up. Before the next tab stops waiting for the lock, so that no browser falls two generations behind.
const REFRESH_TIME_LIMIT: u32 = 4_000;
/// When any other request is given up. A sign-in may have to wait its turn.
const TIME_LIMIT: u32 = 30_000;

/// Sends without a token.
pub(super) async fn send_open(request: PlainRequest) -> Result<PlainResponse, ApiError> {
    send(&request, None, TIME_LIMIT).await
}

/// Sends without a token, and gives up early.
pub(super) async fn send_soon(request: PlainRequest) -> Result<PlainResponse, ApiError> {
    send(&request, None, REFRESH_TIME_LIMIT).await
}

/// Sends with a token.
pub(super) async fn send_with(
    request: &PlainRequest,
    token: Option<&str>,
) -> Result<PlainResponse, ApiError> {
    send(request, token, TIME_LIMIT).await
}

async fn send(
    request: &PlainRequest,
    token: Option<&str>,
    time_limit: u32,
) -> Result<PlainResponse, ApiError> {
    let mut builder = Request::post(&request.path)
        .header("Content-Type", "application/json")
        .header("Accept", "application/json")
        .abort_signal(Some(&AbortSignal::timeout_with_u32(time_limit)));
    if let Some(token) = token {
        let mut authorization = String::from("Bearer ");
        authorization.push_str(token);
        builder = builder.header("Authorization", &authorization);
    }
    let body = js_sys::Uint8Array::from(&*request.body);
    let sent = builder.body(body).map_err(|_| ApiError::Other)?;
    let answer = sent.send().await.map_err(|_| ApiError::Offline)?;
    let body = answer.text().await.map_err(|_| ApiError::Offline)?;
    if answer.ok() {
        return Ok(PlainResponse { body: body.into() });
    }
    // An answer of a proxy, or of a limit that stands before the app, holds no error of ours.
    Err(json::read(&body)
        .unwrap_or_else(|| ApiError::from_status(answer.status(), retry_after(&answer))))
}

fn retry_after(answer: &Response) -> Option<u64> {
    answer.headers().get("Retry-After")?.parse().ok()
}
