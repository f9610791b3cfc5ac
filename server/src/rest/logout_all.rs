//! `POST /api/v1/auth/logout-all`: ends every session of the caller.

use auth::flow;
use axum::{extract::State as FromState, response::Response};

use super::answer;
use crate::{bearer::Caller, problem::Problem, state::State};

/// Ends them, this one too.
pub(crate) async fn logout_all(
    FromState(state): FromState<State>,
    Caller(who): Caller,
) -> Result<Response, Problem> {
    flow::sign_out_everywhere(&state.engine, &who)
        .await
        .map_err(Problem::at_bearer)?;
    Ok(answer::signed_out(state.cookie))
}
