//! Signing in by a letter: asking for it, typing its code, or coming by its link. Works without scripts, and posts its forms as they are.

use auth::error::Field as Name;
use leptos::prelude::*;

use crate::{
    components::{
        field::{Field, FieldFacts},
        heading::Heading,
        letter_form::{CodeField, LetterForm, is_wrong, progress_of},
        remember_box::RememberBox,
    },
    opening::Opening,
    page::{Form, FormState},
    routes::{LOGIN, SIGN_IN_LINK},
    text::fixed,
    whole::whole,
};

/// Where to ask for another letter, whatever link was opened here.
const ANOTHER: &str = "/sign-in-link?stage=another";

/// The page.
#[component]
pub(crate) fn SignInLink() -> impl IntoView {
    let opening = Opening::of_app();
    let state = opening.take_any(&[Form::SignInLink, Form::SignInCode, Form::SignInByLink]);
    let next = opening.take_next().unwrap_or_default();
    let card = match state {
        Some(state) if state.form == Form::SignInCode => {
            whole(view! { <LookIntoMail state next/> })
        }
        Some(state) if state.form == Form::SignInByLink => {
            whole(view! { <OpenedLink state next/> })
        }
        state => whole(view! { <Ask state next/> }),
    };
    view! {
        <div class="door">
            <div class="card">{card}</div>
            <p class="below">"Rather with your password? " <a href=LOGIN>"Sign in"</a></p>
        </div>
    }
}

/// Where to send the letter.
#[component]
fn Ask(state: Option<FormState>, next: String) -> impl IntoView {
    let progress = progress_of(state.as_ref());
    let is_wrong = is_wrong(state.as_ref(), Name::Email);
    let values = state.map(|state| state.values).unwrap_or_default();
    let email = FieldFacts {
        name: Name::Email,
        label: "Email",
        autocomplete: "email",
        autofocus: is_wrong,
        progress,
    };
    view! {
        <Heading text=fixed("Sign in by email")/>
        <p class="quiet">"We send you a letter with a link and a code. Either signs you in."</p>
        <LetterForm address=SIGN_IN_LINK step="ask" next progress label="Send the letter">
            <Field facts=email kind="email" value=values.email/>
        </LetterForm>
    }
}

/// The letter is on its way, if there is such an account.
#[component]
fn LookIntoMail(state: FormState, next: String) -> impl IntoView {
    let progress = progress_of(Some(&state));
    let FormState { values, .. } = state;
    let (shown, sent) = (values.email.clone(), values.email);
    view! {
        <Heading text=fixed("Look into your mail")/>
        <p class="quiet" role="status">
            "If there is an account with the address " <strong>{shown}</strong> ", a letter is on its way. Its link and its code are good for \
            10 minutes."
        </p>
        <LetterForm address=SIGN_IN_LINK step="code" next progress label="Sign in">
            <input type="hidden" name="email" value=sent/>
            <CodeField progress/>
            <RememberBox checked=!values.unremembered/>
        </LetterForm>
        <p class="below"><a href=ANOTHER rel="external">"Use another address"</a></p>
    }
}

/// The link was opened. A button signs in, since programs that look through mail open links too.
#[component]
fn OpenedLink(state: FormState, next: String) -> impl IntoView {
    let progress = progress_of(Some(&state));
    let FormState { values, .. } = state;
    view! {
        <Heading text=fixed("Sign in by email")/>
        <p class="quiet">"You are about to sign in as " <strong>{values.username}</strong> "."</p>
        <p class="small quiet">
            "If your address was not confirmed yet, this confirms it. A password that was chosen before is no longer good then, since anybody could \
            have chosen it."
        </p>
        <LetterForm address=SIGN_IN_LINK step="link" next progress label="Sign in">
            <RememberBox checked=!values.unremembered/>
        </LetterForm>
        <p class="below"><a href=ANOTHER rel="external">"Use another address"</a></p>
    }
}
