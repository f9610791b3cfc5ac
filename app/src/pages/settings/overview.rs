//! What there is, and how it stands.

use leptos::prelude::*;

use super::PLACES;
use crate::{
    client::Session,
    components::heading::Heading,
    routes::{PROFILE, SETTINGS_PASSWORD},
    text::{fixed, text},
};

/// What is done about the password where there is none.
const NO_PASSWORD: &str = "There is none now: choose one by a letter";

/// The page.
#[component]
pub(super) fn Overview() -> impl IntoView {
    let Session { has_password, .. } = Session::of_app();
    let places = PLACES
        .iter()
        .filter(|place| !place.about.is_empty())
        .map(|place| {
            let about = text(move || {
                if place.path == SETTINGS_PASSWORD && !has_password.get() {
                    NO_PASSWORD.to_owned()
                } else {
                    place.about.to_owned()
                }
            });
            view! {
                <li>
                    <a href=place.path>{place.name}</a>
                    <p class="quiet">{about}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <div>
            <Heading text=fixed("Settings")/>
            <p class="quiet">"Your account, and what you can do with it."</p>
        </div>
        <ul class="card overview">
            // On a narrow screen the line at the top has no room for it.
            <li>
                <a href=PROFILE>"Profile"</a>
                <p class="quiet">"Your account, as the server knows it"</p>
            </li>
            {places}
        </ul>
    }
}
