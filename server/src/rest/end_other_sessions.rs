//! `DELETE /api/v1/user/sessions`: ends all sessions of the caller but the one that asks.

use app::problems::Kind;
use auth::flow;
use axum::{extract::State as FromState, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer::Caller,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Ends them.
#[utoipa::path(
    delete,
    path = "/api/v1/user/sessions",
    operation_id = "endOtherSessions",
    tag = openapi::ACCOUNT,
    summary = "End all other sessions",
    description = "Ends every session of the caller but the one that asks.",
    security(("bearer" = [])),
    responses(
        (
            status = 204,
            description = "Ended; or there was no other",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        Refusals
    )
)]
pub(crate) async fn end_other_sessions(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    flow::end_other_sessions(&state.engine, &who, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::done())
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::AmbiguousAuthorization,
            Kind::NotAuthenticated,
            Kind::InvalidToken,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
