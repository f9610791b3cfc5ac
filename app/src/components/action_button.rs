//! A button that calls the server, says so while it does, and can't be pressed twice.

use futures::future::LocalBoxFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    client::session,
    error::ApiError,
    text::{flag, mark, text},
};

/// A call that a button or a form makes.
pub(crate) type Call = LocalBoxFuture<'static, Result<(), ApiError>>;

/// What a button does.
pub(crate) type Action = Box<dyn Fn() -> Call + Send + Sync>;

/// A button does what `call` calls.
pub(crate) fn action(call: impl Fn() -> Call + Send + Sync + 'static) -> Action {
    Box::new(call)
}

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
    view! {
        <button
            class="plain"
            disabled=flag(move || !hydrated.get())
            aria-disabled=mark(move || pending.get())
            on:click=move |_| make(action(), pending)
        >
            {text(move || if pending.get() { busy } else { label }.to_owned())}
        </button>
    }
}

/// Makes a call, unless one is under way.
pub(super) fn make(call: Call, pending: RwSignal<bool>) {
    if !pending.get_untracked() {
        pending.set(true);
        spawn_local(async move {
            session::attempt(call).await;
            pending.set(false);
        });
    }
}
