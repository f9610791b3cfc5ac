//! `GET /api/v1/openapi.json`: what the API is, for programs.

use app::problems::Kind;
use axum::{
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use utoipa::IntoResponses;

use crate::{
    json,
    openapi::{self, Responses, refused_with},
};

/// Tells the description. It changes with the program alone.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "description",
    tag = openapi::OPERATION,
    summary = "Tell what the API is",
    description = "This description: OpenAPI 3.1. [/api/docs](/api/docs) shows it to people.",
    responses(
        (
            status = 200,
            description = "The description",
            body = Object,
            headers(
                ("Cache-Control" = String, description = "`public, max-age=300`"),
            ),
            example = json!({ "openapi": "3.1.0", "info": { "title": "Latchkey", "version": "0.1.0" }, "paths": {} })
        ),
        Refusals
    )
)]
pub(crate) async fn description() -> Response {
    (
        [
            (CONTENT_TYPE, json::MEDIA_TYPE),
            (CACHE_CONTROL, "public, max-age=300"),
        ],
        openapi::json(),
    )
        .into_response()
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[Kind::TooManyRequests])
    }
}
