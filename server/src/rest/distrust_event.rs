//! `POST /api/v1/user/events/{id}/not-me`: says that something was somebody else's doing.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, named::Named, refusals::OfMembersNaming};
use crate::{
    bearer::Caller, middleware::client_address::Asker, openapi, problem::Problem, state::State,
};

/// Says so of an event.
#[utoipa::path(
    post,
    path = "/api/v1/user/events/{id}/not-me",
    operation_id = "distrustEvent",
    tag = openapi::ACCOUNT,
    summary = "Say that it was somebody else",
    description = "The session of the event ends, and those that began since, or all others, if it is over; where the event has none, or it is the caller's own, all end. Every access token of the account is void. Where mail is sent, the password is no longer good, and a letter by which to get back in goes to the account's address, or to the one that it had before, for 7 days after it was changed. A body is not read.",
    params(
        ("id" = String, Path, description = "The event's id.", example = "019b76da-a800-7000-8000-0242ac129b1f")
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 204,
            description = "They are signed out",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        OfMembersNaming
    )
)]
pub(crate) async fn distrust_event(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    flow::distrust_event(&state.engine, &who, &id, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::done())
}
