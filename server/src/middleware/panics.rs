//! A panic in a handler ends that request alone, with a 500 that tells nothing of it.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// What is answered after a panic. Its words and place were written to the log by the panic hook.
pub(crate) fn answer(_panic: Box<dyn Any + Send>) -> Response {
    tracing::error!("A request ended in a panic");
    Problem::internal().into_response()
}
