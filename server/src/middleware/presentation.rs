//! Puts a refusal into the words of the door at which it happens, wherever on the way it arose.

use std::sync::Arc;

use axum::{
    extract::{Request, State as FromState},
    http::header::{ALLOW, CONNECTION, RETRY_AFTER},
    middleware::Next,
    response::Response,
};

use super::door::Door;
use crate::{functions, pages, problem::Problem, state::State};

/// Headers of a refusal that hold in whatever words it is said.
const KEPT: [axum::http::HeaderName; 3] = [ALLOW, CONNECTION, RETRY_AFTER];

/// Leaves an API's problem as it is, gives the app its own error, and a person a page.
pub(crate) async fn present(
    FromState(state): FromState<State>,
    request: Request,
    next: Next,
) -> Response {
    let door = Door::of(request.uri().path());
    let page = (door == Door::Pages).then(|| pages::Visit::of(&state, &request));
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() else {
        return response;
    };
    let mut presented = match (door, page) {
        (Door::Functions, _) => functions::refusal(&problem),
        (Door::Pages, Some(visit)) => pages::refusal(&state, visit, &problem).await,
        _ => return response,
    };
    for name in KEPT {
        if let Some(value) = response.headers_mut().remove(&name) {
            presented.headers_mut().insert(name, value);
        }
    }
    presented
}
