//! A field of a form: its label, its input, and what is wrong with it, tied together.

use auth::error::Field as Name;
use leptos::prelude::*;

use super::progress::Progress;
use crate::text::{Mark, flag, mark, text};

/// What a field is called and what is known of it.
#[derive(Clone, Copy)]
pub(crate) struct FieldFacts {
    /// Its name, which is its id as well.
    pub(crate) name: Name,
    /// What stands above it.
    pub(crate) label: &'static str,
    /// What a password manager is to put in.
    pub(crate) autocomplete: &'static str,
    /// Whether it takes the focus when the page is opened.
    pub(crate) autofocus: bool,
    /// How the form fares.
    pub(crate) progress: Progress,
}

impl FieldFacts {
    /// The id of the sentence that says what is wrong.
    pub(crate) const fn error_id(self) -> &'static str {
        match self.name {
            Name::Username => "username-error",
            Name::Email => "email-error",
            Name::Password => "password-error",
            Name::CurrentPassword => "current_password-error",
            Name::NewPassword => "new_password-error",
            Name::Code => "code-error",
        }
    }

    /// What describes the field: what is wrong with it if anything is, and else its hint.
    pub(crate) fn described_by(self, hint: Option<&'static str>) -> Mark {
        Box::new(move || {
            if self.progress.is_wrong(self.name) {
                Some(self.error_id())
            } else {
                hint
            }
        })
    }

    /// For `aria-invalid`.
    pub(crate) fn invalid(self) -> Mark {
        mark(move || self.progress.is_wrong(self.name))
    }
}

/// A field of one line.
#[component]
pub(crate) fn Field(
    /// What it is called, and what is known of it.
    facts: FieldFacts,
    /// The type of its input.
    kind: &'static str,
    /// What it begins with.
    value: String,
    /// Which keys a phone shows, if not those of the type.
    #[prop(optional)]
    inputmode: Option<&'static str>,
) -> impl IntoView {
    let id = facts.name.as_str();
    view! {
        <div class="field">
            <label for=id>{facts.label}</label>
            <input
                id=id
                name=id
                type=kind
                required
                inputmode=inputmode
                autocomplete=facts.autocomplete
                autocapitalize="none"
                spellcheck="false"
                autofocus=facts.autofocus
                aria-invalid=facts.invalid()
                aria-describedby=facts.described_by(None)
                value=value
            />
            <FieldError facts/>
        </div>
    }
}

/// What is wrong with a field; nothing is seen while nothing is.
#[component]
pub(crate) fn FieldError(
    /// The field.
    facts: FieldFacts,
) -> impl IntoView {
    let FieldFacts { name, progress, .. } = facts;
    view! {
        <p class="error" id=facts.error_id() hidden=flag(move || !progress.is_wrong(name))>
            {text(move || progress.error_of(name))}
        </p>
    }
}
