//! The pages about problems: what an answer's `type` leads to.

use app::problems::Kind;
use axum::{
    extract::{Request, State as FromState},
    response::Response,
};

use super::{Page, Visit};
use crate::{problem::Problem, state::State};

/// `GET /problems`: the list of all kinds.
pub(crate) async fn all_problems(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    page(&state, Visit::of(&state, &request), None).await
}

/// `GET /problems/{kind}`: what one kind means, and what to do about it.
pub(crate) async fn problem(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    let slug = request.uri().path().rsplit('/').next().unwrap_or_default();
    let kind = Kind::by_slug(slug).ok_or_else(Problem::not_found)?;
    page(&state, Visit::of(&state, &request), Some(kind)).await
}

async fn page(state: &State, visit: Visit, kind: Option<Kind>) -> Result<Response, Problem> {
    let viewer = visit.viewer(state).await?;
    Page::problems(visit, kind)
        .viewer(viewer)
        .render(state)
        .await
}
