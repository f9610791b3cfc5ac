//! The account of the signed-in.

use leptos::prelude::*;

use super::members::admit;
use crate::{
    client::Session,
    components::{
        facts::{Fact, Facts},
        heading::Heading,
    },
    routes::{PROFILE, SETTINGS},
    text::fixed,
    words,
};

/// The page.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    admit(|| PROFILE);
    move || signed_in.get().then(|| view! { <Account/> })
}

/// What is known of the account.
#[component]
fn Account() -> impl IntoView {
    let session = Session::of_app();
    let facts = vec![
        Fact::words(
            "Username",
            session.told(|viewer| viewer.profile.username.clone()),
        ),
        Fact::words("Email", session.told(|viewer| viewer.profile.email.clone())),
        Fact::words(
            "Member since",
            session.told(|viewer| words::day(&viewer.profile.created_at)),
        ),
        Fact::words(
            "Roles",
            session.told(|viewer| listed(&viewer.profile.roles)),
        ),
        Fact::words(
            "Groups",
            session.told(|viewer| listed(&viewer.profile.groups)),
        ),
        Fact::code("User id", session.told(|viewer| viewer.profile.id.clone())),
    ];
    view! {
        <div class="page narrow">
            <div>
                <Heading text=fixed("Profile")/>
                <p class="quiet">"Your account, as the server knows it. You change it in the " <a href=SETTINGS>"settings"</a> "."</p>
            </div>
            <section class="card">
                <Facts facts/>
            </section>
        </div>
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none yet".to_owned()
    } else {
        names.join(", ")
    }
}
