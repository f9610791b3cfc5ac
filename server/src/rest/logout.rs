//! `POST /api/v1/auth/logout`: ends the session.

use app::problems::Kind;
use auth::flow;
use axum::{extract::State as FromState, http::HeaderMap, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer::Bearer,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Ends the session of the bearer token and that of the cookie, whichever came. What is no token of ours ends nothing, and is no
/// error.
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout",
    operation_id = "logout",
    tag = openapi::AUTHENTICATION,
    summary = "Sign out",
    description = "Ends the session of the bearer token and that of the cookie, whichever came, and takes the cookie away. What is no token of ours ends nothing and is no error. A body is not read.",
    security((), ("bearer" = []), ("refresh_cookie" = []), ("bearer" = [], "refresh_cookie" = [])),
    responses(
        (
            status = 204,
            description = "Signed out",
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "Takes the refresh token away: `__Host-refresh_token=; …; Max-Age=0`"),
            ),
        ),
        Refusals
    )
)]
pub(crate) async fn logout(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let bearer = Bearer::read(&headers).token()?;
    let cookie = state.cookie.read(&headers).token();
    flow::sign_out(&state.engine, bearer.as_ref(), cookie.as_ref(), &device).await?;
    Ok(answer::signed_out(state.cookie))
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::AmbiguousAuthorization,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
