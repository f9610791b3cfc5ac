//! A form about the account of the signed-in. What it does needs the access token, so that it can't be sent until the page runs.

use auth::{error::FieldError, password::Assessment};
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use super::{action_button::Call, progress::Progress};
use crate::{
    error::ApiError,
    text::{flag, mark, text},
};

/// The call that a form makes, or what is wrong with what was typed.
pub(crate) type Sending = Box<dyn Fn() -> Result<Call, Vec<FieldError>> + Send>;

/// A form does what `send` says.
pub(crate) fn sending(
    send: impl Fn() -> Result<Call, Vec<FieldError>> + Send + 'static,
) -> Sending {
    Box::new(send)
}

/// How strong the new password is that is typed into a form.
pub(crate) type Judge = Box<dyn Fn() -> Option<Assessment> + Send>;

/// The form.
#[component]
pub(crate) fn AccountForm(
    /// The id of the sentence that says what is wrong with the whole.
    #[prop(default = "refusal")]
    refusal: &'static str,
    /// How it fares.
    progress: Progress,
    /// What its button says.
    label: &'static str,
    /// What its button says while it is at it.
    busy: &'static str,
    /// What it does.
    send: Sending,
    /// How strong the new password is, if it has one.
    #[prop(optional)]
    judge: Option<Judge>,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !progress.pending.get_untracked() {
            begin(send(), progress, refusal);
        }
    };
    let typing = move |event: Event| {
        let name = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            .map(|field| field.name());
        progress.typed(name.as_deref(), judge.as_ref().and_then(|judge| judge()));
    };
    view! {
        <form class="credentials" method="post" novalidate on:submit=submit on:input=typing>
            <p class="notice" role="alert" id=refusal hidden=flag(move || progress.message().is_none())>
                {text(move || progress.message().unwrap_or_default())}
            </p>
            {children()}
            <button
                class="primary"
                type="submit"
                disabled=flag(move || !hydrated.get())
                aria-disabled=mark(move || progress.pending.get())
            >
                {text(move || if progress.pending.get() { busy } else { label }.to_owned())}
            </button>
        </form>
    }
}

/// Makes the call, unless something is wrong with what was typed.
fn begin(sending: Result<Call, Vec<FieldError>>, progress: Progress, refusal: &'static str) {
    let call = match sending {
        Ok(call) => call,
        Err(faults) => return progress.show(faults),
    };
    progress.clear();
    progress.shown.set(false);
    progress.pending.set(true);
    spawn_local(async move {
        let answer = call.await;
        progress.pending.set(false);
        match answer {
            // Done; or called off; or the page goes away.
            Ok(()) | Err(ApiError::ProofTooOld | ApiError::Unauthorized) => {}
            Err(error) => progress.fail(error, refusal),
        }
    });
}
