//! `DELETE /api/v1/user/sessions/{id}`: ends one of the caller's sessions.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, named::Named, refusals::OfMembersNaming};
use crate::{
    bearer::Caller, middleware::client_address::Asker, openapi, problem::Problem, state::State,
};

/// Ends it.
#[utoipa::path(
    delete,
    path = "/api/v1/user/sessions/{id}",
    operation_id = "endSession",
    tag = openapi::ACCOUNT,
    summary = "End a session",
    description = "Ends one of the caller's sessions: its tokens are refused from then on. One that is somebody else's, or has ended, is not found.",
    params(
        ("id" = String, Path, description = "The session's id, as it stands in the list.", example = "019b76da-a800-7000-8000-0242ac129b1e")
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 204,
            description = "Ended",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        OfMembersNaming
    )
)]
pub(crate) async fn end_session(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    flow::end_my_session(&state.engine, &who, &id, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::done())
}
