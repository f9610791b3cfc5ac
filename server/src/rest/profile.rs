//! `GET /api/v1/user/profile`: who the caller is.

use auth::{account::Profile, flow};
use axum::{
    Json,
    extract::State as FromState,
    http::{HeaderName, HeaderValue, header::CACHE_CONTROL},
};

use super::answer;
use crate::{bearer::Caller, problem::Problem, state::State};

/// Tells the caller's account.
pub(crate) async fn profile(
    FromState(state): FromState<State>,
    Caller(who): Caller,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Profile>), Problem> {
    let profile = flow::profile(&state.engine, &who)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(([(CACHE_CONTROL, answer::no_store())], Json(profile)))
}
