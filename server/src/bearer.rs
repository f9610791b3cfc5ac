//! Reads the bearer token of a request, and asks the engine whose it is.

use auth::{Authenticated, SecretString};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
};

use crate::{problem::Problem, state::State};

/// What a request's `Authorization` says.
#[derive(Debug)]
pub(crate) enum Bearer {
    /// There is none, or one that holds no bearer token.
    Nothing,
    /// There is more than one: none of them is believed.
    Twice,
    /// There is one bearer token, of whatever worth.
    Token(SecretString),
}

impl Bearer {
    /// Reads `Bearer` and a b64token (RFC 6750, section 2.1).
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Nothing,
            (Some(_), Some(_)) => Self::Twice,
            (Some(value), None) => {
                token(value.as_bytes()).map_or(Self::Nothing, |token| Self::Token(token.into()))
            }
        }
    }

    /// The token, if there is one, where a call may do without.
    pub(crate) fn token(self) -> Result<Option<SecretString>, Problem> {
        match self {
            Self::Token(token) => Ok(Some(token)),
            Self::Nothing => Ok(None),
            Self::Twice => Err(Problem::two_authorizations()),
        }
    }
}

/// The token of a header's value, if the value is of the right form.
fn token(value: &[u8]) -> Option<&str> {
    let value = std::str::from_utf8(value).ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let token = rest.trim_matches(' ');
    let body = token.trim_end_matches('=');
    let is_b64token = !body.is_empty()
        && body
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    (scheme.eq_ignore_ascii_case("Bearer") && is_b64token).then_some(token)
}

/// Who makes a request of these headers, proven by their bearer token.
pub(crate) async fn caller(state: &State, headers: &HeaderMap) -> Result<Authenticated, Problem> {
    match Bearer::read(headers) {
        Bearer::Nothing => Err(Problem::at_bearer(auth::Error::NotAuthenticated)),
        Bearer::Twice => Err(Problem::two_authorizations()),
        Bearer::Token(token) => auth::flow::authenticate(&state.engine, &token)
            .await
            .map_err(Problem::at_bearer),
    }
}

/// Who makes this request. Taken as an argument it guards a route.
pub(crate) struct Caller(pub(crate) Authenticated);

impl FromRequestParts<State> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        caller(state, &parts.headers).await.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_b64token_behind_bearer_is_taken() {
        for (value, expected) in [
            ("Bearer abc", "abc"),
            ("bearer abc", "abc"),
            ("BEARER a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="),
            ("Bearer   abc  ", "abc"),
        ] {
            assert_eq!(token(value.as_bytes()), Some(expected), "{value}");
        }
    }

    #[test]
    fn anything_else_holds_no_token() {
        for value in [
            b"".as_slice(),
            b"Bearer",
            b"Bearer ",
            b"Bearer =",
            b"Bearer a b",
            b"Bearer a=b",
            b"Bearer\tabc",
            b"Bearerabc",
            b"Basic abc",
            b"Bearer abc,def",
            b"Bearer \"abc\"",
            b"Bearer \xc3\xa9",
            b"Bearer \xff",
        ] {
            assert_eq!(token(value), None, "{}", String::from_utf8_lossy(value));
        }
    }
}
