//! A button that asks before it does what can't be undone.

use leptos::prelude::*;

use super::{
    action_button::{Action, make},
    modal::Modal,
};
use crate::{
    client::page,
    text::{flag, mark, text},
    whole::whole,
};

/// The ids of the dialog and of its heading. One is open at a time.
const DIALOG: &str = "question";
const HEADING: &str = "question-heading";

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) struct Question {
    /// The question.
    pub(crate) heading: &'static str,
    /// What follows from a yes.
    pub(crate) consequence: &'static str,
    /// What the button says that does it.
    pub(crate) yes: &'static str,
    /// What the button says that does not.
    pub(crate) no: &'static str,
}

/// The button. What it does needs the access token, so that it is disabled until the page runs.
#[component]
pub(crate) fn AskButton(
    /// What it says.
    label: &'static str,
    /// What it is about, for who can't see beside what it stands.
    #[prop(optional)]
    about: String,
    /// What it says while it is at it.
    busy: &'static str,
    /// How it looks.
    class: &'static str,
    /// What it asks.
    question: Question,
    /// How long there is until what follows from a yes, where that is to be said before it.
    #[prop(optional)]
    term: String,
    /// What it does after a yes.
    action: Action,
) -> impl IntoView {
    let pending = RwSignal::new(false);
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let open = RwSignal::new(false);
    let agreed = RwSignal::new(false);
    let ask = move |_| {
        if !pending.get_untracked() {
            agreed.set(false);
            open.set(true);
        }
    };
    let consequence = if term.is_empty() {
        question.consequence.to_owned()
    } else {
        term + " " + question.consequence
    };
    let content = move || {
        let agree = move |_| {
            agreed.set(true);
            page::close_dialog(DIALOG);
        };
        whole(view! {
            <h2 id=HEADING>{question.heading}</h2>
            <p class="quiet">{consequence.clone()}</p>
            <div class="row">
                <button class="plain" type="button" autofocus=true on:click=|_| page::close_dialog(DIALOG)>{question.no}</button>
                <button class="danger" type="button" on:click=agree>{question.yes}</button>
            </div>
        })
    };
    let closed = move || {
        open.set(false);
        if agreed.get_untracked() {
            make(action(), pending);
        }
    };
    let about = (!about.is_empty()).then(|| {
        view! { <span class="visually-hidden">": " {about}</span> }
    });
    view! {
        <button
            class=class
            type="button"
            disabled=flag(move || !hydrated.get())
            aria-disabled=mark(move || pending.get())
            on:click=ask
        >
            {text(move || if pending.get() { busy } else { label }.to_owned())}
            {about}
        </button>
        <Modal id=DIALOG heading=HEADING open content=Box::new(content) closed=Box::new(closed)/>
    }
}
