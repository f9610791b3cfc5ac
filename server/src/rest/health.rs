//! `GET /health/live` and `GET /health/ready`: for who watches over the program.

use axum::{
    Json,
    extract::State as FromState,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::answer;
use crate::{problem::Problem, state::State};

/// Says that the program runs.
pub(crate) async fn live() -> Response {
    well("live")
}

/// Says that it can do its work: asks the database.
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
