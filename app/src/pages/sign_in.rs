//! Signing in.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        credential_form::{self, CredentialForm},
        heading::Heading,
    },
    page::Form,
    routes::REGISTER,
    text::fixed,
};

/// The page.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let ended =
        use_query_map().with_untracked(|query| query.get("reason").as_deref() == Some("ended"));
    let register = credential_form::beside(REGISTER);
    view! {
        <div class="door">
            <div class="card">
                <Heading text=fixed("Sign in")/>
                <p class="quiet">"Welcome back."</p>
                <p class="notice calm" role="status" hidden=!ended>
                    "You were signed out because your session ended. Sign in to go on."
                </p>
                <CredentialForm form=Form::Login/>
            </div>
            <p class="below">"New here? " <a href=register>"Create an account"</a></p>
            <p class="small quiet promise">
                "The access token will live in this tab's memory, the refresh token in a cookie that no script can read."
            </p>
        </div>
    }
}
