//! `POST /api/v1/auth/undo-email-change`: gives an account its former address back.

use app::problems::Kind;
use auth::flow;
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    json::Members,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

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
        Refusals
    )
)]
pub(crate) async fn undo_email_change(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let token = members.secret("token");
    members.finish()?;
    flow::undo_email_change(&state.engine, &token, &device).await?;
    Ok(answer::done())
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::InvalidRequest,
            Kind::InvalidLink,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
