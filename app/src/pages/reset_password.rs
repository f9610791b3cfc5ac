//! Choosing another password, by the link of a letter. Works without scripts, and posts its form as it is.

use auth::{error::Field as Name, password::PasswordPolicy};
use leptos::prelude::*;

use crate::{
    client::page,
    components::{
        field::FieldFacts,
        heading::Heading,
        letter_form::{LetterForm, is_wrong, progress_of, state_of_page},
        password_field::PasswordField,
    },
    page::{Form, FormState, Values},
    routes::{FORGOT_PASSWORD, HOME, RESET_PASSWORD},
    text::fixed,
    whole::whole,
};

/// The page.
#[component]
pub(crate) fn ResetPassword() -> impl IntoView {
    let forms = [Form::OpenedLink, Form::UsedLink, Form::VoidLink];
    let state = state_of_page(&forms, RESET_PASSWORD);
    let (card, below) = match state.form {
        Form::OpenedLink => (whole(view! { <Choose state/> }), None),
        Form::UsedLink => (
            whole(view! {
                <p class="quiet" role="status">
                    "The password was changed, and everybody is signed out of that account. You are signed in to another one here."
                </p>
            }),
            Some((HOME, "Go to the start")),
        ),
        _ => (
            whole(view! {
                <p class="quiet" role="status">
                    "This link can't be used any more: it was used, is too old, or a newer one was sent."
                </p>
            }),
            Some((FORGOT_PASSWORD, "Ask for another letter")),
        ),
    };
    let below = below.map(|(address, label)| {
        view! { <p class="below"><a href=address rel="external">{label}</a></p> }
    });
    view! {
        <div class="door">
            <div class="card">
                <Heading text=fixed("Choose another password")/>
                {card}
            </div>
            {below}
        </div>
    }
}

/// The link was opened: the form for the password, which is judged while it is typed.
#[component]
fn Choose(state: FormState) -> impl IntoView {
    let policy = use_context::<PasswordPolicy>().unwrap_or_default();
    let progress = progress_of(Some(&state));
    let facts = FieldFacts {
        name: Name::Password,
        label: "New password",
        autocomplete: "new-password",
        autofocus: is_wrong(Some(&state), Name::Password),
        progress,
    };
    let Values {
        username, email, ..
    } = state.values;
    let (shown, posted) = (username.clone(), username.clone());
    let owner = StoredValue::new((username, email));
    let judge = move |name: Option<&str>| {
        let typed = page::normalised(&page::typed(Name::Password.as_str()));
        let strength = owner.with_value(|(username, email)| {
            (!typed.is_empty()).then(|| policy.strength(&typed, username, email))
        });
        progress.typed(name, strength);
    };
    // What was typed before this ran is judged as well.
    Effect::new(move |_| judge(None));
    view! {
        <p class="quiet">
            "For the account " <strong>{shown}</strong> ". Everybody is signed out of it then: sign in with the new password."
        </p>
        <LetterForm address=RESET_PASSWORD step="link" next=String::new() progress label="Change the password">
            // A password manager keeps the new password under this name.
            <input type="text" name="username" autocomplete="username" value=posted readonly hidden/>
            <div on:input=move |_| judge(Some(Name::Password.as_str()))>
                <PasswordField facts is_new=true/>
            </div>
        </LetterForm>
    }
}
