//! `POST /api/v1/user/email`: asks for another address.

use app::problems::Kind;
use auth::flow;
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer::Caller,
    json::Members,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Takes `email` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/user/email",
    operation_id = "changeEmail",
    tag = openapi::ACCOUNT,
    summary = "Ask for another address",
    description = "Sends a letter to the new address. The account has it once the link in that letter is used; the former address is told then, with a link that undoes it for 7 days. Whether somebody else has the address is not told. Where no mail is sent, the address is changed at once. Needs a proof of who one is that is at most 10 minutes old.",
    request_body(
        content = openapi::Address,
        description = "The new address. Other members are ignored.",
        example = json!({ "email": "ada@example.net" }),
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 202,
            description = "A letter is on its way to the new address (`letter_sent`); or, where no mail is sent, the account has it already (`changed`)",
            body = openapi::Accepted,
            headers(("Cache-Control" = String, description = "`no-store`")),
            links(
                ("confirm" = (operation_id = "confirmEmail", description = "With the token from the letter"))
            ),
            example = json!({ "status": "letter_sent" })
        ),
        Refusals
    )
)]
pub(crate) async fn change_email(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let email = members.text("email");
    members.finish()?;
    flow::change_email(&state.engine, &who, &email, &device)
        .await
        .map_err(Problem::at_bearer)?;
    let status = if state.engine.sends_mail() {
        "letter_sent"
    } else {
        "changed"
    };
    Ok(answer::accepted(status))
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::AmbiguousAuthorization,
            Kind::NotAuthenticated,
            Kind::InvalidToken,
            Kind::InsufficientUserAuthentication,
            Kind::InvalidRequest,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::TooManyTries,
            Kind::Unavailable,
        ])
    }
}
