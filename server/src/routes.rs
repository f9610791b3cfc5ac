//! The table of addresses, each with its guard, and what happens to every request on its way.

use app::routes::{DISMISS_NOTICE, HOME, LOGIN, LOGOUT, PROFILE, REGISTER};
use axum::{
    Router,
    http::{HeaderMap, StatusCode, Version, header::CONTENT_TYPE},
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    assets, functions,
    middleware::{
        client_address, log, panics, presentation, same_origin, security_headers, time_limit,
        whole_body,
    },
    pages,
    problem::Problem,
    rest,
    state::State,
};

/// Every address there is.
pub(crate) fn routes(state: &State) -> Router {
    counted(state)
        .merge(uncounted(state))
        .layer(
            // The outermost first.
            ServiceBuilder::new()
                .layer(from_fn(log::log))
                .layer(from_fn_with_state(state.clone(), security_headers::protect))
                .layer(CompressionLayer::new().compress_when(is_page))
                .layer(CatchPanicLayer::custom(panics::answer))
                .layer(from_fn_with_state(state.clone(), presentation::present))
                .layer(CatchPanicLayer::custom(panics::answer))
                .layer(from_fn_with_state(state.clone(), time_limit::guard))
                .layer(from_fn_with_state(state.clone(), same_origin::guard))
                .layer(from_fn(whole_body::read))
                .layer(from_fn_with_state(state.clone(), client_address::tell)),
        )
        .with_state(state.clone())
}

/// What an address may ask for so often, and no more.
fn counted(state: &State) -> Router<State> {
    let credentials = || state.rates.credentials.layer();
    Router::new()
        .route(
            "/api/v1/auth/register",
            post(rest::register).route_layer(credentials()),
        )
        .route(
            "/api/v1/auth/login",
            post(rest::login).route_layer(credentials()),
        )
        .route("/api/v1/auth/refresh", post(rest::refresh))
        .route("/api/v1/auth/logout", post(rest::logout))
        .route("/api/v1/auth/logout-all", post(rest::logout_all))
        .route("/api/v1/user/profile", get(rest::profile))
        .route("/.well-known/jwks.json", get(rest::key_set))
        .merge(functions::routes(state))
        .route(HOME, get(pages::for_all))
        .route(PROFILE, get(pages::for_members))
        .route(LOGOUT, post(pages::sign_out))
        .route(DISMISS_NOTICE, post(pages::dismiss_notice))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(state.rates.requests.layer())
}

/// What is asked for by who watches over the program, and files, of which a page needs several. A form that is posted asks for its budget
/// itself, so that it can be drawn again.
fn uncounted(state: &State) -> Router<State> {
    let page_of_a_form = || get(pages::for_strangers).layer(state.rates.requests.layer());
    Router::new()
        .route(REGISTER, page_of_a_form().post(pages::register))
        .route(LOGIN, page_of_a_form().post(pages::sign_in))
        .route("/health/live", get(rest::live))
        .route("/health/ready", get(rest::ready))
        .route("/favicon.ico", get(assets::icon))
        .route("/favicon.svg", get(assets::icon))
        .nest_service(&package_path(state), assets::package(state.site.clone()))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
}

/// Where the files of the browser's half are found.
fn package_path(state: &State) -> String {
    format!("/{}", state.site.options.site_pkg_dir.trim_matches('/'))
}

/// Whether an answer is a page. Files were compressed when they were built, and what the API answers is short, and may hold a token.
fn is_page(
    _status: StatusCode,
    _version: Version,
    headers: &HeaderMap,
    _extensions: &axum::http::Extensions,
) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
