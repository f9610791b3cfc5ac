//! A form about a letter. Such forms are rare, and posted as they are, hydrated or not: the server answers with the page that comes next.

use std::time::Duration;

use auth::error::Field as Name;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    field::{Field, FieldFacts},
    progress::Progress,
};
use crate::{
    client::page,
    opening::Opening,
    page::{Form, FormState, Values},
    text::{flag, mark, text},
};

/// The form.
#[component]
pub(crate) fn LetterForm(
    /// The address of its page.
    address: &'static str,
    /// Which of the page's forms it is.
    step: &'static str,
    /// Where to go on to.
    next: String,
    /// How the form fares.
    progress: Progress,
    /// What its button says.
    label: &'static str,
    /// Whether what it does takes something away, so that its button looks it.
    #[prop(optional)]
    grave: bool,
    /// Its fields, if it has any.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let class = if grave { "danger" } else { "primary" };
    view! {
        <form class="credentials" method="post" action=address novalidate on:submit=move |event| send_once(&event, progress.pending)>
            <p class="notice" role="alert" hidden=flag(move || progress.message().is_none())>
                {text(move || progress.message().unwrap_or_default())}
            </p>
            <input type="hidden" name="step" value=step/>
            <input type="hidden" name="next" value=next/>
            {children.map(|children| children())}
            <button class=class type="submit" aria-disabled=mark(move || progress.pending.get())>
                {text(move || if progress.pending.get() { "One moment…" } else { label }.to_owned())}
            </button>
        </form>
    }
}

/// How long a form that was sent is not sent again: whoever has stopped the page from loading can then.
const A_WHILE: Duration = Duration::from_secs(10);

/// Lets a form that is posted as it is go once. A second press would use a link up that the first one has used, and have the page say so.
pub(crate) fn send_once(event: &SubmitEvent, pending: RwSignal<bool>) {
    if pending.get_untracked() {
        event.prevent_default();
        return;
    }
    pending.set(true);
    set_timeout(move || pending.set(false), A_WHILE);
}

/// The field for a code of eight digits.
#[component]
pub(crate) fn CodeField(
    /// How the form fares.
    progress: Progress,
) -> impl IntoView {
    let facts = FieldFacts {
        name: Name::Code,
        label: "Code from the letter",
        autocomplete: "one-time-code",
        autofocus: untrack(|| progress.is_wrong(Name::Code)),
        progress,
    };
    view! { <Field facts kind="text" value=String::new() inputmode="numeric"/> }
}

/// Whether something is wrong with a field of a form that is shown in this state.
pub(crate) fn is_wrong(state: Option<&FormState>, name: Name) -> bool {
    state.is_some_and(|state| state.errors.iter().any(|error| error.field == name))
}

/// How a form fares that is shown in this state.
pub(crate) fn progress_of(state: Option<&FormState>) -> Progress {
    state.map_or_else(
        || Progress::new(Vec::new(), None),
        |state| Progress::new(state.errors.clone(), state.message.clone()),
    )
}

/// What the server has said of a page that shows one of these forms. Where it has said nothing, since the page was come to by the browser's
/// history without a page load, it is asked.
pub(crate) fn state_of_page(forms: &[Form], address: &'static str) -> FormState {
    Opening::of_app().take_any(forms).unwrap_or_else(|| {
        Effect::new(move |_| page::replace(address));
        FormState::shown(Form::VoidLink, Values::default())
    })
}
