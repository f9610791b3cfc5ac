//! The account of the signed-in. The server sends a stranger away before anything is rendered; the browser does likewise.

use auth::account::Profile;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    client::{Session, session},
    components::{facts::{Fact, Facts}, heading::Heading},
    next,
    routes::{LOGIN, PROFILE},
    words,
};

/// The page.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let Session { signed_in, leaving, .. } = Session::of_app();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if signed_in.get() {
            session::arrive();
        } else if !leaving.get_untracked() {
            navigate(&next::with_next(LOGIN, PROFILE), NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    move || signed_in.get().then(|| view! { <Account/> })
}

/// What is known of the account.
#[component]
fn Account() -> impl IntoView {
    let session = Session::of_app();
    let told = |text: fn(&Profile) -> String| session.told(move |viewer| text(&viewer.profile));
    let facts = vec![
        Fact::words("Username", told(|profile| profile.username.clone())),
        Fact::words("Email", told(|profile| profile.email.clone())),
        Fact::words("Member since", told(|profile| words::day(&profile.created_at))),
        Fact::words("Roles", told(|profile| listed(&profile.roles))),
        Fact::words("Groups", told(|profile| listed(&profile.groups))),
        Fact::code("User id", told(|profile| profile.id.clone())),
    ];
    view! {
        <div class="page narrow">
            <div>
                <Heading text="Profile"/>
                <p class="quiet">"Your account, as the server knows it."</p>
            </div>
            <section class="card">
                <Facts facts/>
            </section>
        </div>
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
}
