//! What is said to the signed-in when a call got no answer. It floats, so that nothing moves.

use leptos::prelude::*;

use crate::client::Session;

/// The message, while there is one.
#[component]
pub(crate) fn Trouble() -> impl IntoView {
    let Session { trouble, .. } = Session::of_app();
    let text = move || trouble.with(|trouble| trouble.as_ref().map(|trouble| format!("{trouble} You are still signed in.")));
    view! {
        <p class="notice floating" role="alert" hidden=move || trouble.with(Option::is_none)>
            {move || text().unwrap_or_default()}
        </p>
    }
}
