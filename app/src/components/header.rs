//! The line at the top of every page: the name, the ways to go, and signing out.

use leptos::{either::Either, prelude::*};

use super::{post_button::PostButton, way::Way};
use crate::{
    client::{Session, session},
    opening::{OpenedAs, Opening},
    routes::{HOME, LOGIN, LOGOUT, PROFILE, REGISTER, SETTINGS},
};

/// The line at the top. After a failure nobody has asked who looks, so that there it offers nothing to either kind of person. From an
/// error the start is gone to by a page load, as the server knows it.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let opened_as = Opening::of_app().opened_as();
    let rel = (opened_as != OpenedAs::Page).then_some("external");
    let ways = (opened_as != OpenedAs::Failure).then(|| view! { <Ways/> });
    view! {
        <header class="site">
            <a class="brand" href=HOME rel=rel>
                <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
                    <circle cx="8" cy="8" r="5"/>
                    <path d="M11.7 11.7 21 21m-4.5-4.5 2.5-2.5m-5.5-.5 2-2"/>
                </svg>
                <span>"Latchkey"</span>
            </a>
            {ways}
        </header>
    }
}

/// The ways to go, for a stranger or for the signed-in.
#[component]
fn Ways() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    view! {
        <nav aria-label="Main">
            {move || {
                if signed_in.get() {
                    Either::Left(view! {
                        <Way to=HOME name="Session"/>
                        <Way to=PROFILE name="Profile"/>
                        <Way to=SETTINGS name="Settings"/>
                        <PostButton
                            address=LOGOUT
                            label="Sign out"
                            busy="Signing out…"
                            action=|_| Box::pin(session::sign_out())
                        />
                    })
                } else {
                    Either::Right(view! {
                        <Way to=LOGIN name="Sign in"/>
                        <Way to=REGISTER name="Create account"/>
                    })
                }
            }}
        </nav>
    }
}
