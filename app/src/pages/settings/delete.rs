//! Leaving for good; and changing one's mind about it.

use auth::session::Viewer;
use leptos::prelude::*;

use crate::{
    client::{Fate, Session, page, session},
    components::{
        action_button::action,
        ask_button::{AskButton, Question},
        banners::KeepButton,
        heading::Heading,
    },
    page::DeletionDays,
    routes::{SETTINGS_DELETE, SETTINGS_EXPORT},
    server_fns::settings,
    text::fixed,
    whole::whole,
    words,
};

const LEAVE: Question = Question {
    heading: "Delete your account?",
    consequence: "Then it is gone, and nobody can bring it back.",
    yes: "Delete my account",
    no: "Keep it",
};

/// The page.
#[component]
pub(super) fn Delete() -> impl IntoView {
    let fate = Session::of_app().fate();
    view! {
        <Heading text=fixed("Delete account")/>
        {move || match fate.get() {
            Fate::Stays => whole(view! { <Ask/> }),
            Fate::Goes => whole(view! { <Planned/> }),
            Fate::IsGoing => whole(view! { <IsGoing/> }),
        }}
    }
}

/// What is lost, and the button.
#[component]
fn Ask() -> impl IntoView {
    let DeletionDays(days) = use_context().unwrap_or_default();
    let leave = action(move || {
        Box::pin(async move {
            let profile = settings::plan_deletion().await?;
            if days == 0 {
                // The server tells what is left of it by now.
                page::replace(SETTINGS_DELETE);
            } else {
                session::take_profile(profile);
                page::focus("main");
            }
            Ok(())
        })
    });
    view! {
        <section class="card stack grave" aria-labelledby="lost">
            <h2 id="lost">"What is lost"</h2>
            <ul>
                <li>"Your account: its name, its address and its password. Somebody else may take the name then."</li>
                <li>"All your sessions: you are signed out on every device."</li>
                <li>"What happened to your account. What must be kept of it no longer names you."</li>
            </ul>
            <p>{term(days)}</p>
            <p class="quiet">"You may want " <a href=SETTINGS_EXPORT>"a copy of your data"</a> " first."</p>
            <p>
                <AskButton
                    label="Delete my account"
                    busy="Asking for it…"
                    class="danger"
                    question=LEAVE
                    term=term(days)
                    action=leave
                />
            </p>
        </section>
    }
}

/// Until when it is there, and how to keep it.
#[component]
fn Planned() -> impl IntoView {
    let session = Session::of_app();
    let day = session.told(|viewer| told(viewer, words::day));
    let until = session.told(|viewer| told(viewer, words::day_and_time));
    view! {
        <section class="card stack grave" aria-labelledby="planned">
            <h2 id="planned">"Your account will be deleted on " {day}</h2>
            <p role="status">"Until " {until} " all goes on as before, and you can keep it. Then it is gone for good."</p>
            <KeepButton/>
        </section>
    }
}

/// It is too late.
#[component]
fn IsGoing() -> impl IntoView {
    view! {
        <section class="card grave" aria-label="Delete account">
            <p role="status"><strong>"Your account is being deleted."</strong></p>
        </section>
    }
}

/// How long one has to change one's mind.
fn term(days: u64) -> String {
    if days == 0 {
        "It is deleted at once.".to_owned()
    } else {
        let days = words::count(days, "day");
        format!("It goes on as before for {days}, in which you can take this back.")
    }
}

/// When the account is deleted, in words.
fn told(viewer: &Viewer, words: fn(&str) -> String) -> String {
    let at = viewer.profile.deletes_at.as_deref();
    at.map(words).unwrap_or_default()
}
