//! `POST /api/v1/auth/reset-password`: gives an account another password by the link of a letter.

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

/// Takes `token` and `password` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/reset-password",
    operation_id = "resetPassword",
    tag = openapi::AUTHENTICATION,
    summary = "Choose another password by a letter",
    description = "Gives the account another password by the token of the letter's link, which is good for 30 minutes and once, and until the password changes otherwise. Every session of the account ends, and its owner is told by a letter. Nobody is signed in by it. A password that can't be taken leaves the link good.",
    request_body(
        content = openapi::NewPassword,
        description = "The token, and the password. Other members are ignored.",
        example = json!({ "token": "kRzZ2bq0eWl1m5oYcXv7tD8uJ3hN4gP6aSfQ9wE-xyA", "password": "eight loud hatters hum" }),
    ),
    responses(
        (
            status = 204,
            description = "The account has another password",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        Refusals
    )
)]
pub(crate) async fn reset_password(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let token = members.secret("token");
    let password = members.secret("password");
    members.finish()?;
    flow::reset_password(&state.engine, &token, &password, &device).await?;
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
            Kind::Busy,
            Kind::Unavailable,
        ])
    }
}
