//! A forgotten password: where to send the letter by which another is chosen. Works without scripts, and posts its form as it is.

use auth::error::Field as Name;
use leptos::prelude::*;

use crate::{
    client::Session,
    components::{
        field::{Field, FieldFacts},
        heading::Heading,
        letter_form::{LetterForm, is_wrong, progress_of},
    },
    opening::Opening,
    page::{Form, FormState},
    routes::{FORGOT_PASSWORD, LOGIN},
    text::fixed,
    whole::whole,
};

/// The page.
#[component]
pub(crate) fn ForgotPassword() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    let forms = [Form::ForgotPassword, Form::LetterAsked, Form::NoMail];
    let state = Opening::of_app().take_any(&forms);
    let card = match state {
        Some(state) if state.form == Form::LetterAsked => whole(view! {
            <Heading text=fixed("Look into your mail")/>
            <p class="quiet" role="status">
                "If there is an account with this address, a letter is on its way. The link in it is good for 30 minutes."
            </p>
        }),
        Some(state) if state.form == Form::NoMail => whole(view! {
            <Heading text=fixed("Forgot your password?")/>
            <p class="quiet">"This service sends no mail. Whoever runs it can give you another password."</p>
        }),
        state => whole(view! { <Ask state/> }),
    };
    let sign_in = move || {
        (!signed_in.get()).then(|| {
            view! { <p class="below">"Remembered it? " <a href=LOGIN>"Sign in"</a></p> }
        })
    };
    view! {
        <div class="door">
            <div class="card">{card}</div>
            {sign_in}
        </div>
    }
}

/// Where to send the letter.
#[component]
fn Ask(state: Option<FormState>) -> impl IntoView {
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
        <Heading text=fixed("Forgot your password?")/>
        <p class="quiet">"We send a letter to the address of your account. With the link in it you choose another password."</p>
        <LetterForm address=FORGOT_PASSWORD step="ask" next=String::new() progress label="Send the letter">
            <Field facts=email kind="email" value=values.email/>
        </LetterForm>
    }
}
