//! What stands above every page of the signed-in until they have done something about it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{
    action_button::{ActionButton, action},
    letter_form::send_once,
};
use crate::{
    client::{Fate, Session, page, session},
    page::SendsMail,
    routes::{SETTINGS_DELETE, SETTINGS_EMAIL, VERIFY_EMAIL},
    server_fns::settings,
    text::{mark, text},
    whole::whole,
    words,
};

/// Both of them, each where it is wanted and its own page is not open.
#[component]
pub(crate) fn Banners() -> impl IntoView {
    let session = Session::of_app();
    let SendsMail(sends_mail) = use_context().unwrap_or_default();
    let path = use_location().pathname;
    let is_elsewhere = move |pages: &[&str]| path.with(|path| !pages.contains(&path.as_str()));
    let is_unverified = Memo::new(move |_| {
        let is_so = session.known.with(|known| {
            let viewer = known.viewer.as_ref();
            viewer.is_some_and(|viewer| !viewer.profile.email_verified)
        });
        sends_mail && is_so && is_elsewhere(&[VERIFY_EMAIL, SETTINGS_EMAIL])
    });
    let fate = session.fate();
    let shown = Memo::new(move |_| {
        let fate = fate.get();
        (fate != Fate::Stays && is_elsewhere(&[SETTINGS_DELETE])).then_some(fate)
    });
    let going = move || {
        shown.get().map(|fate| {
            if fate == Fate::IsGoing {
                whole(view! { <IsGoing/> })
            } else {
                whole(view! { <Going/> })
            }
        })
    };
    view! {
        {going}
        {move || is_unverified.get().then(|| view! { <Unverified/> })}
    }
}

/// Nobody has proven yet that the address is theirs. Its form is posted as it is, and leads to the page for the letter's code.
#[component]
fn Unverified() -> impl IntoView {
    let email = Session::of_app().told(|viewer| viewer.profile.email.clone());
    view! {
        <section class="banner" aria-label="Your email address">
            <p><strong>"Confirm your email address."</strong> " Open the link in the letter to " <span class="address">{email}</span> ", or have one sent."</p>
            <div class="row">
                <a class="button plain short" href=VERIFY_EMAIL rel="external">"Type the code"</a>
                <SendLetter/>
            </div>
        </section>
    }
}

/// A button that has a letter sent by which to prove the address. It works without scripts, and leads to the page for the letter's code.
#[component]
pub(crate) fn SendLetter() -> impl IntoView {
    let is_sent = RwSignal::new(false);
    view! {
        <form method="post" action=VERIFY_EMAIL on:submit=move |event| send_once(&event, is_sent)>
            <input type="hidden" name="step" value="send"/>
            <button class="plain short" type="submit" aria-disabled=mark(move || is_sent.get())>"Send a letter"</button>
        </form>
    }
}

/// The account is to be deleted.
#[component]
fn Going() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let day = text(move || {
        known.with(|known| {
            let viewer = known.viewer.as_ref();
            let at = viewer.and_then(|viewer| viewer.profile.deletes_at.as_deref());
            at.map(words::day).unwrap_or_default()
        })
    });
    view! {
        <section class="banner grave" aria-label="Your account will be deleted">
            <p><strong>"Your account will be deleted"</strong> " on " {day} "."</p>
            <KeepButton/>
        </section>
    }
}

/// The account is being deleted, and nobody can keep it any more.
#[component]
fn IsGoing() -> impl IntoView {
    view! {
        <section class="banner grave" aria-label="Your account is being deleted">
            <p><strong>"Your account is being deleted."</strong></p>
        </section>
    }
}

/// A button that keeps the account after all; without scripts, what it needs.
#[component]
pub(crate) fn KeepButton() -> impl IntoView {
    let keep = action(|| {
        Box::pin(async {
            session::take_profile(settings::cancel_deletion().await?);
            // The button is gone with what it was about.
            page::focus("main");
            Ok(())
        })
    });
    view! {
        <ActionButton label="Keep my account" busy="Keeping it…" action=keep/>
        <p class="scriptless">"To keep it, this page must be able to run scripts. Your browser does not let it."</p>
    }
}
