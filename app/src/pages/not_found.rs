//! What is shown at an address where nothing is.

use leptos::prelude::*;

use super::error::ErrorPage;

/// The page.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! { <ErrorPage status=404/> }
}
