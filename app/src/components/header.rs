//! The line at the top of every page: the name, the ways to go, and signing out.

use leptos::either::Either;
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;

use crate::{
    client::{Session, session},
    routes::{HOME, LOGIN, LOGOUT, PROFILE, REGISTER},
    text::{Mark, mark, text},
};

/// The line at the top.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    view! {
        <header class="site">
            <a class="brand" href=HOME>
                <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
                    <circle cx="8" cy="8" r="5"/>
                    <path d="M11.7 11.7 21 21m-4.5-4.5 2.5-2.5m-5.5-.5 2-2"/>
                </svg>
                <span>"Latchkey"</span>
            </a>
            <nav aria-label="Main">
                {move || {
                    if signed_in.get() {
                        Either::Left(view! {
                            <Way to=HOME name="Session"/>
                            <Way to=PROFILE name="Profile"/>
                            <SignOut/>
                        })
                    } else {
                        Either::Right(view! {
                            <Way to=LOGIN name="Sign in"/>
                            <Way to=REGISTER name="Create account"/>
                        })
                    }
                }}
            </nav>
        </header>
    }
}

/// A link that says when it leads to where one is.
#[component]
fn Way(to: &'static str, name: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let current: Mark = Box::new(move || path.with(|path| path == to).then_some("page"));
    view! { <a href=to aria-current=current>{name}</a> }
}

/// Signing out: a plain form, which works without scripts too.
#[component]
fn SignOut() -> impl IntoView {
    let pending = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() {
            pending.set(true);
            spawn_local(async move {
                session::attempt(session::sign_out()).await;
                pending.set(false);
            });
        }
    };
    view! {
        <form method="post" action=LOGOUT on:submit=submit>
            <button class="plain short" aria-disabled=mark(move || pending.get())>
                {text(move || if pending.get() { "Signing out…" } else { "Sign out" }.to_owned())}
            </button>
        </form>
    }
}
