//! `POST /api/v1/auth/logout-all`: ends every session of the caller.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, refusals::OfMembers};
use crate::{
    bearer::Caller, middleware::client_address::Asker, openapi, problem::Problem, state::State,
};

/// Ends them, this one too.
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout-all",
    operation_id = "logoutAll",
    tag = openapi::AUTHENTICATION,
    summary = "Sign out everywhere",
    description = "Ends every session of the caller, this one too, and takes the cookie away. A body is not read.",
    security(("bearer" = [])),
    responses(
        (
            status = 204,
            description = "Signed out everywhere",
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "Takes the refresh token away: `__Host-refresh_token=; …; Max-Age=0`"),
            ),
        ),
        OfMembers
    )
)]
pub(crate) async fn logout_all(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    flow::sign_out_everywhere(&state.engine, &who, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::signed_out(state.cookie))
}
