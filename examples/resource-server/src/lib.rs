//! A service that takes Latchkey's access tokens. Copy it, and put routes of your own in the place of `/whoami`.

mod keys;
mod verify;

use std::{sync::Arc, time::Duration};

use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, StatusCode, header::AUTHORIZATION, request::Parts};
use axum::{Json, Router, routing::get};

use self::{keys::Keys, verify::Claims};

/// Whose tokens are taken.
#[derive(Clone, Debug)]
pub struct Config {
    /// Latchkey's public URL, letter for letter: the tokens' `iss`. The keys are fetched from there.
    pub issuer: String,
    /// Whom the tokens must be for: their `aud`.
    pub audience: String,
    /// How long the issuer is left alone after it was asked for its keys: 5 seconds is right.
    pub pause: Duration,
}

/// All that this service answers.
pub fn app(config: Config) -> Result<Router, reqwest::Error> {
    let keys = Arc::new(Keys::of(config)?);
    Ok(Router::new().route("/whoami", get(whoami)).with_state(keys))
}

/// Tells the callers who they are.
async fn whoami(Caller(claims): Caller) -> Json<Claims> {
    Json(claims)
}

/// Who calls, proven by their access token. Taken as an argument it guards a route.
struct Caller(Claims);

impl FromRequestParts<Arc<Keys>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, keys: &Arc<Keys>) -> Result<Self, Refusal> {
        let mut values = parts.headers.get_all(AUTHORIZATION).iter();
        let (value, None) = (values.next(), values.next()) else {
            return Err(TWO_TOKENS);
        };
        let token = value.and_then(bearer).ok_or(NO_TOKEN)?;
        verify::verify(token, keys).await.map(Self)
    }
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("Bearer");
    is_bearer.then_some(token.trim())
}

/// Why a call is not answered (RFC 6750, section 3). What is wrong with a token is nobody's business outside.
type Refusal = (StatusCode, [(&'static str, &'static str); 1]);

const CHALLENGE: &str = "www-authenticate";
const MALFORMED: &str = "Bearer error=\"invalid_request\"";
const INVALID: &str = "Bearer error=\"invalid_token\"";
const NO_TOKEN: Refusal = (StatusCode::UNAUTHORIZED, [(CHALLENGE, "Bearer")]);
const TWO_TOKENS: Refusal = (StatusCode::BAD_REQUEST, [(CHALLENGE, MALFORMED)]);
const INVALID_TOKEN: Refusal = (StatusCode::UNAUTHORIZED, [(CHALLENGE, INVALID)]);
/// The issuer could not be asked yet, so nobody can tell.
const NO_KEYS: Refusal = (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "5")]);
