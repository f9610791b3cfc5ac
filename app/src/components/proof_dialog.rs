//! The dialog that asks for the password again, before the server does what wants a proof that is not old. Then goes on what was begun. Who has no
//! password is told how to come by one.

use auth::error::{Field as Name, FieldError};
use leptos::prelude::*;

use super::{
    account_form::{AccountForm, sending},
    action_button::Call,
    field::FieldFacts,
    modal::Modal,
    no_password::NoPassword,
    password_field::PasswordField,
    progress::Progress,
};
use crate::{
    client::{Session, page, proof},
    routes::FORGOT_PASSWORD,
    whole::whole,
};

/// The ids of the dialog, of its heading, and of the sentence that says what is wrong.
const DIALOG: &str = "proof";
const HEADING: &str = "proof-heading";
const REFUSAL: &str = "proof-refusal";

/// The dialog. It stands beside the page, which keeps all that was typed into it.
#[component]
pub(crate) fn ProofDialog() -> impl IntoView {
    let session = Session::of_app();
    let progress = Progress::new(Vec::new(), None);
    let proven = RwSignal::new(false);
    let content = move || {
        progress.clear();
        proven.set(false);
        // Looked at once: what is typed stays, whatever becomes known meanwhile.
        if session.has_password.get_untracked() {
            whole(view! { <Ask progress proven/> })
        } else {
            whole(view! { <NothingToAsk/> })
        }
    };
    let closed = move || proof::settle(session, proven.get_untracked());
    view! {
        <Modal
            id=DIALOG
            heading=HEADING
            open=session.asks_for_proof
            content=Box::new(content)
            closed=Box::new(closed)
        />
    }
}

/// What it holds.
#[component]
fn Ask(
    /// How its form fares.
    progress: Progress,
    /// Whether the password was the right one.
    proven: RwSignal<bool>,
) -> impl IntoView {
    let username = Session::of_app().told(|viewer| viewer.profile.username.clone());
    let facts = FieldFacts {
        name: Name::Password,
        label: "Password",
        autocomplete: "current-password",
        autofocus: true,
        progress,
    };
    let send = sending(move || {
        let password = page::normalised(&page::typed(Name::Password.as_str()));
        if password.is_empty() {
            let fault = FieldError::new(Name::Password, "Enter your password");
            return Err(vec![fault]);
        }
        let call: Call = Box::pin(async move {
            proof::prove(password).await?;
            proven.set(true);
            page::close_dialog(DIALOG);
            Ok(())
        });
        Ok(call)
    });
    view! {
        <h2 id=HEADING>"Is it still you?"</h2>
        <p class="quiet">"It is a while since you gave your password. Give it again, and what you began goes on."</p>
        <AccountForm refusal=REFUSAL progress label="Go on" busy="Checking…" send>
            // A password manager finds the password by this name.
            <input type="text" name="username" autocomplete="username" value=username readonly hidden/>
            <PasswordField facts is_new=false/>
        </AccountForm>
        <p class="below">
            <a class="small" href=FORGOT_PASSWORD rel="external">"Forgot your password?"</a>
            <CancelButton/>
        </p>
    }
}

/// What it holds where there is no password that could be given.
#[component]
fn NothingToAsk() -> impl IntoView {
    view! {
        <h2 id=HEADING>"Is it still you?"</h2>
        <p class="quiet">"It is a while since you signed in, and what you began asks for your password."</p>
        <NoPassword/>
        <p class="below"><CancelButton/></p>
    }
}

/// Calls off what was begun.
#[component]
fn CancelButton() -> impl IntoView {
    view! {
        <button class="bare" type="button" on:click=|_| page::close_dialog(DIALOG)>"Cancel"</button>
    }
}
