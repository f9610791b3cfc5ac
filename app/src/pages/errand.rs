//! The pages of one button behind the links of letters. Each says what will happen, and does so by the button alone, since programs that look through
//! mail open links too. They work without scripts, and post their form as it is.

use leptos::prelude::*;

use crate::{
    components::{
        heading::Heading,
        letter_form::{LetterForm, progress_of, state_of_page},
    },
    page::{Form, FormState, Values},
    routes::{CONFIRM_EMAIL, FORGOT_PASSWORD, HOME, NOT_ME, UNDO_EMAIL_CHANGE},
    text::fixed,
    whole::whole,
};

/// What such a page says.
struct Words {
    address: &'static str,
    heading: &'static str,
    /// What will happen: before the account's name, between it and the address, and behind that.
    promise: [&'static str; 3],
    button: &'static str,
    /// Whether the button takes something away from somebody.
    grave: bool,
    done: &'static str,
    void: &'static str,
    /// Where to go when the link is void.
    instead: (&'static str, &'static str),
}

/// The account gets another address.
static CONFIRM: Words = Words {
    address: CONFIRM_EMAIL,
    heading: "Confirm your new address",
    promise: [
        "Your account ",
        " gets the address ",
        ". Other devices are signed out, and the address that it has now is told, with a link that undoes this for 7 days.",
    ],
    button: "Use this address",
    grave: false,
    done: "Your account has its new address. Sign in with it from now on, or with your username as before.",
    void: "This link can't be used any more: it was used, is too old, a newer one was sent, or somebody else has the address by now.",
    instead: (HOME, "Go to the start"),
};

/// The account gets its former address back.
static UNDO: Words = Words {
    address: UNDO_EMAIL_CHANGE,
    heading: "Get your address back",
    promise: [
        "Your account ",
        " gets back the address ",
        ". Everybody is signed out of it, and its password is no longer good: a letter with a link to choose another is sent to this address.",
    ],
    button: "Take the change back",
    grave: true,
    done: "Your account has its former address again, and everybody is signed out of it. A letter is on its way to you: choose another password \
           by the link in it.",
    void: "This link can't be used any more: it was used, is too old, or somebody else has the address by now.",
    instead: (FORGOT_PASSWORD, "Choose another password"),
};

/// What the letter told of was somebody else's doing.
static DISOWN: Words = Words {
    address: NOT_ME,
    heading: "It wasn't me",
    promise: [
        "Whoever it was is signed out of your account ",
        ", and so is everybody who signed in since; or everybody at all, if nobody can tell. The password is no longer good: a letter by which \
         to get back in is sent to ",
        ". If the account was to be deleted, it is kept.",
    ],
    button: "It wasn't me: sign them out",
    grave: true,
    done: "They are signed out, and the password is no longer good. A letter is on its way to you: its link leads back in.",
    void: "This link can't be used any more: it was used, or is too old. If somebody may know your password, choose another.",
    instead: (FORGOT_PASSWORD, "Choose another password"),
};

/// The page on which an account gets another address.
#[component]
pub(crate) fn ConfirmEmail() -> impl IntoView {
    errand(&CONFIRM)
}

/// The page on which it gets the former one back.
#[component]
pub(crate) fn UndoEmailChange() -> impl IntoView {
    errand(&UNDO)
}

/// The page on which somebody says that they did not do what a letter told of.
#[component]
pub(crate) fn NotMe() -> impl IntoView {
    errand(&DISOWN)
}

/// One of them.
fn errand(words: &'static Words) -> AnyView {
    let forms = [Form::OpenedLink, Form::UsedLink, Form::VoidLink];
    let state = state_of_page(&forms, words.address);
    let said = |text: &'static str| whole(view! { <p class="quiet" role="status">{text}</p> });
    let (card, below) = match state.form {
        Form::OpenedLink => (opened(words, state), None),
        Form::UsedLink => (said(words.done), Some((HOME, "Go to the start"))),
        _ => (said(words.void), Some(words.instead)),
    };
    let below = below.map(|(address, label)| {
        view! { <p class="below"><a href=address rel="external">{label}</a></p> }
    });
    whole(view! {
        <div class="door">
            <div class="card">
                <Heading text=fixed(words.heading)/>
                {card}
            </div>
            {below}
        </div>
    })
}

/// The link was opened, and is good.
fn opened(words: &'static Words, state: FormState) -> AnyView {
    let progress = progress_of(Some(&state));
    let Values {
        username, email, ..
    } = state.values;
    let [before, between, behind] = words.promise;
    whole(view! {
        <p class="quiet">{before}<strong>{username}</strong>{between}<strong>{email}</strong>{behind}</p>
        <LetterForm
            address=words.address
            step="link"
            next=String::new()
            progress
            label=words.button
            grave=words.grave
        />
    })
}
