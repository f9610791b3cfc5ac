//! The table of addresses, each with its guard, and what happens to every request on its way.

use app::{
    problems::Kind,
    routes::{
        CONFIRM_EMAIL, CONFIRM_SIGN_UP, DISMISS_NOTICE, FORGOT_PASSWORD, GUARDED, HOME, LOGIN,
        LOGOUT, NOT_ME, REGISTER, RESET_PASSWORD, SIGN_IN_LINK, UNDO_EMAIL_CHANGE, VERIFY_EMAIL,
    },
};
use axum::{
    Router,
    handler::Handler,
    http::{HeaderMap, Method, StatusCode, Version, header::CONTENT_TYPE},
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodRouter, delete, get, patch, post},
};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    api_docs, assets, functions, mail,
    middleware::{
        client_address, log, measure, panics, presentation, same_origin, security_headers,
        time_limit, whole_body,
    },
    pages,
    problem::Problem,
    rest,
    state::State,
};

/// Every address there is.
pub(crate) fn routes(state: &State) -> Router {
    let routes = counted(state).merge(uncounted(state)).layer(
        // The outermost first.
        ServiceBuilder::new()
            .layer(from_fn_with_state(state.clone(), log::log))
            .layer(from_fn_with_state(state.clone(), security_headers::protect))
            .layer(CompressionLayer::new().compress_when(is_page))
            .layer(CatchPanicLayer::custom(panics::answer))
            .layer(from_fn_with_state(state.clone(), presentation::present))
            .layer(CatchPanicLayer::custom(panics::answer))
            .layer(from_fn_with_state(state.clone(), time_limit::guard))
            .layer(from_fn_with_state(state.clone(), same_origin::guard))
            .layer(from_fn(whole_body::read))
            .layer(from_fn_with_state(state.clone(), client_address::tell)),
    );
    let routes = if state.is_measured {
        routes.layer(from_fn_with_state(state.clone(), measure::measure))
    } else {
        routes
    };
    routes.with_state(state.clone())
}

/// An operation of the REST API.
struct Endpoint {
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "only a test asks, to compare it with the description"
        )
    )]
    method: Method,
    path: &'static str,
    handler: MethodRouter<State>,
    cost: Cost,
}

/// The budget that a request to an operation is taken off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// That of what costs a password hash or a letter, besides the ordinary one.
    Hash,
    /// The ordinary one.
    Request,
    /// None: who watches over the program asks as often as they like.
    Nothing,
}

impl Endpoint {
    fn get<T: 'static>(path: &'static str, handler: impl Handler<T, State>, cost: Cost) -> Self {
        Self {
            method: Method::GET,
            path,
            handler: get(handler),
            cost,
        }
    }

    fn post<T: 'static>(path: &'static str, handler: impl Handler<T, State>, cost: Cost) -> Self {
        Self {
            method: Method::POST,
            path,
            handler: post(handler),
            cost,
        }
    }

    fn patch<T: 'static>(path: &'static str, handler: impl Handler<T, State>, cost: Cost) -> Self {
        Self {
            method: Method::PATCH,
            path,
            handler: patch(handler),
            cost,
        }
    }

    fn delete<T: 'static>(path: &'static str, handler: impl Handler<T, State>, cost: Cost) -> Self {
        Self {
            method: Method::DELETE,
            path,
            handler: delete(handler),
            cost,
        }
    }
}

/// The REST API. What stands here is described beside its handler; a test compares the two.
fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = Vec::from(of_sessions());
    endpoints.extend(of_accounts());
    endpoints.extend(of_operation());
    endpoints
}

/// Signing in, staying signed in, signing out, and the letters that go with it.
fn of_sessions() -> [Endpoint; 16] {
    [
        Endpoint::post("/api/v1/auth/register", rest::register, Cost::Hash),
        Endpoint::post(
            "/api/v1/auth/confirm-sign-up",
            rest::confirm_sign_up,
            Cost::Hash,
        ),
        Endpoint::post("/api/v1/auth/login", rest::login, Cost::Hash),
        Endpoint::post("/api/v1/auth/sign-in-link", rest::sign_in_link, Cost::Hash),
        Endpoint::post(
            "/api/v1/auth/sign-in-link/use",
            rest::use_sign_in_link,
            Cost::Hash,
        ),
        Endpoint::post("/api/v1/auth/verify-email", rest::verify_email, Cost::Hash),
        Endpoint::post(
            "/api/v1/auth/verify-email/send",
            rest::send_verification,
            Cost::Hash,
        ),
        Endpoint::post(
            "/api/v1/auth/forgot-password",
            rest::forgot_password,
            Cost::Hash,
        ),
        Endpoint::post(
            "/api/v1/auth/reset-password",
            rest::reset_password,
            Cost::Hash,
        ),
        Endpoint::post(
            "/api/v1/auth/confirm-email",
            rest::confirm_email,
            Cost::Hash,
        ),
        Endpoint::post(
            "/api/v1/auth/undo-email-change",
            rest::undo_email_change,
            Cost::Hash,
        ),
        Endpoint::post("/api/v1/auth/not-me", rest::not_me, Cost::Hash),
        Endpoint::post("/api/v1/auth/refresh", rest::refresh, Cost::Request),
        Endpoint::post("/api/v1/auth/logout", rest::logout, Cost::Request),
        Endpoint::post("/api/v1/auth/logout-all", rest::logout_all, Cost::Request),
        Endpoint::post(
            "/api/v1/auth/reauthenticate",
            rest::reauthenticate,
            Cost::Hash,
        ),
    ]
}

/// The account of who is signed in.
fn of_accounts() -> [Endpoint; 12] {
    [
        Endpoint::get("/api/v1/user/profile", rest::profile, Cost::Request),
        Endpoint::patch("/api/v1/user/profile", rest::change_username, Cost::Request),
        Endpoint::post("/api/v1/user/email", rest::change_email, Cost::Hash),
        Endpoint::post("/api/v1/user/password", rest::change_password, Cost::Hash),
        Endpoint::get("/api/v1/user/sessions", rest::sessions, Cost::Request),
        Endpoint::delete(
            "/api/v1/user/sessions",
            rest::end_other_sessions,
            Cost::Request,
        ),
        Endpoint::delete(
            "/api/v1/user/sessions/{id}",
            rest::end_session,
            Cost::Request,
        ),
        Endpoint::get("/api/v1/user/events", rest::events, Cost::Request),
        Endpoint::post(
            "/api/v1/user/events/{id}/not-me",
            rest::distrust_event,
            Cost::Hash,
        ),
        Endpoint::post("/api/v1/user/deletion", rest::plan_deletion, Cost::Hash),
        Endpoint::delete(
            "/api/v1/user/deletion",
            rest::cancel_deletion,
            Cost::Request,
        ),
        Endpoint::get("/api/v1/user/export", rest::export, Cost::Request),
    ]
}

/// What other programs ask for.
fn of_operation() -> [Endpoint; 4] {
    [
        Endpoint::get("/api/v1/openapi.json", rest::description, Cost::Request),
        Endpoint::get("/.well-known/jwks.json", rest::key_set, Cost::Request),
        Endpoint::get("/health/live", rest::live, Cost::Nothing),
        Endpoint::get("/health/ready", rest::ready, Cost::Nothing),
    ]
}

/// Those of them that cost what is asked for.
fn api(state: &State, of_cost: impl Fn(Cost) -> bool) -> Router<State> {
    endpoints()
        .into_iter()
        .filter(|endpoint| of_cost(endpoint.cost))
        .fold(Router::new(), |router, endpoint| {
            let handler = match endpoint.cost {
                Cost::Hash => endpoint
                    .handler
                    .route_layer(state.rates.credentials.layer()),
                Cost::Request | Cost::Nothing => endpoint.handler,
            };
            router.route(endpoint.path, handler)
        })
}

/// What an address may ask for so often, and no more.
fn counted(state: &State) -> Router<State> {
    let guarded = GUARDED.iter().fold(Router::new(), |router, path| {
        router.route(path, get(pages::for_members))
    });
    Router::new()
        .merge(api(state, |cost| cost != Cost::Nothing))
        .merge(api_docs::page())
        .merge(functions::routes(state))
        .merge(mail::development_routes(state))
        .merge(guarded)
        .route(HOME, get(pages::for_all))
        .route(Kind::INDEX, get(pages::all_problems))
        .route(&format!("{}/{{kind}}", Kind::INDEX), get(pages::problem))
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
        .route(
            SIGN_IN_LINK,
            get(pages::sign_in_link)
                .layer(state.rates.requests.layer())
                .post(pages::post_sign_in_link),
        )
        .route(
            CONFIRM_SIGN_UP,
            get(pages::confirm_sign_up)
                .layer(state.rates.requests.layer())
                .post(pages::post_confirm_sign_up),
        )
        .merge(about_letters(state))
        .merge(api(state, |cost| cost == Cost::Nothing))
        .merge(api_docs::files())
        .route("/favicon.ico", get(assets::icon))
        .route("/favicon.svg", get(assets::icon))
        .nest_service(&package_path(state), assets::package(state.site.clone()))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
}

/// The pages by which letters are asked for, and to which their links lead.
fn about_letters(state: &State) -> Router<State> {
    let page = |page: MethodRouter<State>| page.layer(state.rates.requests.layer());
    let errand = || page(get(pages::errand)).post(pages::post_errand);
    Router::new()
        .route(
            FORGOT_PASSWORD,
            page(get(pages::forgot_password)).post(pages::post_forgot_password),
        )
        .route(
            RESET_PASSWORD,
            page(get(pages::reset_password)).post(pages::post_reset_password),
        )
        .route(
            VERIFY_EMAIL,
            page(get(pages::verify_email)).post(pages::post_verify_email),
        )
        .route(CONFIRM_EMAIL, errand())
        .route(UNDO_EMAIL_CHANGE, errand())
        .route(NOT_ME, errand())
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{middleware::door::Door, openapi};

    #[test]
    fn each_operation_of_the_api_is_described_and_nothing_else_is() {
        let served: BTreeSet<String> = endpoints()
            .iter()
            .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
            .collect();
        let document = serde_json::to_value(openapi::document()).unwrap();
        let described: BTreeSet<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        assert_eq!(served, described);
    }

    /// The paths that this file names.
    fn named() -> impl Iterator<Item = &'static str> {
        let (code, _tests) = include_str!("routes.rs")
            .split_once("#[cfg(test)]")
            .unwrap();
        code.split('"').filter(|text| text.starts_with('/'))
    }

    #[test]
    fn nothing_is_served_at_the_door_of_the_api_beside_its_table() {
        let in_the_table: Vec<&str> = endpoints().iter().map(|endpoint| endpoint.path).collect();
        assert!(named().count() > in_the_table.len());
        for path in named().filter(|path| Door::of(path) == Door::Api) {
            assert!(in_the_table.contains(&path), "{path}");
        }
    }
}
