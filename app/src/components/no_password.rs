//! What is said where a password is asked for, to who has none: it was taken away, since somebody else may have chosen it or may know it.

use leptos::prelude::*;

use crate::routes::FORGOT_PASSWORD;

/// The sentence, and the way to a password.
#[component]
pub(crate) fn NoPassword() -> impl IntoView {
    view! {
        <p>
            "There is no password on your account now. " <a href=FORGOT_PASSWORD rel="external">"Have a letter sent"</a>
            " by which you choose one, and sign in with it."
        </p>
    }
}
