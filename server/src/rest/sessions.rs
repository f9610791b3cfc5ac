//! `GET /api/v1/user/sessions`: where the caller is signed in.

use auth::{flow, session::DeviceSession};
use axum::{extract::State as FromState, response::Response};
use serde::Serialize;

use super::{answer, refusals::OfMembersReading};
use crate::{bearer::Caller, openapi, problem::Problem, state::State};

/// The body.
#[derive(Serialize)]
struct Sessions {
    sessions: Vec<DeviceSession>,
}

/// Tells them.
#[utoipa::path(
    get,
    path = "/api/v1/user/sessions",
    operation_id = "sessions",
    tag = openapi::ACCOUNT,
    summary = "Tell where the caller is signed in",
    description = "Tells the sessions of the caller that stand: the one that asks first, then by when each was last used. The words for browser and system are made of what the client calls itself, and prove nothing.",
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "The sessions",
            body = openapi::Sessions,
            headers(("Cache-Control" = String, description = "`no-store`")),
            example = json!({
                "sessions": [{
                    "id": "019b76da-a800-7000-8000-0242ac129b1e",
                    "browser": "Firefox",
                    "system": "Windows",
                    "address": "203.0.113.7",
                    "place": null,
                    "created_at": "2027-01-15T08:00:00Z",
                    "last_seen_at": "2027-01-15T09:30:00Z",
                    "is_this": true
                }]
            })
        ),
        OfMembersReading
    )
)]
pub(crate) async fn sessions(
    FromState(state): FromState<State>,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    let sessions = flow::my_sessions(&state.engine, &who)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::told(Sessions { sessions }))
}
