//! Creating the account that was asked for, once its address is proven: by the link of a letter, or by the code beside it. Works without scripts,
//! and posts its forms as they are.

use auth::error::Field as Name;
use leptos::prelude::*;

use crate::{
    components::{
        field::{Field, FieldFacts},
        heading::Heading,
        letter_form::{CodeField, LetterForm, is_wrong, progress_of},
        password_field::PasswordField,
        progress::Progress,
    },
    opening::Opening,
    page::{Form, FormState},
    routes::{CONFIRM_SIGN_UP, REGISTER},
    text::fixed,
    whole::whole,
};

/// The page.
#[component]
pub(crate) fn ConfirmSignUp() -> impl IntoView {
    let opening = Opening::of_app();
    let state = opening.take_any(&[
        Form::ConfirmCode,
        Form::ConfirmSignUp,
        Form::ConfirmElsewhere,
    ]);
    let card = match state {
        Some(state) if state.form != Form::ConfirmCode => whole(view! { <OpenedLink state/> }),
        state => whole(view! { <TypeCode state/> }),
    };
    view! {
        <div class="door">
            <div class="card">{card}</div>
            <p class="below">"No letter, or too old? " <a href=REGISTER>"Ask for the account again"</a></p>
        </div>
    }
}

/// The form for the code, in the browser that asked for the account.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what a component is given is its own"
)]
#[component]
pub(crate) fn TypeCode(state: Option<FormState>) -> impl IntoView {
    let progress = progress_of(state.as_ref());
    let asks_name = is_wrong(state.as_ref(), Name::Username);
    view! {
        <Heading text=fixed("Confirm your address")/>
        <p class="quiet">
            "Open the link in the letter that we sent you; or type its code here, in the browser in which you asked for the account. The code is \
            good for 10 minutes, the link for a day."
        </p>
        <LetterForm address=CONFIRM_SIGN_UP step="code" next=String::new() progress label="Create the account">
            <CodeField progress/>
            {asks_name.then(|| view! { <AnotherName progress value=String::new()/> })}
        </LetterForm>
    }
}

/// The link was opened. A button creates the account, since programs that look through mail open links too.
#[component]
fn OpenedLink(state: FormState) -> impl IntoView {
    let progress = progress_of(Some(&state));
    let is_elsewhere = state.form == Form::ConfirmElsewhere;
    let asks_name = is_wrong(Some(&state), Name::Username);
    let is_refused = is_wrong(Some(&state), Name::Password);
    let FormState { values, .. } = state;
    let password = FieldFacts {
        name: Name::Password,
        label: "Password",
        autocomplete: "current-password",
        autofocus: is_refused,
        progress,
    };
    let (username, typed) = (values.username.clone(), values.username);
    view! {
        <Heading text=fixed("Confirm your address")/>
        <p class="quiet">
            "Confirm that " <strong>{values.email}</strong> " is yours, and your account " <strong>{username}</strong> " is created."
        </p>
        {is_elsewhere.then(|| view! {
            <p class="quiet">
                "This is not the browser in which you asked for it. So type the password that you chose. If you asked for no account, close this \
                page: without you there is none."
            </p>
        })}
        <LetterForm address=CONFIRM_SIGN_UP step="link" next=String::new() progress label="Create the account">
            {asks_name.then(|| view! { <AnotherName progress value=typed/> })}
            {is_elsewhere.then(|| view! { <PasswordField facts=password is_new=false/> })}
        </LetterForm>
    }
}

/// The field for another name, where somebody has the first by now.
#[component]
fn AnotherName(progress: Progress, value: String) -> impl IntoView {
    let facts = FieldFacts {
        name: Name::Username,
        label: "Username",
        autocomplete: "username",
        autofocus: true,
        progress,
    };
    view! { <Field facts kind="text" value/> }
}
