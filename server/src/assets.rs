//! The files of the browser's half: scripts, WASM, style, and the icon.

#[cfg(feature = "embedded-site")]
mod in_program;

use std::sync::Arc;

#[cfg(feature = "embedded-site")]
use axum::http::{HeaderMap, Uri};
use axum::{
    Router,
    extract::{Request, State as FromState},
    http::{
        HeaderValue, Method, StatusCode,
        header::{ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower::service_fn;
use tower_http::services::ServeDir;

use crate::{
    problem::Problem,
    site::{Place, Site},
};

/// The icon, so that browsers that ask for one unbidden find it.
const ICON: &str = include_str!("icon.svg");

/// The longest path of a file of ours.
const LONGEST_PATH: usize = 200;

/// Serves the package folder, with the copies that were compressed at build time. A miss is a 404 like any other.
pub(crate) fn package(site: Arc<Site>) -> Router {
    let miss = service_fn(|_request: Request| async { Ok(Problem::not_found().into_response()) });
    let router = match site.place {
        Place::Folder => Router::new().fallback_service(
            ServeDir::new(site.package_folder())
                .append_index_html_on_directories(false)
                .precompressed_br()
                .precompressed_gzip()
                .fallback(miss),
        ),
        #[cfg(feature = "embedded-site")]
        Place::Program => Router::new().fallback({
            let site = Arc::clone(&site);
            move |uri: Uri, headers: HeaderMap| {
                std::future::ready(in_program::answer(&site, &uri, &headers))
            }
        }),
    };
    router.layer(from_fn_with_state(site, keep))
}

/// Says how long a file may be kept: one whose name carries a hash of its content, for ever.
async fn keep(FromState(site): FromState<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ([(ALLOW, "GET,HEAD")], Problem::method_not_allowed()).into_response();
    }
    if !is_plain(&path) {
        return Problem::not_found().into_response();
    }
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        let kept = if site.is_hashed(&path) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static(kept));
        response.headers_mut().insert(VARY, ACCEPT_ENCODING.into());
    }
    response
}

/// Whether a path is one that a file of ours could have. Others are not asked of the file system, which answers some of them with an error.
fn is_plain(path: &str) -> bool {
    path.len() <= LONGEST_PATH
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte))
}

/// The icon.
pub(crate) async fn icon() -> Response {
    (
        [
            (CONTENT_TYPE, "image/svg+xml"),
            (CACHE_CONTROL, "public, max-age=86400"),
        ],
        ICON,
    )
        .into_response()
}
