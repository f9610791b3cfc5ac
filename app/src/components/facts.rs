//! A list of names and what they stand for.

use leptos::prelude::*;

/// One line of the list.
pub(crate) struct Fact {
    name: &'static str,
    text: Signal<String>,
    is_code: bool,
}

impl Fact {
    /// A text for people, which may change.
    pub(crate) fn words(name: &'static str, text: impl Into<Signal<String>>) -> Self {
        Self { name, text: text.into(), is_code: false }
    }

    /// A text for machines, set in a type of its own.
    pub(crate) fn code(name: &'static str, text: impl Into<Signal<String>>) -> Self {
        Self { name, text: text.into(), is_code: true }
    }
}

/// The list.
#[component]
pub(crate) fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let rows = facts
        .into_iter()
        .map(|Fact { name, text, is_code }| view! { <dt>{name}</dt><dd class=is_code.then_some("code")>{text}</dd> })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }
}
