//! `GET /.well-known/jwks.json`: the public keys by which anybody can verify an access token.

use app::problems::Kind;
use axum::{
    Json,
    extract::State as FromState,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};
use utoipa::IntoResponses;

use crate::{
    openapi::{self, Responses, refused_with},
    state::State,
};

/// Tells the keys. They may be kept for five minutes: a key is published at least so long before it signs.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    operation_id = "keySet",
    tag = openapi::OPERATION,
    summary = "Tell the public keys",
    description = "The keys by which anybody can verify an access token (RFC 7517). A key is published before it signs, and stays until the last token that it signed has expired.",
    responses(
        (
            status = 200,
            description = "The keys",
            body = openapi::JsonWebKeySet,
            headers(
                ("Cache-Control" = String, description = "`public, max-age=300`"),
            ),
            example = json!({
                "keys": [{
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": "2027-01-5f3a09c1",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
                }]
            })
        ),
        Refusals
    )
)]
pub(crate) async fn key_set(FromState(state): FromState<State>) -> Response {
    (
        [(CACHE_CONTROL, "public, max-age=300")],
        Json(state.engine.key_set()),
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
