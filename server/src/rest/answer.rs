//! What the endpoints that mint tokens answer: the access token in the body, the refresh token in the cookie.

use auth::{ExposeSecret, Grant, account::Profile};
use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{problem::Problem, refresh_cookie::RefreshCookie};

/// The body, as OAuth 2.0 has it (RFC 6749, section 5.1).
#[derive(Serialize)]
struct Tokens<'grant> {
    access_token: &'grant str,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'grant Profile>,
}

/// Answers a registration, which also tells who was registered.
pub(super) fn registered(grant: &Grant, cookie: RefreshCookie) -> Result<Response, Problem> {
    answer(StatusCode::CREATED, grant, Some(&grant.profile), cookie)
}

/// Answers a sign-in or a refresh.
pub(super) fn minted(grant: &Grant, cookie: RefreshCookie) -> Result<Response, Problem> {
    answer(StatusCode::OK, grant, None, cookie)
}

fn answer(
    status: StatusCode,
    grant: &Grant,
    user: Option<&Profile>,
    cookie: RefreshCookie,
) -> Result<Response, Problem> {
    let tokens = Tokens {
        access_token: grant.access_token.expose_secret(),
        token_type: "Bearer",
        expires_in: grant.expires_in,
        user,
    };
    let mut response = (status, [(CACHE_CONTROL, no_store())], Json(tokens)).into_response();
    cookie
        .grant(grant, response.headers_mut())
        .ok_or_else(Problem::internal)?;
    Ok(response)
}

/// Answers what has begun and goes on by a letter: with one word for programs, and nothing that tells whether there is an account.
pub(super) fn accepted(status: &'static str) -> Response {
    (
        StatusCode::ACCEPTED,
        [(CACHE_CONTROL, no_store())],
        Json(Accepted { status }),
    )
        .into_response()
}

/// The body of that.
#[derive(Serialize)]
struct Accepted {
    status: &'static str,
}

/// Answers what is told to the caller alone.
pub(super) fn told(body: impl Serialize) -> Response {
    ([(CACHE_CONTROL, no_store())], Json(body)).into_response()
}

/// Answers what was done and leaves nothing to be told.
pub(super) fn done() -> Response {
    (StatusCode::NO_CONTENT, [(CACHE_CONTROL, no_store())]).into_response()
}

/// Answers a sign-out: nothing is left, in the browser neither.
pub(super) fn signed_out(cookie: RefreshCookie) -> Response {
    (
        StatusCode::NO_CONTENT,
        [(CACHE_CONTROL, no_store()), (SET_COOKIE, cookie.clear())],
    )
        .into_response()
}

/// For what nobody may keep a copy of.
pub(super) const fn no_store() -> HeaderValue {
    HeaderValue::from_static("no-store")
}
