//! The one form for signing in and for creating an account.
//!
//! It is a plain form to its own page's address, and works as that. Once hydrated it calls the server function instead: no page load.

use auth::{error::Field as Name, password::PasswordPolicy};
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlInputElement;

use super::{
    field::{Field, FieldFacts},
    password_field::PasswordField,
    progress::{Progress, first},
    remember_box::{REMEMBER, RememberBox},
};
use crate::{
    check::Typed,
    client::{Session, page, session},
    next,
    opening::Opening,
    page::{Form, FormState, Values},
    routes::{self, HOME, LOGIN, REGISTER},
    server_fns,
    text::{flag, mark, text},
};

/// The id of the sentence that says what is wrong with the whole.
const REFUSAL: &str = "refusal";

/// The form.
#[component]
pub(crate) fn CredentialForm(
    /// Which of the two.
    form: Form,
    /// To which address a letter is on its way, once that is the answer.
    asked: RwSignal<Option<String>>,
) -> impl IntoView {
    let opening = Opening::of_app();
    let policy = use_context::<PasswordPolicy>().unwrap_or_default();
    let refused = opening.take_form(form);
    let next = opening.take_next().unwrap_or_else(next_of_address);
    // The server refused the form for one who was signed in already: they are not sent on before they are through.
    let stay = RwSignal::new(refused.is_some());
    let FormState {
        values:
            Values {
                username,
                email,
                unremembered,
            },
        errors,
        message,
        ..
    } = refused.unwrap_or_else(|| FormState::shown(form, Values::default()));
    let first_wrong = first(&errors);
    let progress = Progress::new(errors, message);
    go_on_when_signed_in(stay, next.clone());
    // What was typed before this ran is judged as well.
    Effect::new(move |_| progress.typed(None, typed(form).strength(form, policy)));

    let facts = move |name: Name, label, autocomplete| FieldFacts {
        name,
        label,
        autocomplete,
        autofocus: first_wrong == Some(name),
        progress,
    };
    let is_new = form == Form::Register;
    let (address, label, busy) = if is_new {
        (REGISTER, "Create account", "Creating account…")
    } else {
        (LOGIN, "Sign in", "Signing in…")
    };
    let identifier = facts(
        Name::Username,
        if is_new {
            "Username"
        } else {
            "Username or email"
        },
        "username",
    );
    let password = facts(
        Name::Password,
        "Password",
        if is_new {
            "new-password"
        } else {
            "current-password"
        },
    );
    let email_field = is_new.then(
        || view! { <Field facts=facts(Name::Email, "Email", "email") kind="email" value=email/> },
    );

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !progress.pending.get_untracked() {
            send(form, policy, progress, stay, asked);
        }
    };
    let typing = move |event: Event| {
        let name = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            .map(|field| field.name());
        progress.typed(name.as_deref(), typed(form).strength(form, policy));
    };
    view! {
        <form class="credentials" method="post" action=address novalidate on:submit=submit on:input=typing>
            <p class="notice" role="alert" id=REFUSAL hidden=flag(move || progress.message().is_none())>
                {text(move || progress.message().unwrap_or_default())}
            </p>
            <Field facts=identifier kind="text" value=username/>
            {email_field}
            <PasswordField facts=password is_new/>
            {(!is_new).then(|| view! { <RememberBox checked=!unremembered/> })}
            <input type="hidden" name="next" value=next/>
            <button class="primary" type="submit" aria-disabled=mark(move || progress.pending.get())>
                {text(move || if progress.pending.get() { busy } else { label }.to_owned())}
            </button>
        </form>
    }
}

/// Sends what was typed, unless something is wrong with it.
fn send(
    form: Form,
    policy: PasswordPolicy,
    progress: Progress,
    stay: RwSignal<bool>,
    asked: RwSignal<Option<String>>,
) {
    let typed = typed(form);
    let remember = page::is_checked(REMEMBER);
    let faults = typed.faults(form, policy);
    if !faults.is_empty() {
        progress.show(faults);
        return;
    }
    progress.clear();
    progress.shown.set(false);
    progress.pending.set(true);
    spawn_local(async move {
        let Typed {
            username,
            email,
            password,
        } = typed;
        let address = email.clone();
        let answer = session::in_turn(async {
            if form == Form::Register {
                server_fns::register(username, email, password).await
            } else {
                let minted = server_fns::login(username, password, Some(remember)).await;
                minted.map(Some)
            }
        })
        .await;
        progress.pending.set(false);
        match answer {
            Ok(None) => asked.set(Some(address)),
            Ok(Some(minted)) => {
                page::clear(Name::Password.as_str());
                stay.set(false);
                session::signed_in(minted);
            }
            Err(error) => progress.fail(error, REFUSAL),
        }
    });
}

/// Sends on whoever is signed in, be it just now or already when they came.
fn go_on_when_signed_in(stay: RwSignal<bool>, next: String) {
    let session = Session::of_app();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if session.signed_in.get() && !stay.get() && !session.is_leaving() {
            let next = next::safe(&next).unwrap_or(HOME);
            if routes::is_page(next::path_of(next)) {
                navigate(
                    next,
                    NavigateOptions {
                        replace: true,
                        resolve: false,
                        ..NavigateOptions::default()
                    },
                );
            } else {
                page::replace(next);
            }
        }
    });
}

/// The address of the other form, which goes on to the same place.
pub(crate) fn beside(other: &str) -> String {
    let next = Opening::of_app().next().unwrap_or_else(next_of_address);
    next::carried(other, Some(&next))
}

/// The `next` of the page's address, empty where there is none that is safe.
fn next_of_address() -> String {
    let next = use_query_map()
        .with_untracked(|query| query.get("next"))
        .unwrap_or_default();
    if next::safe(&next).is_some() {
        next
    } else {
        String::new()
    }
}

fn typed(form: Form) -> Typed {
    Typed {
        username: page::typed(Name::Username.as_str()),
        email: if form == Form::Register {
            page::typed(Name::Email.as_str())
        } else {
            String::new()
        },
        password: page::normalised(&page::typed(Name::Password.as_str())),
    }
}
