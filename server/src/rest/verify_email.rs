//! `POST /api/v1/auth/verify-email`: proves an account's address by a letter.

use app::problems::Kind;
use auth::flow;
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer,
    json::Members,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Takes `token`, from anybody, or `code`, from the one whose address it is, as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/verify-email",
    operation_id = "verifyEmail",
    tag = openapi::ACCOUNT,
    summary = "Prove one's address",
    description = "Proves the account's address by the token of the letter's link, good for 24 hours, or by its code, good for 10 minutes and five tries. The token needs nothing beside it; the code needs the bearer token of the account. Each works once, and until another letter is sent.",
    request_body(
        content = openapi::VerificationLetter,
        description = "`token`, or `code`. Other members are ignored.",
        example = json!({ "code": "12345678" }),
    ),
    security((), ("bearer" = [])),
    responses(
        (
            status = 204,
            description = "The address is proven",
            headers(("Cache-Control" = String, description = "`no-store`")),
        ),
        Refusals
    )
)]
pub(crate) async fn verify_email(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    if let Some(token) = members.optional_secret("token") {
        members.finish()?;
        flow::verify_email(&state.engine, &token, &device).await?;
    } else {
        let code = members.text("code");
        members.finish()?;
        let who = bearer::caller(&state, &headers).await?;
        flow::verify_email_by_code(&state.engine, &who, &code, &device)
            .await
            .map_err(Problem::at_bearer)?;
    }
    Ok(answer::done())
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::AmbiguousAuthorization,
            Kind::NotAuthenticated,
            Kind::InvalidToken,
            Kind::InvalidRequest,
            Kind::InvalidLink,
            Kind::WrongCode,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
