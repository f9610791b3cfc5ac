//! A button that calls the server, says so while it does, and can't be pressed twice.

use futures::future::LocalBoxFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    client::session,
    error::ApiError,
    text::{flag, mark, text},
};

/// What a button does.
type Action = fn() -> LocalBoxFuture<'static, Result<(), ApiError>>;

/// The button. What it does needs the access token, so that it is disabled until the page runs.
#[component]
pub(crate) fn ActionButton(
    /// What it says.
    label: &'static str,
    /// What it says while it is at it.
    busy: &'static str,
    /// What it does.
    action: Action,
) -> impl IntoView {
    let pending = RwSignal::new(false);
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let press = move |_| {
        if !pending.get_untracked() {
            pending.set(true);
            spawn_local(async move {
                session::attempt(action()).await;
                pending.set(false);
            });
        }
    };
    view! {
        <button class="plain" disabled=flag(move || !hydrated.get()) aria-disabled=mark(move || pending.get()) on:click=press>
            {text(move || if pending.get() { busy } else { label }.to_owned())}
        </button>
    }
}
