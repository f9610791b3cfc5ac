//! The token of a letter's link, where it is all that a body holds.

use auth::SecretString;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};

use crate::{json::Members, problem::Problem, state::State};

/// It, as it came. Other members are ignored.
pub(crate) struct LinkToken(pub(super) SecretString);

impl FromRequest<State> for LinkToken {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::too_large())?;
        let mut members = Members::read(&headers, &body)?;
        let token = members.secret("token");
        members.finish()?;
        Ok(Self(token))
    }
}
