//! Refuses what another site's page makes a browser send (CSRF).
//!
//! `Sec-Fetch-Site: same-origin` passes, anything else is refused. Where it is absent, `Origin` must be the public URL; `null` is not. Where
//! both are absent it is no browser, and passes: it holds no cookie that somebody else could make it use.

use axum::{
    extract::{Request, State as FromState},
    http::{HeaderMap, HeaderName, Method, header::ORIGIN},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::whole_body;
use crate::{measure, problem::Problem, state::State};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request through that changes nothing, or that comes from this site or from no browser.
pub(crate) async fn guard(
    FromState(state): FromState<State>,
    request: Request,
    next: Next,
) -> Response {
    if changes_something(request.method()) && !is_ours(request.headers(), state.public_url.as_str())
    {
        measure::count_cross_site_refusal();
        whole_body::discard(request.into_body());
        return Problem::cross_site().into_response();
    }
    next.run(request).await
}

/// Every method may, but for those that RFC 9110 calls safe.
fn changes_something(method: &Method) -> bool {
    !method.is_safe()
}

fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    let all = |name: HeaderName, wanted: &str| {
        headers
            .get_all(name)
            .iter()
            .all(|value| value.as_bytes() == wanted.as_bytes())
    };
    if headers.contains_key(SEC_FETCH_SITE) {
        all(SEC_FETCH_SITE, "same-origin")
    } else {
        all(ORIGIN, public_url)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn passes(headers: &[(HeaderName, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        is_ours(&map, "https://example.com")
    }

    #[test]
    fn this_site_and_no_browser_pass() {
        assert!(passes(&[]));
        assert!(passes(&[(SEC_FETCH_SITE, "same-origin")]));
        assert!(passes(&[(SEC_FETCH_SITE, "same-origin"), (ORIGIN, "null")]));
        assert!(passes(&[(ORIGIN, "https://example.com")]));
    }

    #[test]
    fn everybody_else_is_refused() {
        for site in [
            "same-site",
            "cross-site",
            "none",
            "",
            "Same-Origin",
            "same-origin, same-origin",
        ] {
            assert!(
                !passes(&[(SEC_FETCH_SITE, site), (ORIGIN, "https://example.com")]),
                "{site}"
            );
        }
        for origin in [
            "null",
            "",
            "http://example.com",
            "https://example.com:444",
            "https://example.com.evil",
            "https://evil",
            "https://example.com/",
        ] {
            assert!(!passes(&[(ORIGIN, origin)]), "{origin}");
        }
        assert!(!passes(&[
            (SEC_FETCH_SITE, "same-origin"),
            (SEC_FETCH_SITE, "cross-site")
        ]));
        assert!(!passes(&[
            (ORIGIN, "https://example.com"),
            (ORIGIN, "https://evil")
        ]));
    }

    #[test]
    fn only_safe_methods_change_nothing() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(!changes_something(&method));
        }
        let unheard_of = Method::from_bytes(b"PROPFIND").unwrap();
        for method in [
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::CONNECT,
            unheard_of,
        ] {
            assert!(changes_something(&method), "{method}");
        }
    }
}
