//! `GET /api/v1/user/export`: gives the caller all that is held of them.

use app::problems::Kind;
use auth::flow;
use axum::{
    extract::State as FromState,
    http::header::CONTENT_DISPOSITION,
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

/// As a file, to whom it is opened in a browser.
const AS_A_FILE: &str = "attachment; filename=\"latchkey-export.json\"";

/// Gives it, as one document.
#[utoipa::path(
    get,
    path = "/api/v1/user/export",
    operation_id = "export",
    tag = openapi::ACCOUNT,
    summary = "Take a copy of all that is held of the caller",
    description = "Gives the account, its sessions, what happened to it, its notices and the browsers that are known again, as one document (GDPR, article 20). No password, token or code is in it, nor a hash of one. Of more than 10,000 events the newest 10,000 are in it. That it was taken is written down. It is given ten times an hour at most. Needs a proof of who one is that is at most 10 minutes old.",
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "The document",
            body = openapi::Export,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Content-Disposition" = String, description = "That it is a file to keep"),
            ),
            example = json!({
                "format": "latchkey-export-1",
                "exported_at": "2027-01-15T10:00:00Z",
                "user": {
                    "id": "019b76da-a800-7000-8000-0242ac129b1e",
                    "username": "ada",
                    "email": "ada@example.org",
                    "email_verified_at": null,
                    "has_password": true,
                    "roles": [],
                    "groups": [],
                    "created_at": "2027-01-15T08:00:00Z",
                    "deletes_at": null
                },
                "sessions": [],
                "events": [],
                "notices": [],
                "known_devices": []
            })
        ),
        Refusals
    )
)]
pub(crate) async fn export(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    let export = flow::export(&state.engine, &who, &device)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(([(CONTENT_DISPOSITION, AS_A_FILE)], answer::told(export)).into_response())
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
            Kind::TooManyRequests,
            Kind::TooManyTries,
            Kind::Unavailable,
        ])
    }
}
