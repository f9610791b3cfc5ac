//! `GET /api/docs`: the description of the API, to be read and tried out by people.
//!
//! Swagger UI shows it. Its files are in the program, and come under the same policy as every page.

use axum::{
    Router,
    extract::Request,
    http::{
        HeaderName,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::{middleware::ResponseNonce, state::State};

/// Where the page is.
const PAGE: &str = "/api/docs";

/// Where its files are. The folder is named for their version, so that they can be kept for ever.
const FILES: &str = concat!("/api/docs/", env!("SWAGGER_UI"));

/// The page, with words where the nonce and the folder of the files go.
const HTML: &str = include_str!("api_docs/page.html");

/// A file, as `build.rs` has taken it from the archive.
struct File {
    name: &'static str,
    media_type: &'static str,
    gzip: &'static [u8],
}

static ALL: [File; 3] = [
    File {
        name: "swagger-ui-bundle.js",
        media_type: "text/javascript; charset=utf-8",
        gzip: include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz")),
    },
    File {
        name: "swagger-ui.css",
        media_type: "text/css; charset=utf-8",
        gzip: include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz")),
    },
    File {
        name: "LICENSE",
        media_type: "text/plain; charset=utf-8",
        gzip: include_bytes!(concat!(env!("OUT_DIR"), "/LICENSE.gz")),
    },
];

/// The page.
pub(crate) fn page() -> Router<State> {
    Router::new().route(PAGE, get(show))
}

/// Its files.
pub(crate) fn files() -> Router<State> {
    ALL.iter().fold(Router::new(), |router, file| {
        router.route(
            &format!("{FILES}/{}", file.name),
            get(move || async move { file.answer() }),
        )
    })
}

async fn show(request: Request) -> Response {
    let ResponseNonce(nonce) = request
        .extensions()
        .get::<ResponseNonce>()
        .cloned()
        .unwrap_or_default();
    let html = HTML.replace("NONCE", &nonce).replace("FILES", FILES);
    ([(CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

impl File {
    /// The file. There is no other form of it: every browser reads gzip.
    fn answer(&self) -> Response {
        let headers: [(HeaderName, &'static str); 3] = [
            (CONTENT_TYPE, self.media_type),
            (CONTENT_ENCODING, "gzip"),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (headers, self.gzip).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_files_that_there_are() {
        let named: Vec<&str> = HTML
            .split("FILES/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for file in &ALL {
            assert!(named.contains(&file.name), "{}", file.name);
            assert!(file.gzip.starts_with(&[0x1f, 0x8b]), "{}", file.name);
        }
        assert_eq!(named.len(), ALL.len());
    }

    #[test]
    fn each_script_and_style_of_the_page_carries_the_nonce() {
        for tag in ["<script", "<style"] {
            for rest in HTML.split(tag).skip(1) {
                assert!(rest.starts_with(" nonce=\"NONCE\""), "{tag}{rest}");
            }
        }
        assert!(!HTML.contains(" style=\""));
    }
}
