//! The field for a password: shown or hidden, and for a new one how strong it is.

use auth::password::PasswordPolicy;
use leptos::prelude::*;

use super::field::{FieldError, FieldFacts};
use crate::text::{flag, text};

/// The id of the advice.
const HINT: &str = "password-hint";

/// The field for a password.
#[component]
pub(crate) fn PasswordField(
    /// What it is called, and what is known of it.
    facts: FieldFacts,
    /// Whether it is a new one, whose strength is shown.
    is_new: bool,
) -> impl IntoView {
    let FieldFacts {
        name,
        label,
        autocomplete,
        autofocus,
        progress,
    } = facts;
    let (id, shown) = (name.as_str(), progress.shown);
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="with-button">
                <input
                    id=id
                    name=id
                    type=text(move || if shown.get() { "text" } else { "password" }.to_owned())
                    required
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    autofocus=autofocus
                    aria-invalid=facts.invalid()
                    aria-describedby=facts.described_by(is_new.then_some(HINT))
                />
                <button
                    type="button"
                    class="bare"
                    disabled=flag(move || !hydrated.get())
                    aria-label=text(move || if shown.get() { "Hide password" } else { "Show password" }.to_owned())
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {text(move || if shown.get() { "Hide" } else { "Show" }.to_owned())}
                </button>
            </div>
            {is_new.then(|| view! { <StrengthMeter facts/> })}
            <FieldError facts/>
        </div>
    }
}

/// Four bars and a sentence of advice, in whose place stands what is wrong if anything is.
#[component]
fn StrengthMeter(facts: FieldFacts) -> impl IntoView {
    let FieldFacts { name, progress, .. } = facts;
    let least = use_context::<PasswordPolicy>()
        .unwrap_or_default()
        .minimum_length;
    // The server knows more passwords than this page: what it refused is not shown as strong, until something else is typed.
    let bars = text(move || {
        let most = if progress.is_wrong(name) { 1 } else { 4 };
        progress
            .strength(|judged| judged.map_or(0, |judged| judged.bars.min(most)))
            .to_string()
    });
    let advice = text(move || {
        progress.strength(|judged| match judged {
            Some(judged) => judged.advice.to_owned(),
            None => format!("At least {least} characters. A few unrelated words beat symbols."),
        })
    });
    view! {
        <div class="strength scripted" data-bars=bars aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <p class="hint" id=HINT aria-live="polite" hidden=flag(move || progress.is_wrong(name))>{advice}</p>
    }
}
