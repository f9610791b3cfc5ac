//! `/forgot-password`: asking for a letter by which to choose another password.

use app::{
    page::{Form, FormState, Values},
    routes::FORGOT_PASSWORD,
};
use auth::flow;
use axum::{
    extract::{Request, State as FromState},
    response::Response,
};

use super::{
    Page, Visit,
    forms::{Posted, refused},
    go_to,
    link_page::draw,
};
use crate::{middleware::client_address::Asker, problem::Problem, state::State};

/// The word of the address by which the page says that a letter is on its way.
const ASKED: &str = "asked";

/// The page: the form; or that the letter is on its way, if there is such an account; or that none is sent here.
pub(crate) async fn forgot_password(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    let visit = Visit::of(&state, &request);
    let form = if !state.engine.sends_mail() {
        Form::NoMail
    } else if visit.is_at(ASKED) {
        Form::LetterAsked
    } else {
        Form::ForgotPassword
    };
    draw(&state, visit, FormState::shown(form, Values::default())).await
}

/// `POST /forgot-password`: sends a letter to the address, if there is an account of it. The answer is the same if there is none.
pub(crate) async fn post_forgot_password(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let email = posted.fields.text("email");
    let ask = flow::forgot_password(&state.engine, &email, &device);
    let problem = match posted.attempt(&state, ask).await {
        Ok(()) => return go_to(&format!("{FORGOT_PASSWORD}?stage={ASKED}")),
        Err(problem) => problem,
    };
    let values = Values {
        email,
        ..Values::default()
    };
    let form = FormState::shown(Form::ForgotPassword, values);
    let viewer = posted.visit.viewer(&state).await?;
    let page = Page::new(posted.visit).viewer(viewer);
    refused(&state, page, form, problem).await
}
