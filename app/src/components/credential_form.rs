//! The one form for signing in and for creating an account.
//!
//! It is a plain form to its own page's address, and works as that. Once hydrated it calls the server function instead: no page load.

use auth::{
    error::{Field as Name, FieldError},
    password::{Assessment, PasswordPolicy},
};
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
};
use crate::{
    check::Typed,
    client::{Session, page, session},
    error::ApiError,
    next,
    opening::Opening,
    page::{Form, FormState, Values},
    routes::{self, HOME, LOGIN, REGISTER},
    server_fns,
};

/// What a form shows of how it fares.
#[derive(Clone, Copy)]
struct Progress {
    errors: RwSignal<Vec<FieldError>>,
    message: RwSignal<Option<String>>,
    pending: RwSignal<bool>,
    shown: RwSignal<bool>,
    strength: RwSignal<Option<Assessment>>,
    /// The server refused the form for one who was signed in already: they are not sent on before they are through.
    stay: RwSignal<bool>,
}

/// The form.
#[component]
pub(crate) fn CredentialForm(form: Form) -> impl IntoView {
    let opening = Opening::of_app();
    let policy = use_context::<PasswordPolicy>().unwrap_or_default();
    let state = opening.take_form(form);
    let next = opening.take_next().unwrap_or_else(next_of_address);
    let stay = state.is_some();
    let FormState { values: Values { username, email }, errors, message, .. } =
        state.unwrap_or(FormState { form, values: Values::default(), errors: Vec::new(), message: None });
    let first_wrong = first(&errors);
    let progress = Progress {
        errors: RwSignal::new(errors),
        message: RwSignal::new(message),
        pending: RwSignal::new(false),
        shown: RwSignal::new(false),
        strength: RwSignal::new(None),
        stay: RwSignal::new(stay),
    };
    go_on_when_signed_in(progress, next.clone());
    // What was typed before this ran is judged as well.
    Effect::new(move |_| progress.judge(form, policy));

    let facts = move |name: Name, label, autocomplete, value| FieldFacts {
        name,
        label,
        autocomplete,
        value,
        autofocus: first_wrong == Some(name),
        error: Memo::new(move |_| {
            progress.errors.with(|errors| errors.iter().find(|error| error.field == name).map(|error| error.message.clone()))
        }),
    };
    let Progress { message, pending, shown, strength, .. } = progress;
    let is_new = form == Form::Register;
    let (address, label, busy) = if is_new {
        (REGISTER, "Create account", "Creating account…")
    } else {
        (LOGIN, "Sign in", "Signing in…")
    };
    let username = facts(Name::Username, if is_new { "Username" } else { "Username or email" }, "username", username);
    let email = is_new.then(|| facts(Name::Email, "Email", "email", email));
    let password = facts(Name::Password, "Password", if is_new { "new-password" } else { "current-password" }, String::new());

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        progress.submit(form, policy);
    };
    let typing = move |event: Event| {
        progress.forget_error_of(&event);
        progress.judge(form, policy);
    };
    view! {
        <form class="credentials" method="post" action=address novalidate on:submit=submit on:input=typing>
            <p class="notice" role="alert" hidden=move || message.with(Option::is_none)>
                {move || message.get().unwrap_or_default()}
            </p>
            <Field facts=username kind="text"/>
            {email.map(|facts| view! { <Field facts kind="email"/> })}
            <PasswordField facts=password shown strength=is_new.then_some(strength)/>
            <input type="hidden" name="next" value=next/>
            <button class="primary" type="submit" aria-disabled=move || pending.get().then_some("true")>
                {move || if pending.get() { busy } else { label }}
            </button>
        </form>
    }
}

impl Progress {
    /// Sends what was typed, unless something is wrong with it or it is under way already.
    fn submit(self, form: Form, policy: PasswordPolicy) {
        if self.pending.get_untracked() {
            return;
        }
        let typed = typed(form);
        self.message.set(None);
        let faults = typed.faults(form, policy);
        if !faults.is_empty() {
            self.show(faults);
            return;
        }
        self.errors.set(Vec::new());
        self.shown.set(false);
        self.pending.set(true);
        spawn_local(async move {
            let Typed { username, email, password } = typed;
            let answer = session::in_turn(async {
                match form {
                    Form::Login => server_fns::login(username, password).await,
                    Form::Register => server_fns::register(username, email, password).await,
                }
            })
            .await;
            self.pending.set(false);
            match answer {
                Ok(minted) => {
                    page::clear(Name::Password.as_str());
                    self.stay.set(false);
                    session::signed_in(minted);
                }
                Err(ApiError::Fields(errors)) => self.show(errors),
                Err(error @ ApiError::Offline) => {
                    self.message.set(Some(format!("{error} Nothing that you typed is lost: try again when it is back.")));
                }
                Err(error) => self.message.set(Some(error.to_string())),
            }
        });
    }

    /// Puts each fault beside its field, and the focus into the first.
    fn show(self, errors: Vec<FieldError>) {
        let wrong = first(&errors);
        self.errors.set(errors);
        if let Some(name) = wrong {
            page::focus(name.as_str());
        }
    }

    /// Who types into a field has read what was wrong with it.
    fn forget_error_of(self, event: &Event) {
        let name = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()).map(|field| field.name());
        let is_it = |error: &FieldError| Some(error.field.as_str()) == name.as_deref();
        if self.errors.with_untracked(|errors| errors.iter().any(is_it)) {
            self.errors.update(|errors| errors.retain(|error| !is_it(error)));
        }
    }

    /// Judges a new password as far as it was typed.
    fn judge(self, form: Form, policy: PasswordPolicy) {
        if form == Form::Register {
            let Typed { username, email, password } = typed(form);
            let judged = (!password.is_empty()).then(|| policy.strength(&password, &username, &email));
            self.strength.set(judged);
        }
    }
}

/// Sends on whoever is signed in, be it just now or already when they came.
fn go_on_when_signed_in(progress: Progress, next: String) {
    let Session { signed_in, leaving, .. } = Session::of_app();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if signed_in.get() && !progress.stay.get() && !leaving.get_untracked() {
            let next = next::safe(&next).unwrap_or(HOME);
            let path = next.split(['?', '#']).next().unwrap_or_default();
            if routes::is_page(path) {
                navigate(next, NavigateOptions { replace: true, resolve: false, ..NavigateOptions::default() });
            } else {
                page::replace(next);
            }
        }
    });
}

/// The `next` of the page's address, empty where there is none that is safe.
fn next_of_address() -> String {
    let next = use_query_map().with_untracked(|query| query.get("next")).unwrap_or_default();
    if next::safe(&next).is_some() { next } else { String::new() }
}

fn typed(form: Form) -> Typed {
    Typed {
        username: page::typed(Name::Username.as_str()),
        email: if form == Form::Register { page::typed(Name::Email.as_str()) } else { String::new() },
        password: page::normalised(&page::typed(Name::Password.as_str())),
    }
}

/// The first wrong field, in the order of the form.
fn first(errors: &[FieldError]) -> Option<Name> {
    [Name::Username, Name::Email, Name::Password]
        .into_iter()
        .find(|name| errors.iter().any(|error| error.field == *name))
}
