//! The session of the signed-in, live: how one who has just cloned Latchkey understands it in a minute.

use leptos::prelude::*;

use crate::{
    client::{Session, session},
    components::{
        claims::Claims, heading::Heading, notices::Notices, session_card::SessionCard,
        story::Story, token_card::TokenCard,
    },
    text::{flag, text},
    words,
};

/// The page.
#[component]
pub(super) fn Live() -> impl IntoView {
    let session = Session::of_app();
    let last = move || {
        session.known.with(|known| {
            let last = known.viewer.as_ref()?.last_sign_in.as_ref()?;
            Some(words::last_sign_in(last))
        })
    };
    let greeting = session.told(|viewer| format!("Hello, {}", viewer.profile.username));
    Effect::new(|_| session::attend());
    on_cleanup(session::stop_attending);
    view! {
        <div class="page">
            <Notices/>
            <div>
                <Heading text=greeting/>
                <p class="quiet">"This is your session, as it is right now."</p>
                <p class="quiet" id="last-sign-in" hidden=flag(move || last().is_none())>
                    {text(move || last().unwrap_or_default())}
                </p>
            </div>
            <div class="tokens">
                <TokenCard/>
                <SessionCard/>
            </div>
            <Story/>
            <Claims/>
        </div>
    }
}
