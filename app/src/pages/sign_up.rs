//! Creating an account.

use leptos::prelude::*;

use crate::{
    components::{
        credential_form::{self, CredentialForm},
        heading::Heading,
        letter_form::{CodeField, LetterForm, progress_of},
    },
    opening::Opening,
    page::Form,
    routes::{CONFIRM_SIGN_UP, LOGIN},
    text::fixed,
    whole::whole,
};

/// The page.
#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let login = credential_form::beside(LOGIN);
    // The form was posted, and the page is its answer.
    let posted = Opening::of_app().take_form(Form::RegisterAsked);
    let asked = RwSignal::new(posted.map(|state| state.values.email));
    let card = move || match asked.get() {
        Some(email) => whole(view! { <LookIntoMail email/> }),
        None => whole(view! {
            <Heading text=fixed("Create an account")/>
            <p class="quiet">"It takes half a minute."</p>
            <CredentialForm form=Form::Register asked/>
        }),
    };
    view! {
        <div class="door">
            <div class="card">{card}</div>
            <p class="below">"Have one already? " <a href=login>"Sign in"</a></p>
        </div>
    }
}

/// A letter is on its way, to whoever owns the address.
#[component]
fn LookIntoMail(email: String) -> impl IntoView {
    let progress = progress_of(None);
    view! {
        <Heading text=fixed("Look into your mail")/>
        <p class="quiet" role="status">
            "A letter is on its way to " <strong>{email}</strong> ". Open its link, or type its code here, and your account is created. The code \
            is good for 10 minutes, the link for a day."
        </p>
        <LetterForm address=CONFIRM_SIGN_UP step="code" next=String::new() progress label="Create the account">
            <CodeField progress/>
        </LetterForm>
    }
}
