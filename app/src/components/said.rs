//! What a person is told once something was done.

use leptos::prelude::*;

use crate::text::{flag, text};

/// The sentence, while there is one.
#[component]
pub(crate) fn Said(said: RwSignal<Option<String>>) -> impl IntoView {
    view! {
        <p class="notice calm" role="status" hidden=flag(move || said.with(Option::is_none))>
            {text(move || said.get().unwrap_or_default())}
        </p>
    }
}
