//! The door of the app's server functions, which the hydrated page calls.
//!
//! A function is handed what it may know by context: whose bearer token came, and to those few that need it the refresh cookie. It never
//! sees the request's headers itself.

use app::{
    door::{
        Bearer as BearerContext, CookieChange, CookieOutbox, DeviceCookie,
        RefreshCookie as CookieContext,
    },
    error::ApiError,
    problems::Kind,
};
use auth::Device;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State as FromState},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, REFERER, SET_COOKIE,
            WWW_AUTHENTICATE,
        },
    },
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use leptos::{
    prelude::provide_context,
    server_fn::{axum::server_fn_paths, error::FromServerFnError},
};

use crate::{
    bearer::Bearer,
    host_cookie::Purpose,
    json,
    middleware::client_address::Asker,
    problem::{self, Problem},
    state::State,
};

/// The header by which Leptos tells that an answer is an error.
const FUNCTION_ERROR: &str = "serverfnerror";

/// Those functions that are given the refresh cookie.
const READ_THE_COOKIE: [&str; 4] = ["/fn/login", "/fn/register", "/fn/refresh", "/fn/logout"];

/// The function that exchanges the cookie. A cookie that it refuses is taken away, as at the API.
const REFRESH: &str = "/fn/refresh";

/// Those functions that sign in, and are told by which cookie the browser is known again.
const SIGN_IN: [&str; 2] = ["/fn/login", "/fn/register"];

/// Those functions whose use costs a password hash or a letter.
const ARE_DEAR: [&str; 7] = [
    "/fn/login",
    "/fn/register",
    "/fn/reauthenticate",
    "/fn/change_password",
    "/fn/change_email",
    "/fn/distrust_event",
    "/fn/plan_deletion",
];

/// A route for each function that the app has.
pub(crate) fn routes(state: &State) -> Router<State> {
    server_fn_paths().fold(Router::new(), |router, (path, method)| {
        let Ok(method) = MethodFilter::try_from(method) else {
            return router;
        };
        let function = on(method, call);
        let function = if ARE_DEAR.contains(&path) {
            function.route_layer(state.rates.credentials.layer())
        } else {
            function
        };
        router.route(path, function)
    })
}

/// Runs one function.
async fn call(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let body = checked(&parts.headers, body).await?;
    let path = parts.uri.path().to_owned();
    let bearer = BearerContext(Bearer::read(&parts.headers).token()?);
    let challenge = problem::bearer_challenge(bearer.0.is_some());
    let sent = state.cookie.read(&parts.headers);
    let refused = (path == REFRESH && sent.came()).then_some(CookieChange::Clear);
    let reads_the_cookie = READ_THE_COOKIE.contains(&path.as_str());
    let cookie = reads_the_cookie.then(|| CookieContext(sent.token()));
    let device_key = SIGN_IN
        .contains(&path.as_str())
        .then(|| DeviceCookie(state.cookie.beside(Purpose::Device).read(&parts.headers)));
    for secret in [COOKIE, AUTHORIZATION, REFERER] {
        parts.headers.remove(secret);
    }
    // To who accepts HTML, Leptos answers with a redirect that holds the error.
    parts
        .headers
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    let outbox = CookieOutbox::default();
    let contexts = Contexts {
        state: state.clone(),
        device,
        bearer,
        cookie,
        device_key,
        outbox: outbox.clone(),
    };
    let request = Request::from_parts(parts, Body::from(body));
    let response = leptos_axum::handle_server_fns_with_context(move || contexts.provide(), request)
        .await
        .into_response();
    let mut response = with_status(response).await?;
    let mut changes = outbox.take();
    if response.status() == StatusCode::UNAUTHORIZED {
        if changes.is_empty() {
            changes.extend(refused);
        }
        if !reads_the_cookie && !response.headers().contains_key(WWW_AUTHENTICATE) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
    }
    with_cookies(&state, response, changes)
}

/// What a function may know.
#[derive(Clone)]
struct Contexts {
    state: State,
    device: Device,
    bearer: BearerContext,
    cookie: Option<CookieContext>,
    device_key: Option<DeviceCookie>,
    outbox: CookieOutbox,
}

impl Contexts {
    fn provide(&self) {
        provide_context(self.state.engine.clone());
        provide_context(self.device.clone());
        provide_context(self.bearer.clone());
        provide_context(self.outbox.clone());
        if let Some(cookie) = &self.cookie {
            provide_context(cookie.clone());
        }
        if let Some(device_key) = &self.device_key {
            provide_context(device_key.clone());
        }
    }
}

/// The body, read as strictly as at the API. Leptos alone would take JSON as any text, and a member that is said twice.
async fn checked(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    if !json::is_media_type(headers, json::MEDIA_TYPE) {
        return Err(Problem::unsupported_media_type(json::MEDIA_TYPE));
    }
    let body = axum::body::to_bytes(body, crate::middleware::whole_body::LONGEST)
        .await
        .map_err(|_| Problem::too_large())?;
    json::read_object(&body)?;
    Ok(body)
}

/// Leptos answers every error with 500: the error itself knows better.
async fn with_status(response: Response) -> Result<Response, Problem> {
    let (mut parts, body) = response.into_parts();
    parts
        .headers
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if parts.headers.remove(FUNCTION_ERROR).is_none() {
        return Ok(Response::from_parts(parts, body));
    }
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Problem::internal())?;
    let error = ApiError::de(body.clone());
    parts.status =
        StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if error == ApiError::ProofTooOld {
        parts
            .headers
            .insert(WWW_AUTHENTICATE, problem::proof_challenge());
    }
    let retry_after = match error {
        ApiError::TooManyTries { seconds } => Some(seconds),
        ApiError::Unavailable => Problem::unavailable().retry_after(),
        _ => None,
    };
    if let Some(seconds) = retry_after {
        parts
            .headers
            .insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Turns what a function left in its outbox into headers. A refusal that says nothing of a cookie changes nothing about it.
fn with_cookies(
    state: &State,
    mut response: Response,
    changes: Vec<CookieChange>,
) -> Result<Response, Problem> {
    let status = response.status();
    if status == StatusCode::FORBIDDEN
        || status == StatusCode::TOO_MANY_REQUESTS
        || status.is_server_error()
    {
        return Ok(response);
    }
    for change in changes {
        let header = match change {
            CookieChange::Clear => Some(state.cookie.clear()),
            CookieChange::Set { token, max_age } => state.cookie.set(&token, max_age),
            CookieChange::Device(key) => state.cookie.beside(Purpose::Device).set(&key),
            CookieChange::Pending(key) => state.cookie.beside(Purpose::PendingSignUp).set(&key),
        };
        let header = header.ok_or_else(Problem::internal)?;
        response.headers_mut().append(SET_COOKIE, header);
    }
    Ok(response)
}

/// A refusal in the app's own words, for the client of the hydrated page.
pub(crate) fn refusal(problem: &Problem) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (problem.status(), headers, Body::from(error(problem).ser())).into_response()
}

/// What a problem is to the app.
pub(crate) fn error(problem: &Problem) -> ApiError {
    let fields = problem.field_errors();
    match problem.status() {
        StatusCode::UNPROCESSABLE_ENTITY if !fields.is_empty() => ApiError::Fields(fields),
        StatusCode::UNAUTHORIZED if problem.kind() == Kind::InvalidCredentials => {
            ApiError::WrongCredentials
        }
        StatusCode::UNAUTHORIZED if problem.kind() == Kind::InsufficientUserAuthentication => {
            ApiError::ProofTooOld
        }
        StatusCode::UNAUTHORIZED => ApiError::Unauthorized,
        StatusCode::UNPROCESSABLE_ENTITY if problem.kind() == Kind::InvalidLink => {
            ApiError::InvalidLink
        }
        StatusCode::UNPROCESSABLE_ENTITY if problem.kind() == Kind::WrongCode => {
            ApiError::WrongCode
        }
        StatusCode::UNPROCESSABLE_ENTITY if problem.kind() == Kind::NoMail => ApiError::NoMail,
        StatusCode::NOT_FOUND => ApiError::NotFound,
        StatusCode::FORBIDDEN => ApiError::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => ApiError::TooManyTries {
            seconds: problem.retry_after().unwrap_or(1),
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => ApiError::Unavailable,
        status if status.is_client_error() => ApiError::Malformed,
        _ => ApiError::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_has_its_error() {
        for (problem, expected) in [
            (
                Problem::from(auth::Error::WrongCredentials),
                ApiError::WrongCredentials,
            ),
            (
                Problem::from(auth::Error::InvalidToken),
                ApiError::Unauthorized,
            ),
            (Problem::cross_site(), ApiError::Forbidden),
            (
                Problem::too_many_requests(7),
                ApiError::TooManyTries { seconds: 7 },
            ),
            (Problem::timed_out(), ApiError::Unavailable),
            (Problem::too_large(), ApiError::Malformed),
            (Problem::internal(), ApiError::Other),
        ] {
            assert_eq!(error(&problem), expected);
        }
    }
}
