//! `GET /health/live` and `GET /health/ready`: for who watches over the program.

use app::problems::Kind;
use auth::Following;
use axum::{
    Json,
    extract::State as FromState,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
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
    well(json!({ "status": "live" }))
}

/// Says that it can do its work, for which it asks the database, and how it follows what other processes revoke.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "ready",
    tag = openapi::OPERATION,
    summary = "Tell that the program can do its work",
    description = "Asks the database, and tells how this process hears of what others revoke. It is taken off no budget.",
    responses(
        (
            status = 200,
            description = "It can",
            body = openapi::Readiness,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
            ),
            example = json!({ "status": "ready", "revocations": "listening", "revocations_age_seconds": 0.2 })
        ),
        ReadyRefusals
    )
)]
pub(crate) async fn ready(FromState(state): FromState<State>) -> Result<Response, Problem> {
    state
        .engine
        .ready()
        .await
        .map_err(|error| Problem::from(error).saying("The database does not answer"))?;
    Ok(well(readiness(state.engine.following())))
}

fn readiness(following: Following) -> Value {
    let revocations = if following.listening {
        "listening"
    } else {
        "polling"
    };
    let tenths = (following.age.as_secs_f64() * 10.0).round();
    json!({ "status": "ready", "revocations": revocations, "revocations_age_seconds": tenths / 10.0 })
}

fn well(body: Value) -> Response {
    ([(CACHE_CONTROL, answer::no_store())], Json(body)).into_response()
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
