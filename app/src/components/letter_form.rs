//! A form about a letter. Such forms are rare, and posted as they are, hydrated or not: the server answers with the page that comes next.

use auth::error::Field as Name;
use leptos::prelude::*;

use super::{
    field::{Field, FieldFacts},
    progress::Progress,
};
use crate::{
    client::page,
    opening::Opening,
    page::{Form, FormState, Values},
    text::{flag, text},
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
        <form class="credentials" method="post" action=address novalidate>
            <p class="notice" role="alert" hidden=flag(move || progress.message().is_none())>
                {text(move || progress.message().unwrap_or_default())}
            </p>
            <input type="hidden" name="step" value=step/>
            <input type="hidden" name="next" value=next/>
            {children.map(|children| children())}
            <button class=class type="submit">{label}</button>
        </form>
    }
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
        autofocus: false,
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
