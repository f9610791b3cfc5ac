//! `DELETE /api/v1/user/deletion`: keeps the caller's account after all.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, refusals::OfMembersNaming};
use crate::{
    bearer::Caller, middleware::client_address::Asker, openapi, problem::Problem, state::State,
};

/// Takes the plan back.
#[utoipa::path(
    delete,
    path = "/api/v1/user/deletion",
    operation_id = "cancelDeletion",
    tag = openapi::ACCOUNT,
    summary = "Keep the account after all",
    description = "Takes back that the account is to be deleted. Where nothing was planned, nothing is done; once the day has come, the account is being deleted, and there is nothing to take back (404).",
    security(("bearer" = [])),
    responses(
        (
            status = 204,
            description = "The account stays",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        OfMembersNaming
    )
)]
pub(crate) async fn cancel_deletion(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    flow::cancel_deletion(&state.engine, &who, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::done())
}
