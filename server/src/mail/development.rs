//! What was sent, for who develops: a list, each letter, and every template with made-up facts. These routes exist only where letters go to the
//! mailbox in memory, which the settings allow on loopback alone; and they answer who asks for this machine by a name of its own.

use std::time::Duration;

use askama::Template;
use auth::{Letter, LetterDetail, Occasion, Purpose, clock::Timestamp};
use axum::{
    Json, Router,
    extract::{Path, State as FromState},
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::from_fn_with_state,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use uuid::Uuid;

use super::{
    mailbox::{KeptLetter, Mailbox},
    words,
};
use crate::{
    middleware::{LetterPolicy, own_host},
    problem::Problem,
    state::State,
};

const MAILBOX: &str = "/dev/mail";
const PREVIEW: &str = "/dev/mail/preview";
/// What a browser calls itself in the samples.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// How long an account is kept in the samples.
const DAYS_TO_KEEP: Duration = Duration::from_hours(14 * 24);

/// The routes, where there is a mailbox.
pub(crate) fn routes(state: &State) -> Router<State> {
    if mailbox(state).is_err() {
        return Router::new();
    }
    Router::new()
        .route(MAILBOX, get(list))
        .route("/dev/mail.json", get(json))
        .route(PREVIEW, get(previews))
        .route("/dev/mail/preview/{occasion}", get(preview))
        .route("/dev/mail/preview/{occasion}/html", get(preview_html))
        .route("/dev/mail/{id}", get(letter))
        .route("/dev/mail/{id}/html", get(letter_html))
        .route_layer(from_fn_with_state(state.clone(), own_host::guard))
}

/// A list of letters.
#[derive(Template)]
#[template(path = "development/list.html")]
struct List<'a> {
    css: &'a str,
    title: &'static str,
    about: &'static str,
    path: &'static str,
    letters: Vec<KeptLetter>,
}

/// One letter.
#[derive(Template)]
#[template(path = "development/letter.html")]
struct Shown<'a> {
    css: &'a str,
    path: &'static str,
    letter: KeptLetter,
}

/// `GET /dev/mail`.
async fn list(FromState(state): FromState<State>) -> Result<Response, Problem> {
    page(&List {
        css: state.site.names.css(),
        title: "Mailbox",
        about: "What this server has sent since it was started, the newest first. It goes nowhere else.",
        path: MAILBOX,
        letters: carried(&state).await?,
    })
}

/// `GET /dev/mail.json`, for tests.
async fn json(FromState(state): FromState<State>) -> Result<Response, Problem> {
    let letters = carried(&state).await?;
    Ok(([(CACHE_CONTROL, no_store())], Json(letters)).into_response())
}

/// `GET /dev/mail/{id}`.
async fn letter(
    FromState(state): FromState<State>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&Shown {
        css: state.site.names.css(),
        path: MAILBOX,
        letter: kept(&state, &id)?,
    })
}

/// `GET /dev/mail/{id}/html`.
async fn letter_html(
    FromState(state): FromState<State>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(as_mail_program(kept(&state, &id)?.html))
}

/// `GET /dev/mail/preview`.
async fn previews(FromState(state): FromState<State>) -> Result<Response, Problem> {
    let letters = Occasion::ALL
        .iter()
        .map(|occasion| sample(&state, *occasion));
    page(&List {
        css: state.site.names.css(),
        title: "Templates",
        about: "Every letter that there is, with made-up facts. The words are in the folder server/mail.",
        path: PREVIEW,
        letters: letters.collect::<Result<_, _>>()?,
    })
}

/// `GET /dev/mail/preview/{occasion}`.
async fn preview(
    FromState(state): FromState<State>,
    Path(occasion): Path<String>,
) -> Result<Response, Problem> {
    page(&Shown {
        css: state.site.names.css(),
        path: PREVIEW,
        letter: sample(&state, named(&occasion)?)?,
    })
}

/// `GET /dev/mail/preview/{occasion}/html`.
async fn preview_html(
    FromState(state): FromState<State>,
    Path(occasion): Path<String>,
) -> Result<Response, Problem> {
    Ok(as_mail_program(sample(&state, named(&occasion)?)?.html))
}

fn mailbox(state: &State) -> Result<Mailbox, Problem> {
    let courier = state.courier.as_ref();
    courier
        .and_then(|courier| courier.mailbox())
        .ok_or_else(Problem::not_found)
}

/// All letters, once those are carried that were due when they were asked for. By a task of its own, which goes on if nobody waits any longer:
/// else a letter could be carried and not be known to be.
async fn carried(state: &State) -> Result<Vec<KeptLetter>, Problem> {
    if let Some(courier) = state.courier.clone() {
        tokio::spawn(async move { courier.carry_all().await })
            .await
            .map_err(|_| Problem::internal())??;
    }
    Ok(mailbox(state)?.letters())
}

fn kept(state: &State, id: &str) -> Result<KeptLetter, Problem> {
    let id = Uuid::try_parse(id).map_err(|_| Problem::not_found())?;
    mailbox(state)?.letter(id).ok_or_else(Problem::not_found)
}

/// The occasion of this name.
fn named(name: &str) -> Result<Occasion, Problem> {
    let mut all = Occasion::ALL.iter().copied();
    all.find(|occasion| occasion.as_str() == name)
        .ok_or_else(Problem::not_found)
}

/// The letter on an occasion, with made-up facts. Its link opens nothing.
fn sample(state: &State, occasion: Occasion) -> Result<KeptLetter, Problem> {
    let at = Timestamp::from_unix_micros(1_800_000_000_000_000);
    let purpose = occasion.purpose();
    let letter = Letter {
        id: Uuid::nil(),
        occasion,
        user: None,
        to: "ada@example.org".to_owned(),
        username: Some("ada".to_owned()),
        at,
        link: purpose.map(|_| "an-example-opens-nothing".into()),
        code: purpose
            .and_then(Purpose::code_life)
            .map(|_| "12345678".into()),
        link_expires_at: purpose.map(|purpose| {
            let is_kept_by_it = occasion == Occasion::DeletionPlanned;
            at.plus(if is_kept_by_it {
                DAYS_TO_KEEP
            } else {
                purpose.life()
            })
        }),
        detail: LetterDetail {
            user_agent: Some(BROWSER.to_owned()),
            address: Some("192.0.2.1".to_owned()),
            deletes_at: Some(at.plus(DAYS_TO_KEEP).to_rfc3339()),
            ..LetterDetail::default()
        },
        attempts: 1,
    };
    let words = words::of(&letter, &state.public_url).map_err(|_| Problem::internal())?;
    Ok(KeptLetter {
        // It is found by this.
        id: occasion.to_string(),
        ..KeptLetter::new(&letter, words)
    })
}

fn page(template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|_| Problem::internal())?;
    Ok(([(CACHE_CONTROL, no_store())], Html(html)).into_response())
}

/// A letter as it is, under a policy that lets it style itself and nothing else.
fn as_mail_program(html: String) -> Response {
    let mut response = ([(CACHE_CONTROL, no_store())], Html(html)).into_response();
    response.extensions_mut().insert(LetterPolicy);
    response
}

const fn no_store() -> HeaderValue {
    HeaderValue::from_static("no-store")
}
