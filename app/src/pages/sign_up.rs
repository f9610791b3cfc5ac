//! Creating an account.

use leptos::prelude::*;

use crate::{
    components::{
        credential_form::{self, CredentialForm},
        heading::Heading,
    },
    page::Form,
    routes::LOGIN,
    text::fixed,
};

/// The page.
#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let login = credential_form::beside(LOGIN);
    view! {
        <div class="door">
            <div class="card">
                <Heading text=fixed("Create an account")/>
                <p class="quiet">"It takes half a minute."</p>
                <CredentialForm form=Form::Register/>
            </div>
            <p class="below">"Have one already? " <a href=login>"Sign in"</a></p>
        </div>
    }
}
