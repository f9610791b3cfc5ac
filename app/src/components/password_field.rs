//! The field for a password: shown or hidden, and for a new one how strong it is.

use auth::password::{Assessment, PasswordPolicy};
use leptos::prelude::*;

use super::field::{FieldError, FieldFacts};

/// The id of the advice.
const HINT: &str = "password-hint";

/// The field for a password.
#[component]
pub(crate) fn PasswordField(
    /// What it is called, and what is known of it.
    facts: FieldFacts,
    /// Whether its text can be read.
    shown: RwSignal<bool>,
    /// How strong a new password is, as far as it was typed; not asked for at sign-in.
    strength: Option<RwSignal<Option<Assessment>>>,
) -> impl IntoView {
    let id = facts.name.as_str();
    let (error, error_id) = (facts.error, facts.error_id());
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    view! {
        <div class="field">
            <label for=id>{facts.label}</label>
            <div class="with-button">
                <input
                    id=id
                    name=id
                    type=move || if shown.get() { "text" } else { "password" }
                    required
                    autocomplete=facts.autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    autofocus=facts.autofocus
                    aria-invalid=facts.invalid()
                    aria-describedby=facts.described_by(strength.map(|_| HINT))
                />
                <button
                    type="button"
                    class="bare"
                    disabled=move || !hydrated.get()
                    aria-label=move || if shown.get() { "Hide password" } else { "Show password" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { "Hide" } else { "Show" }}
                </button>
            </div>
            {strength.map(|assessment| view! { <StrengthMeter assessment/> })}
            <FieldError id=error_id error/>
        </div>
    }
}

/// Four bars and a sentence of advice.
#[component]
fn StrengthMeter(assessment: RwSignal<Option<Assessment>>) -> impl IntoView {
    let least = use_context::<PasswordPolicy>().unwrap_or_default().minimum_length;
    let bars = move || assessment.with(|judged| judged.as_ref().map_or(0, |judged| judged.bars)).to_string();
    let advice = Memo::new(move |_| {
        assessment.with(|judged| match judged {
            Some(judged) => judged.advice.to_owned(),
            None => format!("At least {least} characters. A few unrelated words beat symbols."),
        })
    });
    view! {
        <div class="strength" data-bars=bars aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <p class="hint" id=HINT aria-live="polite">{advice}</p>
    }
}
