//! A way to go.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::text::Mark;

/// A link that says when it leads to where one is.
#[component]
pub(crate) fn Way(
    /// Where it leads.
    to: &'static str,
    /// What it is called.
    name: &'static str,
) -> impl IntoView {
    let path = use_location().pathname;
    let current: Mark = Box::new(move || path.with(|path| path == to).then_some("page"));
    view! { <a href=to aria-current=current>{name}</a> }
}
