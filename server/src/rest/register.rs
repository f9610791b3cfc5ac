//! `POST /api/v1/auth/register`: makes an account and signs in to it.

use auth::{SignUp, flow};
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};

use super::answer;
use crate::{json::Members, middleware::client_address::Asker, problem::Problem, state::State};

/// Takes `username`, `email` and `password` as JSON. Anything else in the body is ignored.
pub(crate) async fn register(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let request = SignUp {
        username: members.text("username"),
        email: members.text("email"),
        password: members.secret("password"),
        device,
        replaces: state.cookie.read(&headers).token(),
    };
    members.finish()?;
    let grant = flow::sign_up(&state.engine, request).await?;
    answer::registered(&grant, state.cookie)
}
