//! What the page asks the server for once it runs: a word until it is there, and a way to try again where it does not come.

use leptos::{prelude::*, task::spawn_local};

use super::action_button::Call;
use crate::{
    client::page,
    error::ApiError,
    text::{Flag, flag, text},
};

/// Why what was asked for is not there; nothing while it may still come.
pub(crate) type Failed = RwSignal<Option<ApiError>>;

/// Asks for it by `call`, which puts it where it belongs.
pub(crate) fn load(call: Call, failed: Failed) {
    failed.set(None);
    spawn_local(async move {
        match call.await {
            // It is there; or the page goes away.
            Ok(()) | Err(ApiError::Unauthorized | ApiError::ProofTooOld) => {}
            Err(error) => failed.set(Some(error)),
        }
    });
}

/// What stands in its place.
#[component]
pub(crate) fn Loading(
    /// Whether it is there.
    here: Flag,
    /// Why it is not.
    failed: Failed,
    /// Asks for it again.
    again: Box<dyn Fn() + Send>,
) -> impl IntoView {
    let has_failed = move || failed.with(Option::is_some);
    let why = move || failed.with(|failed| failed.as_ref().map(ToString::to_string));
    let try_again = move |_| {
        again();
        // The button is gone until there is an answer.
        page::focus("main");
    };
    view! {
        <p class="quiet loading scripted" role="status" hidden=flag(move || has_failed() || here())>"Loading…"</p>
        <div class="notice owner" role="alert" hidden=flag(move || !has_failed())>
            <p>{text(move || why().unwrap_or_default())}</p>
            <button class="plain short" type="button" on:click=try_again>"Try again"</button>
        </div>
    }
}
