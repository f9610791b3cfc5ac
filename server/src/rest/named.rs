//! What the path of an address names.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use crate::{problem::Problem, state::State};

/// The one thing that is named, as it stands there. Bytes that are no text name nothing.
pub(crate) struct Named(pub(super) String);

impl FromRequestParts<State> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(name)| Self(name))
            .map_err(|_| Problem::not_found())
    }
}
