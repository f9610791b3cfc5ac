//! `POST /api/v1/auth/verify-email/send`: sends another letter by which to prove one's address.

use app::problems::Kind;
use auth::flow;
use axum::{extract::State as FromState, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer::Caller,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Sends it to the caller's address.
#[utoipa::path(
    post,
    path = "/api/v1/auth/verify-email/send",
    operation_id = "sendVerification",
    tag = openapi::ACCOUNT,
    summary = "Have another letter sent to prove one's address",
    description = "Sends a link and a code to the caller's address. Those of the former letter are no longer good. Where the address was proven already, nothing is sent (`already_verified`). One a minute, and five an hour; sooner it is too many tries. A body is not read.",
    security(("bearer" = [])),
    responses(
        (
            status = 202,
            description = "A letter is on its way (`letter_sent`), or there is nothing to prove (`already_verified`)",
            body = openapi::Accepted,
            headers(("Cache-Control" = String, description = "`no-store`")),
            links(
                ("verify" = (operation_id = "verifyEmail", description = "With the token or the code from the letter"))
            ),
            example = json!({ "status": "letter_sent" })
        ),
        Refusals
    )
)]
pub(crate) async fn send_verification(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    let is_sent = flow::ask_to_verify_email(&state.engine, &who, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::accepted(if is_sent {
        "letter_sent"
    } else {
        "already_verified"
    }))
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::AmbiguousAuthorization,
            Kind::NotAuthenticated,
            Kind::InvalidToken,
            Kind::NoMail,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::TooManyTries,
            Kind::Unavailable,
        ])
    }
}
