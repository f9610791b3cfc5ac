//! A plain form of one button, which works without scripts too. Once hydrated it calls the server instead: no page load.

use leptos::{ev::SubmitEvent, prelude::*};

use super::action_button::{Call, make};
use crate::text::{mark, text};

/// The form and its button.
#[component]
pub(crate) fn PostButton(
    /// The address that it posts to.
    address: &'static str,
    /// What it says.
    label: &'static str,
    /// What it says while it is at it.
    busy: &'static str,
    /// What it does instead of posting; it is given the id.
    action: fn(String) -> Call,
    /// The id of what it is about, which is posted too.
    #[prop(optional)]
    id: String,
) -> impl IntoView {
    let pending = RwSignal::new(false);
    let field = (!id.is_empty()).then(|| {
        let value = id.clone();
        view! { <input type="hidden" name="id" value=value/> }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        make(action(id.clone()), pending);
    };
    view! {
        <form method="post" action=address on:submit=submit>
            {field}
            <button class="plain short" aria-disabled=mark(move || pending.get())>
                {text(move || if pending.get() { busy } else { label }.to_owned())}
            </button>
        </form>
    }
}
