//! Creating an account.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{credential_form::CredentialForm, heading::Heading},
    next,
    page::Form,
    routes::LOGIN,
    text::fixed,
};

/// The page.
#[component]
pub(crate) fn SignUp() -> impl IntoView {
    let login =
        use_query_map().with_untracked(|query| next::carried(LOGIN, query.get("next").as_deref()));
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
