//! `POST /api/v1/user/deletion`: asks for the caller's account to be deleted.

use app::problems::Kind;
use auth::flow;
use axum::{
    extract::State as FromState,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer::Caller,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Plans it.
#[utoipa::path(
    post,
    path = "/api/v1/user/deletion",
    operation_id = "planDeletion",
    tag = openapi::ACCOUNT,
    summary = "Have the account deleted",
    description = "Plans the account to be deleted, in 14 days where the settings say no other time. Until then all goes on as before, and it can be taken back; then the account is gone with all that is its own, and the audit log no longer names it. Asked for again, the day stays. Needs a proof of who one is that is at most 10 minutes old. A body is not read.",
    security(("bearer" = [])),
    responses(
        (
            status = 202,
            description = "Planned; `deletes_at` says for when",
            body = openapi::Profile,
            headers(("Cache-Control" = String, description = "`no-store`")),
            links(
                ("cancel" = (operation_id = "cancelDeletion", description = "Until `deletes_at`"))
            ),
            example = json!({
                "id": "019b76da-a800-7000-8000-0242ac129b1e",
                "username": "ada",
                "email": "ada@example.org",
                "email_verified": true,
                "has_password": true,
                "roles": [],
                "groups": [],
                "created_at": "2027-01-15T08:00:00Z",
                "deletes_at": "2027-03-01T08:00:00Z"
            })
        ),
        Refusals
    )
)]
pub(crate) async fn plan_deletion(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    let profile = flow::plan_deletion(&state.engine, &who, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok((StatusCode::ACCEPTED, answer::told(profile)).into_response())
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
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
