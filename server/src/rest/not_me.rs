//! `POST /api/v1/auth/not-me`: says that what a letter told of was somebody else's doing.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, link_token::LinkToken, refusals::OfLinks};
use crate::{middleware::client_address::Asker, openapi, problem::Problem, state::State};

/// Takes `token` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/not-me",
    operation_id = "notMe",
    tag = openapi::ACCOUNT,
    summary = "Say that it was somebody else",
    description = "Says that what the letter told of was somebody else's doing: the session that it told of ends, and those that began since, or all, if it told of none or that one is over. The password is no longer good, and a letter by which to get back in is sent to the address that the letter went to, as long as that is the account's or can be made so again.",
    request_body(
        content = openapi::LinkToken,
        description = "The token. Other members are ignored.",
        example = json!({ "token": "kRzZ2bq0eWl1m5oYcXv7tD8uJ3hN4gP6aSfQ9wE-xyA" }),
    ),
    responses(
        (
            status = 204,
            description = "What can be ended has ended",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        OfLinks
    )
)]
pub(crate) async fn not_me(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    LinkToken(token): LinkToken,
) -> Result<Response, Problem> {
    flow::it_was_not_me(&state.engine, &token, &device).await?;
    Ok(answer::done())
}
