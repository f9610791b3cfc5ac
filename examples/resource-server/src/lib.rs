//! A service that takes Latchkey's access tokens. Copy it, and put routes of your own in the place of `/whoami`.

mod keys;
mod verify;

use std::{sync::Arc, time::Duration};

use axum::http::{StatusCode, header::AUTHORIZATION, request::Parts};
use axum::{Json, Router, extract::FromRequestParts, routing::get};
use headers::{Authorization, HeaderMapExt, authorization::Bearer};

use self::{keys::Keys, verify::Claims};

/// Whose tokens are taken.
pub struct Issuer {
    /// Latchkey's public URL, letter for letter: the tokens' `iss`. The keys are fetched from there.
    pub url: String,
    /// Whom the tokens must be for: their `aud`.
    pub audience: String,
}

/// All that this service answers. After it was asked for its keys, the issuer is left alone for as long as `pause`: 5 seconds is right.
pub fn app(issuer: Issuer, pause: Duration) -> Result<Router, reqwest::Error> {
    let whoami = |Caller(claims): Caller| async { Json(claims) };
    let keys = Arc::new(Keys::of(issuer, pause)?);
    Ok(Router::new().route("/whoami", get(whoami)).with_state(keys))
}

/// Who calls, proven by their access token. Taken as an argument it guards a route.
struct Caller(Claims);

impl FromRequestParts<Arc<Keys>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, keys: &Arc<Keys>) -> Result<Self, Refusal> {
        if parts.headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(TWO_TOKENS);
        }
        let bearer = parts.headers.typed_get::<Authorization<Bearer>>();
        let bearer = bearer.ok_or(NO_TOKEN)?;
        verify::verify(bearer.token(), keys).await.map(Self)
    }
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
