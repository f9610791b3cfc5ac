//! A field of a form: its label, its input, and what is wrong with it, tied together.

use auth::error::Field as Name;
use leptos::prelude::*;

/// What a field is called and what is known of it.
#[derive(Clone)]
pub(crate) struct FieldFacts {
    /// Its name, which is its id as well.
    pub(crate) name: Name,
    /// What stands above it.
    pub(crate) label: &'static str,
    /// What a password manager is to put in.
    pub(crate) autocomplete: &'static str,
    /// What it begins with.
    pub(crate) value: String,
    /// Whether it takes the focus when the page is opened.
    pub(crate) autofocus: bool,
    /// What is wrong with it.
    pub(crate) error: Memo<Option<String>>,
}

impl FieldFacts {
    /// The id of the sentence that says what is wrong.
    pub(crate) const fn error_id(&self) -> &'static str {
        match self.name {
            Name::Username => "username-error",
            Name::Email => "email-error",
            Name::Password => "password-error",
        }
    }

    /// What describes the field: what is wrong with it if anything is, and its hint.
    pub(crate) fn described_by(&self, hint: Option<&'static str>) -> impl Fn() -> Option<String> + Send + Sync + use<> {
        let (error, error_id) = (self.error, self.error_id());
        move || match (error.with(Option::is_some), hint) {
            (true, Some(hint)) => Some([error_id, hint].join(" ")),
            (true, None) => Some(error_id.to_owned()),
            (false, hint) => hint.map(str::to_owned),
        }
    }

    /// For `aria-invalid`.
    pub(crate) fn invalid(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + use<> {
        let error = self.error;
        move || error.with(Option::is_some).then_some("true")
    }
}

/// A field of one line.
#[component]
pub(crate) fn Field(
    /// What it is called, and what is known of it.
    facts: FieldFacts,
    /// The type of its input.
    kind: &'static str,
) -> impl IntoView {
    let id = facts.name.as_str();
    let (error, error_id) = (facts.error, facts.error_id());
    view! {
        <div class="field">
            <label for=id>{facts.label}</label>
            <input
                id=id
                name=id
                type=kind
                required
                autocomplete=facts.autocomplete
                autocapitalize="none"
                spellcheck="false"
                autofocus=facts.autofocus
                aria-invalid=facts.invalid()
                aria-describedby=facts.described_by(None)
                value=facts.value
            />
            <FieldError id=error_id error/>
        </div>
    }
}

/// What is wrong with a field; nothing is seen while nothing is.
#[component]
pub(crate) fn FieldError(
    /// What describes the field by this.
    id: &'static str,
    /// What is wrong.
    error: Memo<Option<String>>,
) -> impl IntoView {
    view! {
        <p class="error" id=id hidden=move || error.with(Option::is_none)>
            {move || error.get().unwrap_or_default()}
        </p>
    }
}
