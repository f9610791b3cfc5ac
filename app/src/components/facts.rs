//! A list of names and what they stand for.

use leptos::prelude::*;

use crate::text::Text;

/// One line of the list.
pub(crate) struct Fact {
    name: &'static str,
    text: Text,
    class: Option<&'static str>,
}

impl Fact {
    /// A text for people.
    pub(crate) fn words(name: &'static str, text: Text) -> Self {
        Self {
            name,
            text,
            class: None,
        }
    }

    /// A text for machines, set in a type of its own.
    pub(crate) fn code(name: &'static str, text: Text) -> Self {
        Self {
            name,
            text,
            class: Some("code"),
        }
    }
}

/// The list.
#[component]
pub(crate) fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let rows = facts
        .into_iter()
        .map(|Fact { name, text, class }| view! { <dt>{name}</dt><dd class=class>{text}</dd> })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }
}
