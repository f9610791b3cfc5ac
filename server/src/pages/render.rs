//! Renders a page of the app.

use app::{
    page::{FormState, Next, PageContext, SendsMail, SignInLinks, Status},
    problems::Kind,
};
use auth::session::Viewer;
use axum::{
    body::Body,
    http::{
        HeaderValue, Request, StatusCode, Uri,
        header::{CACHE_CONTROL, COOKIE, VARY},
    },
    response::Response,
};
use leptos::{IntoView, nonce::Nonce};

use super::Visit;
use crate::{middleware::ResponseNonce, problem::Problem, state::State};

/// Where a refusal is rendered, whatever address was asked for: not every address can be read by the app's router.
const NOWHERE: &str = "/not-found";

/// What a page is a page of.
#[derive(Clone, Copy)]
enum Document {
    /// The app, which shows what belongs at the address.
    App,
    /// What the app does not load: a kind of problem, or the list of all.
    Problems(Option<Kind>),
}

/// A page that is about to be rendered.
pub(super) struct Page {
    document: Document,
    uri: Uri,
    nonce: ResponseNonce,
    status: StatusCode,
    viewer: Option<Viewer>,
    form: Option<FormState>,
    next: Option<String>,
}

impl Page {
    /// The page at the visited address.
    pub(super) fn new(visit: Visit) -> Self {
        Self {
            document: Document::App,
            uri: visit.uri,
            nonce: visit.nonce,
            status: StatusCode::OK,
            viewer: None,
            form: None,
            next: None,
        }
    }

    /// A page that tells of a refusal.
    pub(super) fn refusal(visit: Visit, status: StatusCode) -> Self {
        Self {
            uri: Uri::from_static(NOWHERE),
            status,
            ..Self::new(visit)
        }
    }

    /// A page about a kind of problem, or about all.
    pub(super) fn problems(visit: Visit, kind: Option<Kind>) -> Self {
        Self {
            document: Document::Problems(kind),
            ..Self::new(visit)
        }
    }

    /// For whom.
    pub(super) fn viewer(self, viewer: Option<Viewer>) -> Self {
        Self { viewer, ..self }
    }

    /// Where its form goes on to.
    pub(super) fn next(self, next: Option<String>) -> Self {
        Self { next, ..self }
    }

    /// With a form that was refused, or with the next one on the way.
    pub(super) fn form(self, form: FormState, status: StatusCode) -> Self {
        Self {
            form: Some(form),
            status,
            ..self
        }
    }

    /// Renders it, whole. No component sees the request: it is told the address alone, and what [`PageContext`] holds.
    pub(super) async fn render(self, state: &State) -> Result<Response, Problem> {
        let context = PageContext {
            viewer: self.viewer,
            form: self.form,
            next: self.next.map(Next),
            status: Status(self.status.as_u16()),
            policy: state.engine.password_policy(),
            sign_in_links: SignInLinks(state.engine.takes_sign_in_links()),
            sends_mail: SendsMail(state.engine.sends_mail()),
            deletion_days: state.deletion_days,
            nonce: Nonce::from_value(self.nonce.0),
        };
        let (options, names) = (state.site.options.clone(), state.site.names.clone());
        let (mut parts, body) = match self.document {
            Document::App => {
                let document = move || app::shell(options.clone(), names.clone());
                draw(context, self.uri, document).await
            }
            Document::Problems(kind) => {
                let document = move || app::problem_shell(options.clone(), names.clone(), kind);
                draw(context, self.uri, document).await
            }
        }
        .into_parts();
        let html = axum::body::to_bytes(body, usize::MAX)
            .await
            .map_err(|_| Problem::internal())?;
        parts.status = self.status;
        parts
            .headers
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        parts.headers.append(VARY, COOKIE.into());
        Ok(Response::from_parts(parts, Body::from(html)))
    }
}

/// Has Leptos draw a document.
async fn draw<View: IntoView + 'static>(
    context: PageContext,
    uri: Uri,
    document: impl Fn() -> View + Clone + Send + Sync + 'static,
) -> Response {
    let draw =
        leptos_axum::render_app_async_with_context(move || context.clone().provide(), document);
    let mut bare = Request::new(Body::empty());
    *bare.uri_mut() = uri;
    draw(bare).await
}
