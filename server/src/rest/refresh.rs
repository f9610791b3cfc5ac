//! `POST /api/v1/auth/refresh`: exchanges the refresh cookie for a new pair of tokens.

use app::problems::Kind;
use auth::{Error, flow};
use axum::{
    extract::State as FromState,
    http::{HeaderMap, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    refresh_cookie::Sent,
    state::State,
};

/// Reads nothing but the cookie. A cookie that is refused is cleared; one that could not be judged is left alone.
#[utoipa::path(
    post,
    path = "/api/v1/auth/refresh",
    operation_id = "refresh",
    tag = openapi::AUTHENTICATION,
    summary = "Exchange the refresh token",
    description = "Takes the refresh token from the cookie and answers a new pair; the old one is used up. One that comes back later ends its session, since somebody holds a copy; one whose answer was lost is answered again. A body is not read. A cookie that is refused is taken away.",
    security(("refresh_cookie" = [])),
    responses(
        (
            status = 200,
            description = "A new pair",
            body = openapi::Tokens,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "The refresh token, for the cookie alone: `__Host-refresh_token=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`"),
            ),
            links(
                ("profile" = (operation_id = "profile", description = "With `access_token` as the bearer token")),
                ("refresh" = (operation_id = "refresh", description = "With the cookie that was set")),
                ("logout" = (operation_id = "logout", description = "With either token"))
            ),
            example = json!({
                "access_token": "header.claims.signature",
                "token_type": "Bearer",
                "expires_in": 600
            })
        ),
        Refusals
    )
)]
pub(crate) async fn refresh(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sent = state.cookie.read(&headers);
    let came = sent.came();
    let granted = match sent {
        Sent::Token(token) => flow::refresh(&state.engine, &token, &device).await,
        Sent::Garbage => Err(Error::InvalidToken),
        Sent::Nothing | Sent::Twice => Err(Error::RefreshTokenNotFound),
    };
    match granted {
        Ok(grant) => answer::minted(&grant, state.cookie),
        Err(error @ (Error::RefreshTokenNotFound | Error::InvalidToken)) if came => {
            Ok(([(SET_COOKIE, state.cookie.clear())], Problem::from(error)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::RefreshTokenNotFound,
            Kind::InvalidToken,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
