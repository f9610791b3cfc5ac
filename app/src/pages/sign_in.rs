//! Signing in.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    components::{
        credential_form::{self, CredentialForm},
        heading::Heading,
    },
    page::{Form, SignInLinks},
    routes::{FORGOT_PASSWORD, REGISTER, SIGN_IN_LINK},
    text::fixed,
};

/// The page.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let reason = use_query_map().with_untracked(|query| query.get("reason"));
    let notice = match reason.as_deref() {
        Some("ended") => "You were signed out because your session ended. Sign in to go on.",
        Some("reset") => "Your password was changed. Sign in with the new one.",
        Some("disowned") => {
            "You were signed out, and your password is no longer good. Look into your mail: the letter there leads back in."
        }
        _ => "",
    };
    let SignInLinks(links) = use_context().unwrap_or_default();
    let by_letter = links.then(|| {
        let address = credential_form::beside(SIGN_IN_LINK);
        view! { <p class="below">"No password at hand? " <a href=address>"Sign in by email"</a></p> }
    });
    let register = credential_form::beside(REGISTER);
    view! {
        <div class="door">
            <div class="card">
                <Heading text=fixed("Sign in")/>
                <p class="quiet">"Welcome back."</p>
                <p class="notice calm" role="status" hidden=notice.is_empty()>{notice}</p>
                <CredentialForm form=Form::Login asked=RwSignal::new(None)/>
            </div>
            <p class="below"><a href=FORGOT_PASSWORD rel="external">"Forgot your password?"</a></p>
            {by_letter}
            <p class="below">"New here? " <a href=register>"Create an account"</a></p>
            <p class="small quiet promise">
                "The access token will live in this tab's memory, the refresh token in a cookie that no script can read."
            </p>
        </div>
    }
}
