//! `PATCH /api/v1/user/profile`: gives the caller another name.

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

/// Takes `username` as JSON.
#[utoipa::path(
    patch,
    path = "/api/v1/user/profile",
    operation_id = "changeUsername",
    tag = openapi::ACCOUNT,
    summary = "Change the username",
    description = "Gives the caller another name; the former is free from then on. Needs a proof of who one is that is at most 10 minutes old.",
    request_body(
        content = openapi::UsernameChange,
        description = "The name. Other members are ignored: nothing else of the account is changed here.",
        example = json!({ "username": "countess" }),
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "The account, as it is now",
            body = openapi::Profile,
            headers(("Cache-Control" = String, description = "`no-store`")),
            example = json!({
                "id": "019b76da-a800-7000-8000-0242ac129b1e",
                "username": "countess",
                "email": "ada@example.org",
                "email_verified": true,
                "has_password": true,
                "roles": [],
                "groups": [],
                "created_at": "2027-01-15T08:00:00Z",
                "deletes_at": null
            })
        ),
        Refusals
    )
)]
pub(crate) async fn change_username(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let username = members.text("username");
    members.finish()?;
    let profile = flow::change_username(&state.engine, &who, &username, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::told(profile))
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
            Kind::Unavailable,
        ])
    }
}
