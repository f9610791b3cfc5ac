//! `GET /.well-known/jwks.json`: the public keys by which anybody can verify an access token.

use axum::{
    Json,
    extract::State as FromState,
    http::header::CACHE_CONTROL,
    response::{IntoResponse, Response},
};

use crate::state::State;

/// Tells the keys. They may be kept for five minutes: a key is published at least so long before it signs.
pub(crate) async fn key_set(FromState(state): FromState<State>) -> Response {
    (
        [(CACHE_CONTROL, "public, max-age=300")],
        Json(state.engine.key_set()),
    )
        .into_response()
}
