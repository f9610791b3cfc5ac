//! `GET /api/v1/user/events`: what happened to the caller's account.

use app::problems::Kind;
use auth::flow;
use axum::{extract::State as FromState, http::Uri, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    bearer::Caller,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Tells a part of it: the newest, or what came before an event.
#[utoipa::path(
    get,
    path = "/api/v1/user/events",
    operation_id = "events",
    tag = openapi::ACCOUNT,
    summary = "Tell what happened to the account",
    description = "Tells what the audit log holds of the caller's account, the newest first, 50 events at a time. `next` is what `before` must be for those that come then. For how long events are kept is a setting.",
    params(
        ("before" = Option<String>, Query, description = "The id of an event: older ones are wanted.", example = "019b76da-a800-7000-8000-0242ac129b1f")
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "The events",
            body = openapi::Events,
            headers(("Cache-Control" = String, description = "`no-store`")),
            example = json!({
                "events": [{
                    "id": "019b76da-a800-7000-8000-0242ac129b1f",
                    "at": "2027-01-15T08:00:00Z",
                    "kind": "signed_in",
                    "browser": "Firefox",
                    "system": "Windows",
                    "address": "203.0.113.7",
                    "by": "user",
                    "session": "019b76da-a800-7000-8000-0242ac129b1e"
                }],
                "next": null
            })
        ),
        Refusals
    )
)]
pub(crate) async fn events(
    FromState(state): FromState<State>,
    Caller(who): Caller,
    uri: Uri,
) -> Result<Response, Problem> {
    let query = uri.query().unwrap_or_default();
    let before = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "before")
        .map(|(_, id)| id);
    let page = flow::my_events(&state.engine, &who, before.as_deref())
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::told(page))
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::AmbiguousAuthorization,
            Kind::NotAuthenticated,
            Kind::InvalidToken,
            Kind::NotFound,
            Kind::TooManyRequests,
            Kind::Unavailable,
        ])
    }
}
