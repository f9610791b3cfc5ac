//! `/verify-email`: proving that the account's address is one's own, by the link of a letter in any browser, or by its code where one is signed in.

use app::{
    next,
    page::{Form, FormState, Values},
    problems::Kind,
    routes::{LOGIN, VERIFY_EMAIL},
};
use auth::{Device, Purpose as LinkPurpose, SecretString, flow, session::Viewer};
use axum::{
    extract::{Request, State as FromState},
    http::StatusCode,
    response::Response,
};

use super::{
    Page, Visit,
    forms::{Posted, refused},
    go_to,
    link_page::LinkPage,
};
use crate::{
    functions, host_cookie::Purpose as CookiePurpose, middleware::client_address::Asker,
    problem::Problem, state::State,
};

const PAGE: LinkPage = LinkPage {
    path: VERIFY_EMAIL,
    link: LinkPurpose::VerifyEmail,
    cookie: CookiePurpose::VerifyEmail,
};

/// The word of the address by which the page says that another letter is on its way.
const ASKED: &str = "asked";

/// The page: of a link that was opened, if one was that is good; else the form for the code, for who is signed in. It changes nothing.
pub(crate) async fn verify_email(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    if let Some(away) = PAGE.put_away(&state, request.uri())? {
        return Ok(away);
    }
    let is_opened = PAGE.token(&state, request.headers()).is_some();
    let visit = Visit::of(&state, &request);
    let viewer = visit.viewer(&state).await?;
    let mut form = PAGE.shows(&state, &visit, request.headers()).await?;
    if let (Form::VoidLink, Some(viewer)) = (form.form, &viewer) {
        form = of_member(&state, &visit, viewer);
        if form.form == Form::VerifyCode && is_opened {
            form.message = Some(functions::error(&auth::Error::InvalidLink.into()).to_string());
        }
    }
    let page = Page::new(visit).viewer(viewer);
    page.form(form, StatusCode::OK).render(&state).await
}

/// What the page shows to who is signed in, and has opened no link that is good.
fn of_member(state: &State, visit: &Visit, viewer: &Viewer) -> FormState {
    let form = if viewer.profile.email_verified {
        Form::UsedLink
    } else if !state.engine.sends_mail() {
        Form::NoMail
    } else if visit.is_at(ASKED) {
        Form::LetterAsked
    } else {
        Form::VerifyCode
    };
    FormState::shown(form, values(viewer))
}

fn values(viewer: &Viewer) -> Values {
    Values {
        email: viewer.profile.email.clone(),
        ..Values::default()
    }
}

/// What the forms of the page are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Using the link that was opened.
    Link,
    /// Using the code.
    Code,
    /// Having another letter sent.
    Send,
}

/// `POST /verify-email`: proves the address, or has another letter sent.
pub(crate) async fn post_verify_email(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    mut posted: Posted,
) -> Result<Response, Problem> {
    let step = match posted.fields.text("step").as_str() {
        "code" => Step::Code,
        "send" => Step::Send,
        _ => Step::Link,
    };
    if step == Step::Link {
        return by_link(&state, &device, posted).await;
    }
    let code = posted.fields.text("code");
    let Some(cookie) = posted.visit.cookie.clone() else {
        return sign_in_first();
    };
    let done = posted.attempt(&state, by_cookie(&state, step, &cookie, &code, &device));
    match done.await {
        Ok(()) if step == Step::Send => {
            PAGE.leave_for(&state, &format!("{VERIFY_EMAIL}?stage={ASKED}"))
        }
        Ok(()) => PAGE.done(&state),
        Err(problem) => refuse_member(&state, posted.visit, problem).await,
    }
}

async fn by_link(state: &State, device: &Device, posted: Posted) -> Result<Response, Problem> {
    let token = PAGE.token(state, &posted.headers);
    let verify = async {
        let token = token.as_ref().ok_or(auth::Error::InvalidLink)?;
        flow::verify_email(&state.engine, token, device).await
    };
    match posted.attempt(state, verify).await {
        Ok(()) => PAGE.done(state),
        Err(problem) => {
            let visit = posted.visit;
            PAGE.refuse(state, visit, token.as_ref(), problem).await
        }
    }
}

async fn by_cookie(
    state: &State,
    step: Step,
    cookie: &SecretString,
    code: &str,
    device: &Device,
) -> Result<(), auth::Error> {
    let engine = &state.engine;
    if step == Step::Send {
        let asked = flow::ask_to_verify_email_by_cookie(engine, cookie, device).await;
        asked.map(|_| ())
    } else {
        flow::verify_email_by_code_and_cookie(engine, cookie, code, device).await
    }
}

/// Draws the form for the code again. Whose session is over signs in first, and whose address is proven by now, by this very code perhaps, is told
/// that.
async fn refuse_member(state: &State, visit: Visit, problem: Problem) -> Result<Response, Problem> {
    let viewer = visit.viewer(state).await?;
    let Some(member) = viewer
        .as_ref()
        .filter(|_| problem.kind() != Kind::InvalidToken)
    else {
        return sign_in_first();
    };
    if problem.kind() != Kind::InvalidLink {
        let form = FormState::shown(Form::VerifyCode, values(member));
        let page = Page::new(visit).viewer(viewer);
        return refused(state, page, form, problem).await;
    }
    if member.profile.email_verified {
        return go_to(VERIFY_EMAIL);
    }
    let form = FormState::shown(Form::VoidCode, values(member));
    let page = Page::new(visit).viewer(viewer);
    page.form(form, StatusCode::UNPROCESSABLE_ENTITY)
        .render(state)
        .await
}

fn sign_in_first() -> Result<Response, Problem> {
    go_to(&next::carried(LOGIN, Some(VERIFY_EMAIL)))
}
