//! `/sign-in-link`: signing in by a letter.

use app::{
    page::{Form, FormState, Values},
    routes::SIGN_IN_LINK,
};
use auth::{Grant, Purpose as LinkPurpose, SecretString, SignInWay, flow};
use axum::{
    extract::{Request, State as FromState},
    http::StatusCode,
    response::Response,
};

use super::{
    Page, Visit,
    forms::{Posted, answer, refused},
    letter_link::{forget, put_away, told_of},
};
use crate::{
    functions,
    host_cookie::{HostCookie, Purpose},
    middleware::client_address::Asker,
    problem::Problem,
    state::State,
};

/// The word of the address by which somebody leaves an opened link for another address.
const ANOTHER: &str = "another";

fn cookie(state: &State) -> HostCookie {
    state.cookie.beside(Purpose::SignInLink)
}

/// The page: of a link that was opened, if one was, and else the form for an address. It changes nothing.
pub(crate) async fn sign_in_link(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    if !state.engine.takes_sign_in_links() {
        return Err(Problem::not_found());
    }
    if let Some(away) = put_away(request.uri(), cookie(&state), SIGN_IN_LINK)? {
        return Ok(away);
    }
    let token = cookie(&state).read(request.headers());
    let visit = Visit::of(&state, &request);
    let viewer = visit.viewer(&state).await?;
    let next = visit.next();
    let form = match &token {
        Some(token) if !visit.is_at(ANOTHER) => Some(opened(&state, token).await?),
        _ => None,
    };
    // A link that is void, or not to be used, is no longer in the way of asking for another.
    let is_over = form
        .as_ref()
        .is_none_or(|form| form.form != Form::SignInByLink);
    let page = Page::new(visit).viewer(viewer).next(next);
    let page = match form {
        Some(form) => page.form(form, StatusCode::OK),
        None => page,
    };
    let response = page.render(&state).await?;
    if token.is_some() && is_over {
        forget(cookie(&state), response)
    } else {
        Ok(response)
    }
}

/// What the page shows of a link that was opened.
async fn opened(state: &State, token: &SecretString) -> Result<FormState, Problem> {
    let facts = flow::look_at_link(&state.engine, LinkPurpose::SignIn, token).await?;
    Ok(match facts {
        Some(facts) => FormState::shown(Form::SignInByLink, told_of(facts)),
        None => void(),
    })
}

/// The form for an address, and why the link is of no use.
fn void() -> FormState {
    FormState {
        message: Some(functions::error(&auth::Error::InvalidLink.into()).to_string()),
        ..FormState::shown(Form::SignInLink, Values::default())
    }
}

/// `POST /sign-in-link`: asks for a letter, or signs in by it.
pub(crate) async fn post_sign_in_link(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let (next, remember) = (posted.next(), posted.remember());
    let step = posted.fields.text("step");
    let values = Values {
        email: posted.fields.text("email"),
        // The form that asks for a letter has no such box; the next begins with it checked.
        unremembered: !remember && step == "code",
        ..Values::default()
    };
    let way = posted.way(device, remember);
    match step.as_str() {
        "link" => by_link(&state, posted, way, next).await,
        "code" => by_code(&state, posted, way, values, next).await,
        _ => ask(&state, posted, way, values, next).await,
    }
}

/// Signs in by the link that was opened.
async fn by_link(
    state: &State,
    posted: Posted,
    way: SignInWay,
    next: Option<String>,
) -> Result<Response, Problem> {
    let token = cookie(state).read(&posted.headers);
    let unremembered = !way.remember;
    let sign_in = async {
        let token = token.as_ref().ok_or(auth::Error::InvalidLink)?;
        flow::sign_in_by_link(&state.engine, token, way).await
    };
    let granted = posted.attempt(state, sign_in).await;
    let is_over = is_over(&granted);
    let form = match &token {
        // Who is about to sign in is told again, beside why they have to wait.
        Some(token) if !is_over => opened(state, token).await?,
        _ => void(),
    };
    let values = Values {
        unremembered,
        ..form.values
    };
    let response = answer(state, posted.visit, granted, form.form, values, next).await?;
    if is_over {
        forget(cookie(state), response)
    } else {
        Ok(response)
    }
}

/// Signs in by a code.
async fn by_code(
    state: &State,
    mut posted: Posted,
    way: SignInWay,
    values: Values,
    next: Option<String>,
) -> Result<Response, Problem> {
    let code = posted.fields.text("code");
    let sign_in = flow::sign_in_by_code(&state.engine, &values.email, &code, way);
    let granted = posted.attempt(state, sign_in).await;
    let form = Form::SignInCode;
    answer(state, posted.visit, granted, form, values, next).await
}

/// Asks for a letter.
async fn ask(
    state: &State,
    posted: Posted,
    way: SignInWay,
    values: Values,
    next: Option<String>,
) -> Result<Response, Problem> {
    let ask = flow::ask_for_sign_in_link(&state.engine, &values.email, &way.device);
    let asked = posted.attempt(state, ask).await;
    let page = Page::new(posted.visit).next(next);
    match asked {
        Ok(()) => {
            let form = FormState::shown(Form::SignInCode, values);
            page.form(form, StatusCode::OK).render(state).await
        }
        Err(problem) => {
            let form = FormState::shown(Form::SignInLink, values);
            refused(state, page, form, problem).await
        }
    }
}

/// Whether the link is used up, or was of no use: all but a try that may be made again.
fn is_over(granted: &Result<Grant, Problem>) -> bool {
    match granted {
        Ok(_) => true,
        Err(problem) => problem.status() == StatusCode::UNPROCESSABLE_ENTITY,
    }
}
