//! `DELETE /api/v1/user/sessions`: ends all sessions of the caller but the one that asks.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, refusals::OfMembers};
use crate::{
    bearer::Caller, middleware::client_address::Asker, openapi, problem::Problem, state::State,
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
        OfMembers
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
