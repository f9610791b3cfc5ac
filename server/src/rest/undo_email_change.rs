//! `POST /api/v1/auth/undo-email-change`: gives an account its former address back.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::{answer, link_token::LinkToken, refusals::OfLinks};
use crate::{middleware::client_address::Asker, openapi, problem::Problem, state::State};

/// Takes `token` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/undo-email-change",
    operation_id = "undoEmailChange",
    tag = openapi::ACCOUNT,
    summary = "Take a change of the address back",
    description = "Gives the account the address back that the letter was sent to, for 7 days after the change. Every session of the account ends, its password is no longer good, and a letter with a link to choose another is sent to this address.",
    request_body(
        content = openapi::LinkToken,
        description = "The token. Other members are ignored.",
        example = json!({ "token": "kRzZ2bq0eWl1m5oYcXv7tD8uJ3hN4gP6aSfQ9wE-xyA" }),
    ),
    responses(
        (
            status = 204,
            description = "The account has its former address",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        OfLinks
    )
)]
pub(crate) async fn undo_email_change(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    LinkToken(token): LinkToken,
) -> Result<Response, Problem> {
    flow::undo_email_change(&state.engine, &token, &device).await?;
    Ok(answer::done())
}
