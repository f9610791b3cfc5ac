//! `POST /api/v1/auth/not-me`: says that what a letter told of was somebody else's doing.

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
    path = "/api/v1/auth/not-me",
    operation_id = "notMe",
    tag = openapi::ACCOUNT,
    summary = "Say that it was somebody else",
    description = "Says that what the letter told of was somebody else's doing: the session that it told of ends, or all, if it told of none. The password is no longer good, and a letter with a link to choose another is sent.",
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
        Refusals
    )
)]
pub(crate) async fn not_me(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let token = members.secret("token");
    members.finish()?;
    flow::it_was_not_me(&state.engine, &token, &device).await?;
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
