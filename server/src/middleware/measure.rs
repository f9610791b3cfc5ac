//! Counts each request and how long it took, by the pattern of its route.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State as FromState},
    http::Method,
    middleware::Next,
    response::Response,
};

use crate::{
    measure::{Answered, GoingOn},
    state::State,
};

/// The route of what nothing is found at.
const UNMATCHED: &str = "unmatched";

/// Counts the request once it is answered.
pub(crate) async fn measure(
    FromState(state): FromState<State>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let _going_on = GoingOn::request();
    let route = route(&request, state.site.options.site_pkg_dir.trim_matches('/'));
    let method = method(request.method());
    let response = next.run(request).await;
    Answered {
        route,
        method,
        status: response.status().as_u16(),
        time: begun.elapsed(),
    }
    .count();
    response
}

/// The pattern that the path of a request matches. The files of the browser's half are behind one.
fn route(request: &Request, package_folder: &str) -> String {
    if let Some(pattern) = request.extensions().get::<MatchedPath>() {
        return pattern.as_str().to_owned();
    }
    let path = request.uri().path();
    let is_file = path
        .strip_prefix('/')
        .and_then(|path| path.strip_prefix(package_folder))
        .is_some_and(|file| file.starts_with('/'));
    if is_file {
        format!("/{package_folder}/{{file}}")
    } else {
        UNMATCHED.to_owned()
    }
}

/// A method by its name, if it is one of those that there are: a client may write what it likes.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn what_a_client_writes_becomes_no_label() {
        let of = |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            route(&request, "pkg")
        };
        assert_eq!(of("/pkg/latchkey.js"), "/pkg/{file}");
        assert_eq!(of("/pkg/../secret"), "/pkg/{file}");
        assert_eq!(of("/pkg"), "unmatched");
        assert_eq!(of("/pkgs/a"), "unmatched");
        assert_eq!(of("/wp-login.php"), "unmatched");
        assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), "other");
        assert_eq!(method(&Method::GET), "GET");
    }
}
