//! `/confirm-sign-up`: making the account that was asked for.

use app::{
    page::{Form, FormState, Values},
    problems::Kind,
    routes::CONFIRM_SIGN_UP,
};
use auth::{
    Purpose as LinkPurpose, SecretString,
    flow::{self, ConfirmSignUp, FromLetter},
};
use axum::{
    extract::{Request, State as FromState},
    http::StatusCode,
    response::Response,
};

use super::{
    Page, Visit,
    forms::{Posted, answer},
    letter_link::{forget, put_away, told_of},
};
use crate::{
    functions,
    host_cookie::{HostCookie, Purpose},
    middleware::client_address::Asker,
    problem::Problem,
    state::State,
};

fn link_cookie(state: &State) -> HostCookie {
    state.cookie.beside(Purpose::ConfirmSignUp)
}

fn pending_cookie(state: &State) -> HostCookie {
    state.cookie.beside(Purpose::PendingSignUp)
}

/// The page: of a link that was opened, if one was, and else the form for a code. It changes nothing.
pub(crate) async fn confirm_sign_up(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    if let Some(away) = put_away(request.uri(), link_cookie(&state), CONFIRM_SIGN_UP)? {
        return Ok(away);
    }
    let token = link_cookie(&state).read(request.headers());
    let has_asked = pending_cookie(&state).read(request.headers()).is_some();
    let visit = Visit::of(&state, &request);
    let viewer = visit.viewer(&state).await?;
    let page = Page::new(visit).viewer(viewer);
    let page = match token {
        Some(token) => {
            let form = opened(&state, &token, form_in(has_asked)).await?;
            page.form(form, StatusCode::OK)
        }
        None => page,
    };
    page.render(&state).await
}

/// The form of an opened link, in the browser that asked or in another.
const fn form_in(has_asked: bool) -> Form {
    if has_asked {
        Form::ConfirmSignUp
    } else {
        Form::ConfirmElsewhere
    }
}

/// What the page shows of a link that was opened.
async fn opened(state: &State, token: &SecretString, form: Form) -> Result<FormState, Problem> {
    let facts = flow::look_at_link(&state.engine, LinkPurpose::ConfirmSignUp, token).await?;
    let void = || functions::error(&auth::Error::InvalidLink.into()).to_string();
    Ok(match facts {
        Some(facts) => FormState::shown(form, told_of(facts)),
        None => FormState {
            message: Some(void()),
            ..FormState::shown(Form::ConfirmCode, Values::default())
        },
    })
}

/// `POST /confirm-sign-up`: makes the account by the link that was opened, or by a code.
pub(crate) async fn post_confirm_sign_up(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let browser_key = pending_cookie(&state).read(&posted.headers);
    let token = link_cookie(&state).read(&posted.headers);
    let (is_code, code) = (
        posted.fields.text("step") == "code",
        posted.fields.text("code"),
    );
    let confirm = ConfirmSignUp {
        letter: match (&token, is_code) {
            (Some(token), false) => FromLetter::Link(token.clone()),
            // The page of a link stood open for longer than its cookie lives.
            (None, false) if code.is_empty() => FromLetter::Link("void".into()),
            _ => FromLetter::Code(code),
        },
        password: posted.fields.take("password").map(SecretString::from),
        username: posted.fields.take("username"),
        way: posted.way(device, true),
        browser_key: browser_key.clone(),
    };
    let asks_password = confirm.password.is_some() || browser_key.is_none();
    let granted = posted
        .attempt(&state, flow::confirm_sign_up(&state.engine, confirm))
        .await;
    let (is_made, is_void, needs_password) = match &granted {
        Ok(_) => (true, false, false),
        Err(problem) => (
            false,
            problem.kind() == Kind::InvalidLink,
            names_password(problem),
        ),
    };
    // What was opened is told again beside what is wrong.
    let form = match &token {
        Some(token) if !is_code && !is_made && !is_void => {
            opened(&state, token, form_in(!asks_password && !needs_password)).await?
        }
        _ => FormState::shown(Form::ConfirmCode, Values::default()),
    };
    let response = answer(&state, posted.visit, granted, form.form, form.values, None).await?;
    let response = if is_made {
        forget(pending_cookie(&state), response)?
    } else {
        response
    };
    if is_made || is_void {
        forget(link_cookie(&state), response)
    } else {
        Ok(response)
    }
}

/// Whether the password is among what is wrong.
fn names_password(problem: &Problem) -> bool {
    let mut errors = problem.field_errors().into_iter();
    errors.any(|error| error.field == auth::error::Field::Password)
}
