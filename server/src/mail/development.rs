//! What was sent, for who develops: a list, each letter, and every template with made-up facts. These routes exist only where letters go to the
//! mailbox in memory, which the settings allow on loopback alone.

use askama::Template;
use auth::{Letter, LetterDetail, Occasion, Purpose, clock::Timestamp};
use axum::{
    Json, Router,
    extract::{Path, State as FromState},
    http::{HeaderValue, header::CACHE_CONTROL},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use uuid::Uuid;

use super::{
    mailbox::{KeptLetter, Mailbox},
    words,
};
use crate::{middleware::LetterPolicy, problem::Problem, state::State};

const MAILBOX: &str = "/dev/mail";
const PREVIEW: &str = "/dev/mail/preview";

/// The routes, where there is a mailbox.
pub(crate) fn routes(state: &State) -> Router<State> {
    if mailbox(state).is_err() {
        return Router::new();
    }
    Router::new()
        .route(MAILBOX, get(list))
        .route("/dev/mail.json", get(json))
        .route(PREVIEW, get(previews))
        .route("/dev/mail/preview/{id}", get(preview))
        .route("/dev/mail/preview/{id}/html", get(preview_html))
        .route("/dev/mail/{id}", get(letter))
        .route("/dev/mail/{id}/html", get(letter_html))
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
    let numbers = 0..Occasion::ALL.len();
    let letters = numbers.map(|number| sample(&state, Uuid::from_u128(number as u128)));
    page(&List {
        css: state.site.names.css(),
        title: "Templates",
        about: "Every letter that there is, with made-up facts. The words are in the folder server/mail.",
        path: PREVIEW,
        letters: letters.collect::<Result<_, _>>()?,
    })
}

/// `GET /dev/mail/preview/{id}`.
async fn preview(
    FromState(state): FromState<State>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    page(&Shown {
        css: state.site.names.css(),
        path: PREVIEW,
        letter: sample(&state, number(&id)?)?,
    })
}

/// `GET /dev/mail/preview/{id}/html`.
async fn preview_html(
    FromState(state): FromState<State>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(as_mail_program(sample(&state, number(&id)?)?.html))
}

fn mailbox(state: &State) -> Result<Mailbox, Problem> {
    let courier = state.courier.as_ref();
    courier
        .and_then(|courier| courier.mailbox())
        .ok_or_else(Problem::not_found)
}

/// All letters, once those are carried that were due when they were asked for.
async fn carried(state: &State) -> Result<Vec<KeptLetter>, Problem> {
    if let Some(courier) = &state.courier {
        courier.carry_all().await?;
    }
    Ok(mailbox(state)?.letters())
}

fn number(id: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(id).map_err(|_| Problem::not_found())
}

fn kept(state: &State, id: &str) -> Result<KeptLetter, Problem> {
    let id = number(id)?;
    mailbox(state)?.letter(id).ok_or_else(Problem::not_found)
}

/// The letter on the occasion of this number, with made-up facts. Its link opens nothing.
fn sample(state: &State, id: Uuid) -> Result<KeptLetter, Problem> {
    let number = usize::try_from(id.as_u128()).unwrap_or(usize::MAX);
    let occasion = *Occasion::ALL.get(number).ok_or_else(Problem::not_found)?;
    let at = Timestamp::from_unix_micros(1_800_000_000_000_000);
    let letter = Letter {
        id,
        occasion,
        to: "ada@example.org".to_owned(),
        username: Some("ada".to_owned()),
        at,
        link: occasion
            .purpose()
            .map(|_| "an-example-opens-nothing".into()),
        code: occasion
            .purpose()
            .and_then(Purpose::code_life)
            .map(|_| "12345678".into()),
        link_expires_at: occasion.purpose().map(|purpose| at.plus(purpose.life())),
        detail: LetterDetail {
            address: Some("192.0.2.1".to_owned()),
            deletes_at: Some("2027-01-29T08:00:00Z".to_owned()),
            ..LetterDetail::default()
        },
        attempts: 1,
    };
    let words = words::of(&letter, &state.public_url).map_err(|_| Problem::internal())?;
    Ok(KeptLetter {
        id: id.to_string(),
        to: letter.to,
        subject: words.subject,
        occasion: occasion.as_str(),
        text: words.text,
        html: words.html,
        links: Vec::new(),
        code: None,
        at: at.to_rfc3339(),
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
