//! What is said to the signed-in when a call got no answer. It floats, so that nothing moves, and can be put away.

use leptos::prelude::*;

use crate::{
    client::{Session, page, session},
    text::{flag, text},
};

/// The message, while there is one.
#[component]
pub(crate) fn Trouble() -> impl IntoView {
    let state = Session::of_app();
    let said = move || {
        state
            .known
            .with(|known| known.trouble.as_ref().map(ToString::to_string))
    };
    let put_away = move |_| {
        session::forget_trouble(state);
        page::focus("main");
    };
    view! {
        <div class="notice floating" role="alert" hidden=flag(move || said().is_none())>
            <p>{text(move || said().map(|said| said + " You are still signed in.").unwrap_or_default())}</p>
            <button class="bare" type="button" on:click=put_away>"Close"</button>
        </div>
    }
}
