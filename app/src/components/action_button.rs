//! A button that calls the server, says so while it does, and can't be pressed twice.

use std::future::Future;

use leptos::{prelude::*, task::spawn_local};

use crate::{client::session, error::ApiError};

/// The button. What it does needs the access token, so that it is disabled until the page runs.
#[component]
pub(crate) fn ActionButton<Action, Call>(
    /// What it says.
    label: &'static str,
    /// What it says while it is at it.
    busy: &'static str,
    /// What it does.
    action: Action,
) -> impl IntoView
where
    Action: Fn() -> Call + 'static,
    Call: Future<Output = Result<(), ApiError>> + 'static,
{
    let pending = RwSignal::new(false);
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let press = move |_| {
        if !pending.get_untracked() {
            pending.set(true);
            let call = action();
            spawn_local(async move {
                session::attempt(call).await;
                pending.set(false);
            });
        }
    };
    view! {
        <button
            class="plain"
            disabled=move || !hydrated.get()
            aria-disabled=move || pending.get().then_some("true")
            on:click=press
        >
            {move || if pending.get() { busy } else { label }}
        </button>
    }
}
