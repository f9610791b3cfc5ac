//! What there is, and how it stands.

use leptos::prelude::*;

use super::PLACES;
use crate::{components::heading::Heading, text::fixed};

/// The page.
#[component]
pub(super) fn Overview() -> impl IntoView {
    let places = PLACES
        .iter()
        .filter(|place| !place.about.is_empty())
        .map(|place| {
            view! {
                <li>
                    <a href=place.path>{place.name}</a>
                    <p class="quiet">{place.about}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <div>
            <Heading text=fixed("Settings")/>
            <p class="quiet">"Your account, and what you can do with it."</p>
        </div>
        <ul class="card overview">{places}</ul>
    }
}
