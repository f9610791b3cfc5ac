//! The door of the pages: what a browser is shown, and the forms that it posts without JavaScript or before hydration.
//!
//! A page is rendered for its viewer, whom the refresh cookie tells. Rendering reads only: it rotates nothing, writes nothing and sets no
//! cookie. Who may not see a page is sent away before anything of it is rendered.

mod confirm_sign_up;
mod errand;
mod forgot_password;
mod forms;
mod letter_link;
mod link_page;
mod problems;
mod render;
mod reset_password;
mod sign_in_link;
mod verify_email;

use auth::{SecretString, session::Viewer};
use axum::{
    extract::{Request, State as FromState},
    http::{
        HeaderValue, StatusCode, Uri,
        header::{CACHE_CONTROL, LOCATION},
    },
    response::{IntoResponse, Response},
};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use self::render::Page;
pub(crate) use self::{
    confirm_sign_up::{confirm_sign_up, post_confirm_sign_up},
    errand::{errand, post_errand},
    forgot_password::{forgot_password, post_forgot_password},
    forms::{dismiss_notice, register, sign_in, sign_out},
    problems::{all_problems, problem},
    reset_password::{post_reset_password, reset_password},
    sign_in_link::{post_sign_in_link, sign_in_link},
    verify_email::{post_verify_email, verify_email},
};
use crate::{
    functions, host_cookie::Purpose, middleware::ResponseNonce, problem::Problem, state::State,
};

/// What a page is told of the request that asks for it.
#[derive(Clone)]
pub(crate) struct Visit {
    uri: Uri,
    nonce: ResponseNonce,
    cookie: Option<SecretString>,
    device_key: Option<SecretString>,
}

impl Visit {
    /// Takes from a request what a page may know of it.
    pub(crate) fn of(state: &State, request: &Request) -> Self {
        let nonce = request
            .extensions()
            .get::<ResponseNonce>()
            .cloned()
            .unwrap_or_default();
        Self {
            uri: request.uri().clone(),
            nonce,
            cookie: state.cookie.read(request.headers()).token(),
            device_key: state.cookie.beside(Purpose::Device).read(request.headers()),
        }
    }

    /// Who looks, if they are signed in.
    async fn viewer(&self, state: &State) -> Result<Option<Viewer>, Problem> {
        match &self.cookie {
            Some(token) => Ok(auth::flow::view(&state.engine, token).await?),
            None => Ok(None),
        }
    }

    /// Where the address says to go once signed in.
    fn next(&self) -> Option<String> {
        let pairs = url::form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes());
        let next = pairs
            .into_iter()
            .find(|(name, _)| name == "next")
            .map(|(_, value)| value.into_owned())?;
        app::next::safe(&next).map(str::to_owned)
    }

    /// Whether the address says that what the page is for has come so far. It is said in one word, by a redirect of ours or by whoever writes
    /// links: nothing but words of ours follows from it.
    fn is_at(&self, stage: &str) -> bool {
        let query = self.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.any(|(name, value)| name == "stage" && value == stage)
    }
}

/// A page for everybody.
pub(crate) async fn for_all(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    let visit = Visit::of(&state, &request);
    let viewer = visit.viewer(&state).await?;
    Page::new(visit).viewer(viewer).render(&state).await
}

/// A page for the signed-in. Others are sent to sign in first, and find their way back.
pub(crate) async fn for_members(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    let visit = Visit::of(&state, &request);
    let Some(viewer) = visit.viewer(&state).await? else {
        let wanted = visit.uri.path_and_query().map(ToString::to_string);
        return go_to(&app::next::carried(app::routes::LOGIN, wanted.as_deref()));
    };
    Page::new(visit).viewer(Some(viewer)).render(&state).await
}

/// A page for strangers, on which to sign in. Who is signed in goes on to where they wanted to go.
pub(crate) async fn for_strangers(
    FromState(state): FromState<State>,
    request: Request,
) -> Result<Response, Problem> {
    let visit = Visit::of(&state, &request);
    let next = visit.next();
    match visit.viewer(&state).await? {
        Some(_) => go_to(next.as_deref().unwrap_or(app::routes::HOME)),
        None => Page::new(visit).next(next).render(&state).await,
    }
}

/// A refusal as a page. A failure of ours does not ask who looks: it may come of a database that doesn't answer.
pub(crate) async fn refusal(state: &State, visit: Visit, problem: &Problem) -> Response {
    let viewer = if problem.status().is_client_error() {
        visit.viewer(state).await.unwrap_or_default()
    } else {
        None
    };
    let page = Page::refusal(visit, problem.status()).viewer(viewer);
    page.render(state)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

/// Sends a browser on, with nothing in the answer but where to.
fn go_to(path: &str) -> Result<Response, Problem> {
    let location = HeaderValue::try_from(escaped(path)).map_err(|_| Problem::internal())?;
    Ok((
        StatusCode::SEE_OTHER,
        [
            (LOCATION, location),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    )
        .into_response())
}

/// A path as a header can hold it: what is not ASCII, percent-encoded.
fn escaped(path: &str) -> String {
    const NOT_IN_A_HEADER: &AsciiSet = &CONTROLS.add(b' ');
    utf8_percent_encode(path, NOT_IN_A_HEADER).to_string()
}

/// What a refusal of a form says above its fields. Faults of fields stand beside them.
fn message(problem: &Problem) -> Option<String> {
    problem
        .field_errors()
        .is_empty()
        .then(|| functions::error(problem).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(uri: &'static str) -> Option<String> {
        Visit {
            uri: Uri::from_static(uri),
            nonce: ResponseNonce::default(),
            cookie: None,
            device_key: None,
        }
        .next()
    }

    #[test]
    fn next_is_a_path_of_this_site_or_nothing() {
        assert_eq!(
            next("/login?next=%2Fprofile%3Fa%3D1").as_deref(),
            Some("/profile?a=1")
        );
        assert_eq!(
            next("/login?reason=ended&next=/profile").as_deref(),
            Some("/profile")
        );
        for uri in [
            "/login",
            "/login?next=",
            "/login?next=//evil.example",
            "/login?next=/%5Cevil.example",
            "/login?next=https://evil.example",
            "/login?next=/%0D%0AX:1",
        ] {
            assert_eq!(next(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_place_to_go_to_is_a_header_of_its_own() {
        let response = go_to("/caf\u{e9}?a b").unwrap();
        assert_eq!(response.headers()[LOCATION], "/caf%C3%A9?a%20b");
    }
}
