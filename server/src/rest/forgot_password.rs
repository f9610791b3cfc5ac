//! `POST /api/v1/auth/forgot-password`: sends a letter by which to choose another password.

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

/// Takes `email` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/forgot-password",
    operation_id = "forgotPassword",
    tag = openapi::AUTHENTICATION,
    summary = "Ask for a letter by which to choose another password",
    description = "Sends a link to the address, if there is an account of it. The answer is the same if there is none, or if letters are asked for too often.",
    request_body(
        content = openapi::Address,
        description = "The address. Other members are ignored.",
        example = json!({ "email": "ada@example.org" }),
    ),
    responses(
        (
            status = 202,
            description = "If there is an account of this address, a letter is on its way",
            body = openapi::Accepted,
            headers(("Cache-Control" = String, description = "`no-store`")),
            links(
                ("reset" = (operation_id = "resetPassword", description = "With the token from the letter"))
            ),
            example = json!({ "status": "letter_sent" })
        ),
        Refusals
    )
)]
pub(crate) async fn forgot_password(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let email = members.text("email");
    members.finish()?;
    flow::forgot_password(&state.engine, &email, &device).await?;
    Ok(answer::accepted("letter_sent"))
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::InvalidRequest,
            Kind::NoMail,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
