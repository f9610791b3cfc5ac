//! What a form posts to its own page's address. Success is a redirect; a refusal draws the page again, with what was typed.

use app::{
    page::{Form, FormState, Values},
    problems::Kind,
};
use auth::{
    Device, Grant, SecretString, SignIn, SignInWay, SignUp, SignedUp,
    error::{Field, FieldError},
    flow,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request, State as FromState},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::Response,
};

use super::{Page, Visit, go_to, message};
use crate::{
    form::Fields,
    host_cookie::Purpose,
    middleware::{ClientAddress, client_address::Asker},
    problem::Problem,
    state::State,
};

/// The box that says whether the browser is to keep the session.
const REMEMBER: &str = "remember";

/// A form that was posted.
pub(crate) struct Posted {
    pub(super) visit: Visit,
    pub(super) headers: HeaderMap,
    pub(super) fields: Fields,
    address: Option<ClientAddress>,
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
            headers,
        })
    }
}

impl Posted {
    /// Takes one try off what the client's address may do.
    pub(super) fn take_try(&self, state: &State) -> Result<(), Problem> {
        self.address
            .map_or(Ok(()), |address| state.rates.credentials.take(address))
    }

    /// Does something that costs a try.
    pub(super) async fn attempt<T>(
        &self,
        state: &State,
        act: impl Future<Output = Result<T, auth::Error>> + Send,
    ) -> Result<T, Problem> {
        self.take_try(state)?;
        Ok(act.await?)
    }

    /// Where to go on success.
    pub(super) fn next(&mut self) -> Option<String> {
        self.fields
            .take("next")
            .filter(|next| app::next::safe(next).is_some())
    }

    /// Whether the browser is to keep the session: a box that is not checked is not sent.
    pub(super) fn remember(&mut self) -> bool {
        self.fields.take(REMEMBER).is_some()
    }

    /// From where somebody signs in, and how the session is to be.
    pub(super) fn way(&self, device: Device, remember: bool) -> SignInWay {
        SignInWay {
            device,
            device_key: self.visit.device_key.clone(),
            replaces: self.visit.cookie.clone(),
            remember,
        }
    }
}

/// `POST /login`.
pub(crate) async fn sign_in(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let (next, identifier) = (posted.next(), posted.fields.text("username"));
    let remember = posted.remember();
    let values = Values {
        username: identifier.clone(),
        unremembered: !remember,
        ..Values::default()
    };
    let request = SignIn {
        identifier,
        password: posted.fields.secret("password"),
        device,
        device_key: posted.visit.device_key.clone(),
        replaces: posted.visit.cookie.clone(),
        remember,
    };
    let granted = posted
        .attempt(&state, flow::sign_in(&state.engine, request))
        .await;
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
        ..Values::default()
    };
    let request = SignUp {
        username,
        email,
        password: posted.fields.secret("password"),
        device,
        device_key: posted.visit.device_key.clone(),
        replaces: posted.visit.cookie.clone(),
        remember: true,
    };
    let sign_up = flow::sign_up(&state.engine, request);
    let granted = match posted.attempt(&state, sign_up).await {
        Ok(SignedUp::In(grant)) => Ok(*grant),
        Ok(SignedUp::Asked { browser_key }) => {
            return look_into_mail(&state, posted.visit, values, &browser_key).await;
        }
        Err(problem) => Err(problem),
    };
    answer(&state, posted.visit, granted, Form::Register, values, next).await
}

/// Says that a letter is on its way, and gives the browser what it needs to confirm that it has asked.
async fn look_into_mail(
    state: &State,
    visit: Visit,
    values: Values,
    browser_key: &SecretString,
) -> Result<Response, Problem> {
    let form = FormState::shown(Form::RegisterAsked, values);
    let page = Page::new(visit).form(form, StatusCode::OK);
    let cookie = state.cookie.beside(Purpose::PendingSignUp);
    cookie.give(browser_key, page.render(state).await?)
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
pub(super) async fn answer(
    state: &State,
    visit: Visit,
    granted: Result<Grant, Problem>,
    form: Form,
    values: Values,
    next: Option<String>,
) -> Result<Response, Problem> {
    let problem = match granted {
        Ok(grant) => return signed_in(state, &grant, next.as_deref()),
        Err(problem) => problem,
    };
    let form = FormState::shown(form, values);
    refused(state, Page::new(visit).next(next), form, problem).await
}

/// Draws a form again where what was typed can be mended, or tried again later, with what is wrong.
pub(super) async fn refused(
    state: &State,
    page: Page,
    form: FormState,
    problem: Problem,
) -> Result<Response, Problem> {
    let status = match problem.status() {
        StatusCode::UNAUTHORIZED | StatusCode::UNPROCESSABLE_ENTITY => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        StatusCode::TOO_MANY_REQUESTS => StatusCode::TOO_MANY_REQUESTS,
        _ => return Err(problem),
    };
    let (errors, message) = match (problem.kind(), message(&problem)) {
        (Kind::WrongCode, Some(said)) => (vec![FieldError::new(Field::Code, said)], None),
        (_, message) => (problem.field_errors(), message),
    };
    let form = FormState {
        errors,
        message,
        ..form
    };
    let mut response = page.form(form, status).render(state).await?;
    if let Some(seconds) = problem.retry_after() {
        response
            .headers_mut()
            .insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

fn signed_in(state: &State, grant: &Grant, next: Option<&str>) -> Result<Response, Problem> {
    let mut response = go_to(next.unwrap_or(app::routes::HOME))?;
    state
        .cookie
        .grant(grant, response.headers_mut())
        .ok_or_else(Problem::internal)?;
    Ok(response)
}
