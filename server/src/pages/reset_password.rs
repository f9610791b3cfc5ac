//! `/reset-password`: choosing another password by the link of a letter.

use app::routes::{LOGIN, RESET_PASSWORD};
use auth::{Purpose as LinkPurpose, flow};
use axum::{
    extract::{Request, State as FromState},
    response::Response,
};

use super::{
    Visit,
    forms::Posted,
    link_page::{LinkPage, draw},
};
use crate::{
    host_cookie::Purpose as CookiePurpose, middleware::client_address::Asker, problem::Problem,
    state::State,
};

const PAGE: LinkPage = LinkPage {
    path: RESET_PASSWORD,
    link: LinkPurpose::ResetPassword,
    cookie: CookiePurpose::ResetPassword,
};

/// The page of a link that was opened. It changes nothing.
pub(crate) async fn reset_password(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    if let Some(away) = PAGE.put_away(&state, request.uri())? {
        return Ok(away);
    }
    let visit = Visit::of(&state, &request);
    let form = PAGE.shows(&state, &visit, request.headers()).await?;
    draw(&state, visit, form).await
}

/// `POST /reset-password`: gives the account another password. Nobody is signed in by it, so that one goes on to sign in.
pub(crate) async fn post_reset_password(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let token = PAGE.token(&state, &posted.headers);
    let password = posted.fields.secret("password");
    let reset = async {
        let token = token.as_ref().ok_or(auth::Error::InvalidLink)?;
        flow::reset_password(&state.engine, token, &password, &device).await
    };
    if let Err(problem) = posted.attempt(&state, reset).await {
        let visit = posted.visit;
        return PAGE.refuse(&state, visit, token.as_ref(), problem).await;
    }
    // Whoever is still signed in is so to another account, and has no use for the sign-in.
    if posted.visit.viewer(&state).await?.is_some() {
        PAGE.done(&state)
    } else {
        PAGE.leave_for(&state, &format!("{LOGIN}?reason=reset"))
    }
}
