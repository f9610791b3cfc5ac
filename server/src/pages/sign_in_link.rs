//! `/sign-in-link`: signing in by a letter.

use app::{
    page::{Form, FormState, Values},
    routes::SIGN_IN_LINK,
};
use auth::{Grant, Purpose as LinkPurpose, SecretString, flow};
use axum::{
    extract::{Request, State as FromState},
    http::StatusCode,
    response::Response,
};

use super::{
    Page, Visit,
    forms::{Posted, answer},
    letter_link::{forget, put_away},
};
use crate::{
    functions,
    host_cookie::{HostCookie, Purpose},
    middleware::client_address::Asker,
    problem::Problem,
    state::State,
};

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
    let page = Page::new(visit).viewer(viewer).next(next);
    let page = match token {
        Some(token) => page.form(opened(&state, &token).await?, StatusCode::OK),
        None => page,
    };
    page.render(&state).await
}

/// What the page shows of a link that was opened.
async fn opened(state: &State, token: &SecretString) -> Result<FormState, Problem> {
    let facts = flow::look_at_link(&state.engine, LinkPurpose::SignIn, token).await?;
    Ok(match facts {
        Some(facts) => FormState::shown(
            Form::SignInByLink,
            Values {
                username: facts.username,
                email: facts.email,
                ..Values::default()
            },
        ),
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
    let values = Values {
        email: posted.fields.text("email"),
        unremembered: !remember,
        ..Values::default()
    };
    let step = posted.fields.text("step");
    let tried = posted.take_try(&state);
    let way = posted.way(device, remember);
    match step.as_str() {
        "link" => {
            let token = cookie(&state).read(&posted.headers);
            let granted = match (tried, &token) {
                (Ok(()), Some(token)) => flow::sign_in_by_link(&state.engine, token, way)
                    .await
                    .map_err(Problem::from),
                (Ok(()), None) => Err(auth::Error::InvalidLink.into()),
                (Err(problem), _) => Err(problem),
            };
            let is_over = is_over(&granted);
            let form = match &token {
                // Who is about to sign in is told again, beside why they have to wait.
                Some(token) if !is_over => opened(&state, token).await?,
                _ => void(),
            };
            let values = Values {
                unremembered: values.unremembered,
                ..form.values
            };
            let response = answer(&state, posted.visit, granted, form.form, values, next).await?;
            if is_over {
                forget(cookie(&state), response)
            } else {
                Ok(response)
            }
        }
        "code" => {
            let code = posted.fields.text("code");
            let granted = match tried {
                Ok(()) => flow::sign_in_by_code(&state.engine, &values.email, &code, way)
                    .await
                    .map_err(Problem::from),
                Err(problem) => Err(problem),
            };
            let form = Form::SignInCode;
            answer(&state, posted.visit, granted, form, values, next).await
        }
        _ => {
            let asked = match tried {
                Ok(()) => flow::ask_for_sign_in_link(&state.engine, &values.email, &way.device)
                    .await
                    .map_err(Problem::from),
                Err(problem) => Err(problem),
            };
            match asked {
                Ok(()) => {
                    Page::new(posted.visit)
                        .next(next)
                        .form(FormState::shown(Form::SignInCode, values), StatusCode::OK)
                        .render(&state)
                        .await
                }
                Err(problem) => {
                    let refused = Err(problem);
                    answer(
                        &state,
                        posted.visit,
                        refused,
                        Form::SignInLink,
                        values,
                        next,
                    )
                    .await
                }
            }
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
