//! `POST /api/v1/auth/confirm-email`: gives an account the address that its owner wants.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, link_token::LinkToken, refusals::OfLinks};
use crate::{middleware::client_address::Asker, openapi, problem::Problem, state::State};

/// Takes `token` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/confirm-email",
    operation_id = "confirmEmail",
    tag = openapi::ACCOUNT,
    summary = "Confirm a new address",
    description = "Proves the new address by the token of the letter that was sent there, good for 24 hours: the account has it from then on. A letter tells the former address, with a link that undoes this for 7 days.",
    request_body(
        content = openapi::LinkToken,
        description = "The token. Other members are ignored.",
        example = json!({ "token": "kRzZ2bq0eWl1m5oYcXv7tD8uJ3hN4gP6aSfQ9wE-xyA" }),
    ),
    responses(
        (
            status = 204,
            description = "The account has its new address",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        OfLinks
    )
)]
pub(crate) async fn confirm_email(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    LinkToken(token): LinkToken,
) -> Result<Response, Problem> {
    flow::confirm_new_email(&state.engine, &token, &device).await?;
    Ok(answer::done())
}
