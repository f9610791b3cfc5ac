//! `/confirm-email`, `/undo-email-change` and `/not-me`: pages of one button, which does what the link of a letter is for.

use app::routes::{CONFIRM_EMAIL, NOT_ME, UNDO_EMAIL_CHANGE};
use auth::{Device, Purpose as LinkPurpose, SecretString, flow};
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

/// What is done by such a page.
#[derive(Clone, Copy, Debug)]
enum Errand {
    /// The account gets another address.
    ConfirmEmail,
    /// It gets the former one back.
    UndoEmailChange,
    /// What a letter told of was somebody else's doing.
    NotMe,
}

impl Errand {
    /// The errand of the page at `path`.
    fn at(path: &str) -> Result<Self, Problem> {
        match path {
            CONFIRM_EMAIL => Ok(Self::ConfirmEmail),
            UNDO_EMAIL_CHANGE => Ok(Self::UndoEmailChange),
            NOT_ME => Ok(Self::NotMe),
            _ => Err(Problem::not_found()),
        }
    }

    const fn page(self) -> LinkPage {
        let (path, link, cookie) = match self {
            Self::ConfirmEmail => (
                CONFIRM_EMAIL,
                LinkPurpose::ConfirmNewEmail,
                CookiePurpose::ConfirmEmail,
            ),
            Self::UndoEmailChange => (
                UNDO_EMAIL_CHANGE,
                LinkPurpose::UndoEmailChange,
                CookiePurpose::UndoEmailChange,
            ),
            Self::NotMe => (NOT_ME, LinkPurpose::NotMe, CookiePurpose::NotMe),
        };
        LinkPage { path, link, cookie }
    }

    async fn run(
        self,
        state: &State,
        token: Option<&SecretString>,
        device: &Device,
    ) -> Result<(), auth::Error> {
        let token = token.ok_or(auth::Error::InvalidLink)?;
        match self {
            Self::ConfirmEmail => flow::confirm_new_email(&state.engine, token, device).await,
            Self::UndoEmailChange => flow::undo_email_change(&state.engine, token, device).await,
            Self::NotMe => flow::it_was_not_me(&state.engine, token, device).await,
        }
    }
}

/// Such a page. It changes nothing.
pub(crate) async fn errand(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    let page = Errand::at(request.uri().path())?.page();
    if let Some(away) = page.put_away(&state, request.uri())? {
        return Ok(away);
    }
    let visit = Visit::of(&state, &request);
    let form = page.shows(&state, &visit, request.headers()).await?;
    draw(&state, visit, form).await
}

/// Does what the link that was opened is for.
pub(crate) async fn post_errand(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    posted: Posted,
) -> Result<Response, Problem> {
    let errand = Errand::at(posted.visit.uri.path())?;
    let page = errand.page();
    let token = page.token(&state, &posted.headers);
    let run = errand.run(&state, token.as_ref(), &device);
    match posted.attempt(&state, run).await {
        Ok(()) => page.done(&state),
        Err(problem) => {
            let visit = posted.visit;
            page.refuse(&state, visit, token.as_ref(), problem).await
        }
    }
}
