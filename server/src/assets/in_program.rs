//! Serves the files of a site that is inside the program.

use std::borrow::Cow;

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, site::Site};

/// How files were compressed when they were built, the smallest first: what the encoding is called, and how the copy's name ends.
const COMPRESSED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The file at this path of the package folder, in the smallest form that the client takes.
pub(super) fn answer(site: &Site, uri: &Uri, headers: &HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let (Some(kind), Some(plain)) = (media_type(path), site.file_in_program(path)) else {
        return Problem::not_found().into_response();
    };
    let compressed = COMPRESSED
        .into_iter()
        .filter(|(encoding, _)| is_taken(headers, encoding))
        .find_map(|(encoding, ending)| {
            Some((encoding, site.file_in_program(&format!("{path}{ending}"))?))
        });
    let (encoding, content) = match compressed {
        Some((encoding, content)) => (Some(encoding), content),
        None => (None, plain),
    };
    let mut response = Response::new(match content {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    });
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// What a file is, by the end of its name. The compressed copies are no files of their own.
fn media_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "js" => Some("text/javascript"),
        "wasm" => Some("application/wasm"),
        "css" => Some("text/css"),
        _ => None,
    }
}

/// Whether a client takes an encoding (RFC 9110, section 12.5.3).
fn is_taken(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
            name.trim().eq_ignore_ascii_case(encoding)
                && weight.parse().is_ok_and(|weight: f32| weight > 0.0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
        is_taken(&headers, "br")
    }

    #[test]
    fn an_encoding_is_taken_where_it_is_named_and_not_excluded() {
        assert!(taken("gzip, deflate, br") && taken("BR") && taken("br;q=0.5"));
        assert!(!taken("gzip") && !taken("br;q=0") && !taken("") && !taken("brr"));
    }
}
