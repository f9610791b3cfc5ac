//! Refuses what was asked of a host that is not ours (DNS rebinding).
//!
//! The owner of a name may have it lead to this machine, so that what is here is of one origin with their page: no header tells such a request from
//! ours but the host. It must be that of the public URL, or a name that leads to this machine wherever it is asked for, with any port.

use axum::{
    extract::{Request, State as FromState},
    http::{HeaderMap, Uri, header::HOST, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, state::State};

/// Names that nobody can have lead elsewhere, nor to a page of theirs.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Lets a request through that asks us, by whichever of our names.
pub(crate) async fn guard(
    FromState(state): FromState<State>,
    request: Request,
    next: Next,
) -> Response {
    if is_ours(
        request.uri(),
        request.headers(),
        state.public_url.authority(),
    ) {
        next.run(request).await
    } else {
        Problem::misdirected().into_response()
    }
}

/// Whether a request names a host, and none that is not ours: in the address (`:authority` in HTTP/2) or by headers.
fn is_ours(uri: &Uri, headers: &HeaderMap, ours: &str) -> bool {
    let in_headers = headers.get_all(HOST).iter().map(|host| host.to_str().ok());
    let mut hosts = uri
        .authority()
        .map(|host| Some(host.as_str()))
        .into_iter()
        .chain(in_headers)
        .peekable();
    hosts.peek().is_some() && hosts.all(|host| host.is_some_and(|host| is_one_of_ours(host, ours)))
}

fn is_one_of_ours(host: &str, ours: &str) -> bool {
    let is_loopback = |host: Authority| {
        LOOPBACK
            .iter()
            .any(|name| host.host().eq_ignore_ascii_case(name))
    };
    host.eq_ignore_ascii_case(ours) || host.parse::<Authority>().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn passes(uri: &'static str, hosts: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_static(host));
        }
        is_ours(&Uri::from_static(uri), &headers, "app.localhost:3000")
    }

    #[test]
    fn the_public_url_and_loopback_pass() {
        for host in [
            "app.localhost:3000",
            "APP.localhost:3000",
            "localhost",
            "Localhost:1",
            "127.0.0.1",
            "127.0.0.1:3000",
            "[::1]",
            "[::1]:3000",
        ] {
            assert!(passes("/", &[host]), "{host}");
        }
        assert!(passes("http://localhost:3000/", &[]));
        assert!(passes("http://localhost:3000/", &["localhost:3000"]));
    }

    #[test]
    fn every_other_host_is_refused_and_so_is_none() {
        for host in [
            "",
            "evil.example",
            "evil.example:3000",
            "app.localhost",
            "app.localhost:3001",
            "app.localhost:3000.evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:3000",
            "10.0.0.1:3000",
            "localhost, evil.example",
        ] {
            assert!(!passes("/", &[host]), "{host}");
        }
        assert!(!passes("/", &[]));
        assert!(!passes("/", &["localhost", "evil.example"]));
        assert!(!passes("http://evil.example/", &["localhost"]));
        assert!(!passes("http://localhost/", &["evil.example"]));
    }
}
