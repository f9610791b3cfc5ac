//! Another password; or the way to one, for who has none.

use auth::{
    error::{Field as Name, FieldError},
    password::PasswordPolicy,
};
use leptos::prelude::*;

use crate::{
    client::{Session, page, proof},
    components::{
        account_form::{AccountForm, sending},
        action_button::Call,
        field::FieldFacts,
        heading::Heading,
        no_password::NoPassword,
        password_field::PasswordField,
        progress::Progress,
        said::Said,
    },
    page::SendsMail,
    routes::FORGOT_PASSWORD,
    text::{fixed, text},
    whole::whole,
};

/// The page.
#[component]
pub(super) fn Password() -> impl IntoView {
    let Session { has_password, .. } = Session::of_app();
    let SendsMail(sends_mail) = use_context().unwrap_or_default();
    let consequence = text(move || {
        let said = match (has_password.get(), sends_mail) {
            (true, true) => {
                "Once it is changed you are signed out on all other devices, and a letter tells you of it."
            }
            (true, false) => "Once it is changed you are signed out on all other devices.",
            (false, _) => {
                "Once you have chosen one, everybody is signed out of your account, you too."
            }
        };
        said.to_owned()
    });
    let card = move || {
        if has_password.get() {
            whole(view! { <Change/> })
        } else {
            whole(view! { <section class="card" aria-label="Password"><NoPassword/></section> })
        }
    };
    view! {
        <div>
            <Heading text=fixed("Password")/>
            <p class="quiet">{consequence}</p>
        </div>
        {card}
    }
}

/// The form.
#[component]
fn Change() -> impl IntoView {
    let session = Session::of_app();
    let policy = use_context::<PasswordPolicy>().unwrap_or_default();
    let progress = Progress::new(Vec::new(), None);
    let said = RwSignal::new(None::<String>);
    let facts = move |name, label, autocomplete| FieldFacts {
        name,
        label,
        autocomplete,
        autofocus: false,
        progress,
    };
    let username = session.told(|viewer| viewer.profile.username.clone());
    let names = move || {
        session.known.with_untracked(|known| {
            let profile = known.viewer.as_ref().map(|viewer| &viewer.profile);
            let names = profile.map(|profile| (profile.username.clone(), profile.email.clone()));
            names.unwrap_or_default()
        })
    };
    let judge = move || {
        let new = typed(Name::NewPassword);
        let (username, email) = names();
        (!new.is_empty()).then(|| policy.strength(&new, &username, &email))
    };
    let send = sending(move || {
        said.set(None);
        let (current, new) = (typed(Name::CurrentPassword), typed(Name::NewPassword));
        let mut faults = Vec::new();
        if current.is_empty() {
            faults.push(FieldError::new(
                Name::CurrentPassword,
                "Enter your password",
            ));
        }
        let (username, email) = names();
        if let Err(reason) = policy.check(&new, &username, &email) {
            faults.push(FieldError::new(Name::NewPassword, reason));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let call: Call = Box::pin(async move {
            proof::change_password(current, new).await?;
            for name in [Name::CurrentPassword, Name::NewPassword] {
                page::clear(name.as_str());
            }
            progress.typed(None, None);
            let done = "Your password was changed. You are signed out everywhere but here.";
            said.set(Some(done.to_owned()));
            Ok(())
        });
        Ok(call)
    });
    view! {
        <section class="card" aria-label="Password">
            <AccountForm
                progress
                label="Change the password"
                busy="Changing it…"
                send
                judge=Box::new(judge)
            >
                // A password manager keeps the new password under this name.
                <input type="text" name="username" autocomplete="username" value=username readonly hidden/>
                <PasswordField facts=facts(Name::CurrentPassword, "Current password", "current-password") is_new=false/>
                <PasswordField facts=facts(Name::NewPassword, "New password", "new-password") is_new=true/>
                <Said said/>
            </AccountForm>
            <p class="below"><a href=FORGOT_PASSWORD rel="external">"Forgot your password?"</a></p>
        </section>
    }
}

/// What is typed into a field, in Unicode's normal form C.
fn typed(name: Name) -> String {
    page::normalised(&page::typed(name.as_str()))
}
