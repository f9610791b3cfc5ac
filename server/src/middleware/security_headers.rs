//! The headers that tell a browser what this site does not do, on every answer, and the nonce that goes with them.

use auth::random::{Randomness, RandomnessError};
use axum::{
    extract::{Request, State as FromState},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, random_hex, settings::Security, state::State};

/// The nonce of the answer to one request: scripts of a page that carry it may run.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResponseNonce(pub(crate) String);

impl ResponseNonce {
    fn draw(randomness: &dyn Randomness) -> Result<Self, RandomnessError> {
        random_hex::draw::<16>(randomness).map(Self)
    }
}

/// Headers that are the same on every answer.
static FIXED: [(HeaderName, HeaderValue); 6] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("origin-agent-cluster"),
        HeaderValue::from_static("?1"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
             midi=(), payment=(), usb=()",
        ),
    ),
];

/// The policy of an answer that is no page: nothing is loaded, nothing is run, nobody frames it.
const NOTHING: &str =
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Draws a nonce for the handler, and puts the headers on its answer.
pub(crate) async fn protect(
    FromState(state): FromState<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(nonce) = ResponseNonce::draw(&*state.randomness) else {
        tracing::error!("The system's source of randomness failed");
        return Problem::internal().into_response();
    };
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    put(&mut response, &nonce, &state);
    response
}

/// Puts the headers on an answer that no page is shown for, of a server that has no handlers yet.
pub(crate) async fn protect_what_is_no_page(
    FromState(security): FromState<Security>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    put_fixed(headers, security);
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING));
    response
}

/// Marks an answer that is a letter, as who develops looks at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LetterPolicy;

/// The policy of a letter, whose style stands in it as mail programs want it: it loads nothing and runs nothing.
const LETTER: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

fn put(response: &mut Response, nonce: &ResponseNonce, state: &State) {
    let is_letter = response.extensions().get::<LetterPolicy>().is_some();
    let headers = response.headers_mut();
    put_fixed(headers, state.public_url.security());
    if is_letter {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(LETTER));
    } else if let Ok(policy) = HeaderValue::try_from(content_security_policy(
        &nonce.0,
        state.site.reload_source(),
    )) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Puts on what does not hang on the answer.
fn put_fixed(headers: &mut HeaderMap, security: Security) {
    headers.extend(FIXED.iter().cloned());
    if security == Security::Encrypted {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

/// What a page may load and do. `reload_source` is where cargo-leptos tells the page of a change, while developing; else it is empty.
fn content_security_policy(nonce: &str, reload_source: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         connect-src 'self'{reload_source}; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; worker-src 'none'; require-trusted-types-for 'script'; trusted-types default"
    )
}

#[cfg(test)]
mod tests {
    use auth::random::SystemRandomness;

    use super::*;

    #[test]
    fn each_answer_has_a_nonce_of_its_own() {
        let draw = || ResponseNonce::draw(&SystemRandomness::default()).unwrap().0;
        let (first, second) = (draw(), draw());
        assert_eq!(first.len(), 32);
        assert_ne!(first, second);
    }

    #[test]
    fn nothing_unsafe_is_allowed() {
        let policy = content_security_policy("abc", "");
        assert!(
            !policy.contains("unsafe-inline")
                && !policy.contains("'unsafe-eval'")
                && !policy.contains('*')
        );
        assert!(policy.contains("connect-src 'self'; "));
        assert!(
            content_security_policy("abc", " ws://localhost:3001")
                .contains("connect-src 'self' ws://localhost:3001; ")
        );
    }
}
