//! What each kind of problem means, and what to do about it: pages that the server alone renders. Nothing in them changes, so that the
//! browser loads no code for them.

use auth::session::Viewer;
use leptos::{either::Either, prelude::*};
use leptos_router::components::Router;

use crate::{
    client::Session,
    components::{
        facts::{Fact, Facts},
        header::Header,
        heading::Heading,
    },
    problems::Kind,
    text::fixed,
};

/// The title of the document, as the browser's tab shows it.
pub(crate) fn title(kind: Option<Kind>) -> String {
    format!("{} · Latchkey", kind.map_or("Problems", Kind::title))
}

/// The page about a kind of problem, or the list of all, inside the frame that every page has.
#[component]
pub(crate) fn ProblemDocument(kind: Option<Kind>) -> impl IntoView {
    provide_context(Session::new(use_context::<Option<Viewer>>().flatten()));
    let page = match kind {
        Some(kind) => Either::Left(view! { <Problem kind/> }),
        None => Either::Right(view! { <Problems/> }),
    };
    view! {
        <Router>
            <a class="skip" href="#main" rel="external">"Skip to the content"</a>
            <Header/>
            <main id="main" tabindex="-1">{page}</main>
        </Router>
    }
}

/// All there are.
#[component]
fn Problems() -> impl IntoView {
    let kinds = Kind::ALL
        .into_iter()
        .map(|kind| {
            view! {
                <li>
                    <a href=kind.path()>{kind.title()}</a>
                    <span class="small quiet">{format!("{} {}", kind.status(), kind.slug())}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <div class="page narrow">
            <div>
                <Heading text=fixed("Problems")/>
                <p class="quiet">"What the API answers when it refuses a request or fails, each by the name that stands in the answer."</p>
            </div>
            <section class="card">
                <ul class="kinds">{kinds}</ul>
            </section>
        </div>
    }
}

/// One of them.
#[component]
fn Problem(kind: Kind) -> impl IntoView {
    let facts = vec![
        Fact::code("Type", Box::new(move || kind.path())),
        Fact::code("Status", Box::new(move || kind.status().to_string())),
    ];
    view! {
        <div class="page narrow">
            <div>
                <p class="status" aria-hidden="true">{kind.status().to_string()}</p>
                <Heading text=fixed(kind.title())/>
            </div>
            <section class="card prose">
                <h2>"What it means"</h2>
                <p>{with_code(kind.meaning())}</p>
                <h2>"What to do"</h2>
                <p>{with_code(kind.remedy())}</p>
                <h2>"How it is told"</h2>
                <Facts facts/>
            </section>
            <p class="row"><a class="button plain" href=Kind::INDEX>"All problems"</a></p>
        </div>
    }
}

/// A text in which what stands between back quotes is for machines.
fn with_code(text: &'static str) -> impl IntoView {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            if index % 2 == 1 {
                Either::Left(view! { <code>{part}</code> })
            } else {
                Either::Right(part)
            }
        })
        .collect_view()
}
