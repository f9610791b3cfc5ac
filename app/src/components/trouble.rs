//! What is said to the signed-in when a call got no answer. It floats, so that nothing moves.

use leptos::prelude::*;

use crate::{
    client::Session,
    text::{flag, text},
};

/// The message, while there is one.
#[component]
pub(crate) fn Trouble() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let said = move || known.with(|known| known.trouble.as_ref().map(ToString::to_string));
    view! {
        <p class="notice floating" role="alert" hidden=flag(move || said().is_none())>
            {text(move || said().map(|said| said + " You are still signed in.").unwrap_or_default())}
        </p>
    }
}
