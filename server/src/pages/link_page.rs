//! What the pages behind the links of letters have in common. Opening a link changes nothing (see [`super::letter_link`]); the page's button posts its
//! form, and the token comes from the cookie.

use app::{
    page::{Form, FormState, Values},
    problems::Kind,
};
use auth::{ExposeSecret as _, Purpose as LinkPurpose, SecretString, flow};
use axum::{
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};

use super::{
    Page, Visit,
    forms::refused,
    go_to,
    letter_link::{forget, put_away, told_of},
};
use crate::{
    host_cookie::{HostCookie, Purpose as CookiePurpose},
    problem::Problem,
    state::State,
};

/// The word of the address by which a page says that it is done.
const DONE: &str = "done";

/// A page behind links.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkPage {
    /// Where it is.
    pub(super) path: &'static str,
    /// What its links are good for.
    pub(super) link: LinkPurpose,
    /// The cookie that holds a link which was opened.
    pub(super) cookie: CookiePurpose,
}

impl LinkPage {
    /// Goes on to the page without the token, if the address holds one.
    pub(super) fn put_away(self, state: &State, uri: &Uri) -> Result<Option<Response>, Problem> {
        put_away(uri, self.cookie(state), self.path)
    }

    /// The token of a link that was opened in this browser.
    pub(super) fn token(self, state: &State, headers: &HeaderMap) -> Option<SecretString> {
        self.cookie(state).read(headers)
    }

    /// What the page shows: what the link is about if it is good, that it is done if this browser has just used it, or that it is void.
    pub(super) async fn shows(
        self,
        state: &State,
        visit: &Visit,
        headers: &HeaderMap,
    ) -> Result<FormState, Problem> {
        match self.token(state, headers) {
            Some(token) => self.opened(state, &token).await,
            None if visit.is_at(DONE) && self.is_used(state, headers) => {
                Ok(FormState::shown(Form::UsedLink, Values::default()))
            }
            None => Ok(void()),
        }
    }

    /// Whether a link was used by this page in this browser. An address may say so in anybody's link.
    fn is_used(self, state: &State, headers: &HeaderMap) -> bool {
        let used = state.cookie.beside(CookiePurpose::LinkUsed).read(headers);
        used.is_some_and(|path| path.expose_secret() == self.path)
    }

    async fn opened(self, state: &State, token: &SecretString) -> Result<FormState, Problem> {
        let facts = flow::look_at_link(&state.engine, self.link, token).await?;
        Ok(facts.map_or_else(void, |facts| {
            FormState::shown(Form::OpenedLink, told_of(facts))
        }))
    }

    /// Goes on to `path`, without the link: what it is for is done.
    pub(super) fn leave_for(self, state: &State, path: &str) -> Result<Response, Problem> {
        forget(self.cookie(state), go_to(path)?)
    }

    /// Goes on to the page itself, which says that it is done.
    pub(super) fn done(self, state: &State) -> Result<Response, Problem> {
        let response = self.leave_for(state, &format!("{}?stage={DONE}", self.path))?;
        let used = state.cookie.beside(CookiePurpose::LinkUsed);
        used.give(&self.path.into(), response)
    }

    /// Draws the page again, with why nothing was done. A link that is void is taken from the browser.
    pub(super) async fn refuse(
        self,
        state: &State,
        visit: Visit,
        token: Option<&SecretString>,
        problem: Problem,
    ) -> Result<Response, Problem> {
        let is_void = problem.kind() == Kind::InvalidLink;
        let form = match token {
            Some(token) if !is_void => self.opened(state, token).await?,
            _ => void(),
        };
        let viewer = visit.viewer(state).await?;
        let page = Page::new(visit).viewer(viewer);
        let response = refused(state, page, form, problem).await?;
        if is_void {
            forget(self.cookie(state), response)
        } else {
            Ok(response)
        }
    }

    fn cookie(self, state: &State) -> HostCookie {
        state.cookie.beside(self.cookie)
    }
}

/// That the link is good for nothing, or that none was opened.
pub(super) fn void() -> FormState {
    FormState::shown(Form::VoidLink, Values::default())
}

/// Draws a page for whoever looks, in this state.
pub(super) async fn draw(
    state: &State,
    visit: Visit,
    form: FormState,
) -> Result<Response, Problem> {
    let viewer = visit.viewer(state).await?;
    let page = Page::new(visit).viewer(viewer);
    page.form(form, StatusCode::OK).render(state).await
}
