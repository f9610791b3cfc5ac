//! `GET /api/v1/user/profile`: who the caller is.

use auth::{account::Profile, flow};
use axum::{
    Json,
    extract::State as FromState,
    http::{HeaderName, HeaderValue, header::CACHE_CONTROL},
};

use super::{answer, refusals::OfMembersReading};
use crate::{bearer::Caller, openapi, problem::Problem, state::State};

/// Tells the caller's account.
#[utoipa::path(
    get,
    path = "/api/v1/user/profile",
    operation_id = "profile",
    tag = openapi::ACCOUNT,
    summary = "Tell who the caller is",
    description = "Tells the account of the bearer token's owner. A cookie is not enough.",
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "The caller's account",
            body = openapi::Profile,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
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
                "deletes_at": null
            })
        ),
        OfMembersReading
    )
)]
pub(crate) async fn profile(
    FromState(state): FromState<State>,
    Caller(who): Caller,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Profile>), Problem> {
    let profile = flow::profile(&state.engine, &who)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(([(CACHE_CONTROL, answer::no_store())], Json(profile)))
}
