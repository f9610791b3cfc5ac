//! `POST /api/v1/auth/sign-in-link`: sends a letter by which to sign in.

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
    path = "/api/v1/auth/sign-in-link",
    operation_id = "askForSignInLink",
    tag = openapi::AUTHENTICATION,
    summary = "Ask for a letter to sign in by",
    description = "Sends a link and a code to the address, if there is an account of it. The answer is the same if there is none, or if letters are asked for too often. There is this way only where the settings say so.",
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
                ("use" = (operation_id = "useSignInLink", description = "With the token or the code from the letter"))
            ),
            example = json!({ "status": "letter_sent" })
        ),
        Refusals
    )
)]
pub(crate) async fn sign_in_link(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let email = members.text("email");
    members.finish()?;
    flow::ask_for_sign_in_link(&state.engine, &email, &device).await?;
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
            Kind::NotFound,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
