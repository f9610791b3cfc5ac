//! `GET /health/live` and `GET /health/ready`: for who watches over the program.

use app::problems::Kind;
use axum::{
    Json,
    extract::State as FromState,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use serde_json::json;
use utoipa::IntoResponses;

use super::answer;
use crate::{
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Says that the program runs.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "live",
    tag = openapi::OPERATION,
    summary = "Tell that the program runs",
    description = "Answers as long as the program does, whatever its database does. It is taken off no budget.",
    responses(
        (
            status = 200,
            description = "It does",
            body = openapi::Health,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
            ),
            example = json!({ "status": "live" })
        ),
        LiveRefusals
    )
)]
pub(crate) async fn live() -> Response {
    well("live")
}

/// Says that it can do its work: asks the database.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "ready",
    tag = openapi::OPERATION,
    summary = "Tell that the program can do its work",
    description = "Asks the database. It is taken off no budget.",
    responses(
        (
            status = 200,
            description = "It does",
            body = openapi::Health,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
            ),
            example = json!({ "status": "ready" })
        ),
        ReadyRefusals
    )
)]
pub(crate) async fn ready(FromState(state): FromState<State>) -> Result<Response, Problem> {
    state.engine.ready().await?;
    Ok(well("ready"))
}

fn well(status: &str) -> Response {
    (
        [(CACHE_CONTROL, answer::no_store())],
        Json(json!({ "status": status })),
    )
        .into_response()
}

/// What the one answers instead.
enum LiveRefusals {}

impl IntoResponses for LiveRefusals {
    fn responses() -> Responses {
        refused_with(&[])
    }
}

/// What the other answers instead.
enum ReadyRefusals {}

impl IntoResponses for ReadyRefusals {
    fn responses() -> Responses {
        refused_with(&[Kind::Unavailable])
    }
}
