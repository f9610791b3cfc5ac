//! `POST /api/v1/auth/logout`: ends the session.

use auth::flow;
use axum::{extract::State as FromState, http::HeaderMap, response::Response};

use super::answer;
use crate::{bearer::Bearer, problem::Problem, state::State};

/// Ends the session of the bearer token and that of the cookie, whichever came. What is no token of ours ends nothing, and is no
/// error.
pub(crate) async fn logout(
    FromState(state): FromState<State>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let bearer = Bearer::read(&headers).token()?;
    let cookie = state.cookie.read(&headers).token();
    flow::sign_out(&state.engine, bearer.as_ref(), cookie.as_ref()).await?;
    Ok(answer::signed_out(state.cookie))
}
