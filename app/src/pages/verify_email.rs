//! Proving that the account's address is one's own: by the link of a letter, in whichever browser, or by the code beside it. Works without scripts,
//! and posts its forms as they are.

use leptos::prelude::*;

use crate::{
    components::{
        heading::Heading,
        letter_form::{CodeField, LetterForm, progress_of, send_once, state_of_page},
    },
    page::{Form, FormState, Values},
    routes::{HOME, VERIFY_EMAIL},
    text::{fixed, mark},
    whole::whole,
};

/// The page.
#[component]
pub(crate) fn VerifyEmail() -> impl IntoView {
    let forms = [
        Form::OpenedLink,
        Form::UsedLink,
        Form::VoidLink,
        Form::VerifyCode,
        Form::VoidCode,
        Form::LetterAsked,
        Form::NoMail,
    ];
    let state = state_of_page(&forms, VERIFY_EMAIL);
    let said = |text: &'static str| whole(view! { <p class="quiet" role="status">{text}</p> });
    let (card, below) = match state.form {
        Form::OpenedLink => (whole(view! { <Opened state/> }), None),
        Form::VerifyCode | Form::VoidCode | Form::LetterAsked => {
            (whole(view! { <TypeCode state/> }), None)
        }
        Form::UsedLink => (
            said("Your address is confirmed. There is nothing more to do."),
            Some((HOME, "Go to the start")),
        ),
        Form::NoMail => (
            said("This service sends no mail, so no address needs to be confirmed."),
            Some((HOME, "Go to the start")),
        ),
        _ => (
            said(
                "This link can't be used any more: it was used, is too old, or a newer one was sent. Sign in, and you can have another letter.",
            ),
            Some((VERIFY_EMAIL_SIGNED_IN, "Have another letter sent")),
        ),
    };
    let below = below.map(|(address, label)| {
        view! { <p class="below"><a href=address rel="external">{label}</a></p> }
    });
    view! {
        <div class="door">
            <div class="card">
                <Heading text=fixed("Confirm your email address")/>
                {card}
            </div>
            {below}
        </div>
    }
}

/// The page of who is signed in; of who is not, once they have signed in.
const VERIFY_EMAIL_SIGNED_IN: &str = "/login?next=/verify-email";

/// What is said of a code that is good for nothing.
const VOID_CODE: &str = "This code can't be used any more: it is too old, or too many others were tried. Have another letter sent, and type the code \
                         of that one.";

/// The link was opened. A button proves the address, since programs that look through mail open links too.
#[component]
fn Opened(state: FormState) -> impl IntoView {
    let progress = progress_of(Some(&state));
    let Values {
        username, email, ..
    } = state.values;
    view! {
        <p class="quiet">"Confirm that " <strong>{email}</strong> " is yours. It is the address of the account " <strong>{username}</strong> "."</p>
        <p class="small quiet">"This works in any browser, whoever is signed in to it."</p>
        <LetterForm address=VERIFY_EMAIL step="link" next=String::new() progress label="Confirm my address"/>
    }
}

/// The form for the code of the letter, and the button for another letter.
#[component]
fn TypeCode(state: FormState) -> impl IntoView {
    let progress = progress_of(Some(&state));
    if state.form == Form::VoidCode {
        progress.refuse(Vec::new(), Some(VOID_CODE.to_owned()));
    }
    let is_sent = RwSignal::new(false);
    let is_asked = state.form == Form::LetterAsked;
    let email = state.values.email;
    view! {
        <p class="quiet">
            "Open the link in the newest letter to " <strong>{email}</strong> ", or type its code here. The code is good for 10 minutes, the \
            link for a day. If no letter has come, have one sent."
        </p>
        {is_asked.then(|| view! {
            <p class="notice calm" role="status">"Another letter is on its way. The link and the code of the former are no longer good."</p>
        })}
        <LetterForm address=VERIFY_EMAIL step="code" next=String::new() progress label="Confirm my address">
            <CodeField progress/>
        </LetterForm>
        <form class="credentials" method="post" action=VERIFY_EMAIL on:submit=move |event| send_once(&event, is_sent)>
            <input type="hidden" name="step" value="send"/>
            <button class="plain" type="submit" aria-disabled=mark(move || is_sent.get())>"Send a letter"</button>
        </form>
    }
}
