//! Leaving for good; and changing one's mind about it.

use auth::session::Viewer;
use leptos::prelude::*;

use crate::{
    client::{Session, page, session},
    components::{
        action_button::action,
        ask_button::{AskButton, Question},
        banners::KeepButton,
        heading::Heading,
    },
    routes::SETTINGS_EXPORT,
    server_fns::settings,
    text::fixed,
    whole::whole,
    words,
};

const LEAVE: Question = Question {
    heading: "Delete your account?",
    consequence: "It goes on as before for some days, in which you can take this back. Then it is gone, and nobody can bring it back.",
    yes: "Delete my account",
    no: "Keep it",
};

/// The page.
#[component]
pub(super) fn Delete() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let is_planned = Memo::new(move |_| {
        known.with(|known| {
            let viewer = known.viewer.as_ref();
            viewer.is_some_and(|viewer| viewer.profile.deletes_at.is_some())
        })
    });
    view! {
        <Heading text=fixed("Delete account")/>
        {move || {
            if is_planned.get() {
                whole(view! { <Planned/> })
            } else {
                whole(view! { <Ask/> })
            }
        }}
    }
}

/// What is lost, and the button.
#[component]
fn Ask() -> impl IntoView {
    let leave = action(|| {
        Box::pin(async {
            session::take_profile(settings::plan_deletion().await?);
            page::focus("main");
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
            <p class="quiet">"You may want " <a href=SETTINGS_EXPORT>"a copy of your data"</a> " first."</p>
            <p><AskButton label="Delete my account" busy="Asking for it…" class="danger" question=LEAVE action=leave/></p>
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

/// When the account is deleted, in words.
fn told(viewer: &Viewer, words: fn(&str) -> String) -> String {
    let at = viewer.profile.deletes_at.as_deref();
    at.map(words).unwrap_or_default()
}
