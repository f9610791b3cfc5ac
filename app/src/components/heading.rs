//! The main heading of a page, which takes the focus when one comes to the page without a page load.

use leptos::{html, prelude::*};

use crate::{opening::Opening, text::Text};

/// The main heading.
#[component]
pub(crate) fn Heading(text: Text) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let opening = Opening::of_app();
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && !opening.is_first()
        {
            // A heading that is gone already needs no focus.
            _ = heading.focus();
        }
    });
    view! { <h1 tabindex="-1" node_ref=heading>{text}</h1> }
}
