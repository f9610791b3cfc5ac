//! `POST /api/v1/auth/refresh`: exchanges the refresh cookie for a new pair of tokens.

use auth::{Error, flow};
use axum::{
    extract::State as FromState,
    http::{HeaderMap, header::SET_COOKIE},
    response::{IntoResponse, Response},
};

use super::answer;
use crate::{
    middleware::client_address::Asker, problem::Problem, refresh_cookie::Sent, state::State,
};

/// Reads nothing but the cookie. A cookie that is refused is cleared; one that could not be judged is left alone.
pub(crate) async fn refresh(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sent = state.cookie.read(&headers);
    let came = sent.came();
    let granted = match sent {
        Sent::Token(token) => flow::refresh(&state.engine, &token, &device).await,
        Sent::Garbage => Err(Error::InvalidToken),
        Sent::Nothing | Sent::Twice => Err(Error::RefreshTokenNotFound),
    };
    match granted {
        Ok(grant) => answer::minted(&grant, state.cookie),
        Err(error @ (Error::RefreshTokenNotFound | Error::InvalidToken)) if came => {
            Ok(([(SET_COOKIE, state.cookie.clear())], Problem::from(error)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
