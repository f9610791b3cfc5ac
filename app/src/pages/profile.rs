//! The account of the signed-in. The server sends a stranger away before anything is rendered; the browser does likewise.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    client::{Session, session},
    components::{
        facts::{Fact, Facts},
        heading::Heading,
    },
    next,
    routes::{LOGIN, PROFILE},
    text::fixed,
    words,
};

/// The page.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let session = Session::of_app();
    let Session { signed_in, .. } = session;
    let navigate = use_navigate();
    Effect::new(move |_| {
        if signed_in.get() {
            session::arrive();
        } else if !session.is_leaving() {
            navigate(
                &next::with_next(LOGIN, PROFILE),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
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
                <p class="quiet">"Your account, as the server knows it."</p>
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
