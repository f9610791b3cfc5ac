//! What a form posts to its own page's address. Success is a redirect; a refusal draws the page again, with what was typed.

use app::page::{Form, FormState, Values};
use auth::{Grant, SecretString, SignIn, SignUp, flow};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State as FromState},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::Response,
};

use super::{Page, Visit, go_to, message};
use crate::{
    form::Fields,
    middleware::{ClientAddress, client_address::Asker},
    problem::Problem,
    state::State,
};

/// A form that was posted.
pub(crate) struct Posted {
    visit: Visit,
    address: Option<ClientAddress>,
    fields: Fields,
}

impl FromRequest<State> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        let visit = Visit::of(state, &request);
        let address = request.extensions().get::<ClientAddress>().copied();
        let headers: HeaderMap = request.headers().clone();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|_| Problem::too_large())?;
        Ok(Self {
            visit,
            address,
            fields: Fields::read(&headers, &body)?,
        })
    }
}

impl Posted {
    /// Takes one try off what the client's address may do.
    fn take_try(&self, state: &State) -> Result<(), Problem> {
        self.address
            .map_or(Ok(()), |address| state.rates.credentials.take(address))
    }

    /// Where to go on success.
    fn next(&mut self) -> Option<String> {
        self.fields
            .take("next")
            .filter(|next| app::next::safe(next).is_some())
    }
}

/// `POST /login`.
pub(crate) async fn sign_in(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let (next, identifier) = (posted.next(), posted.fields.text("username"));
    let values = Values {
        username: identifier.clone(),
        email: String::new(),
    };
    let request = SignIn {
        identifier,
        password: posted.fields.secret("password"),
        device,
        replaces: posted.visit.cookie.clone(),
    };
    let granted = match posted.take_try(&state) {
        Ok(()) => flow::sign_in(&state.engine, request)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    answer(&state, posted.visit, granted, Form::Login, values, next).await
}

/// `POST /register`.
pub(crate) async fn register(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let (next, username, email) = (
        posted.next(),
        posted.fields.text("username"),
        posted.fields.text("email"),
    );
    let values = Values {
        username: username.clone(),
        email: email.clone(),
    };
    let request = SignUp {
        username,
        email,
        password: posted.fields.secret("password"),
        device,
        replaces: posted.visit.cookie.clone(),
    };
    let granted = match posted.take_try(&state) {
        Ok(()) => flow::sign_up(&state.engine, request)
            .await
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    answer(&state, posted.visit, granted, Form::Register, values, next).await
}

/// `POST /logout`.
pub(crate) async fn sign_out(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    request: Request,
) -> Result<Response, Problem> {
    let cookie = Visit::of(&state, &request).cookie;
    flow::sign_out(&state.engine, None, cookie.as_ref(), &device).await?;
    let mut response = go_to(app::routes::HOME)?;
    response
        .headers_mut()
        .append(SET_COOKIE, state.cookie.clear());
    Ok(response)
}

/// `POST /notices/dismiss`. Who is signed out by now finds that out at home.
pub(crate) async fn dismiss_notice(
    FromState(state): FromState<State>,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let notice = posted.fields.text("id");
    if let Some(token) = posted.visit.cookie {
        match flow::dismiss_notice_by_cookie(&state.engine, &token, &notice).await {
            Ok(()) | Err(auth::Error::InvalidToken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    go_to(app::routes::HOME)
}

/// Goes on, signed in; or draws the form again where what was typed can be mended, or tried again later.
async fn answer(
    state: &State,
    visit: Visit,
    granted: Result<Grant, Problem>,
    form: Form,
    values: Values,
    next: Option<String>,
) -> Result<Response, Problem> {
    let problem = match granted {
        Ok(grant) => {
            return signed_in(
                state,
                &grant.refresh_token,
                grant.refresh_max_age,
                next.as_deref(),
            );
        }
        Err(problem) => problem,
    };
    let status = match problem.status() {
        StatusCode::UNAUTHORIZED | StatusCode::UNPROCESSABLE_ENTITY => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        StatusCode::TOO_MANY_REQUESTS => StatusCode::TOO_MANY_REQUESTS,
        _ => return Err(problem),
    };
    let form = FormState {
        form,
        values,
        errors: problem.field_errors(),
        message: message(&problem),
    };
    let mut response = Page::new(visit)
        .next(next)
        .form(form, status)
        .render(state)
        .await?;
    if let Some(seconds) = problem.retry_after() {
        response
            .headers_mut()
            .insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

fn signed_in(
    state: &State,
    token: &SecretString,
    max_age: i64,
    next: Option<&str>,
) -> Result<Response, Problem> {
    let cookie = state
        .cookie
        .set(token, max_age)
        .ok_or_else(Problem::internal)?;
    let mut response = go_to(next.unwrap_or(app::routes::HOME))?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}
