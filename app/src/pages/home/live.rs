//! The session of the signed-in, live: how one who has just cloned Latchkey understands it in a minute.

use leptos::prelude::*;

use crate::{
    client::{Session, session},
    components::{
        claims::Claims, heading::Heading, notices::Notices, session_card::SessionCard,
        story::Story, token_card::TokenCard,
    },
};

/// The page.
#[component]
pub(super) fn Live() -> impl IntoView {
    let greeting = Session::of_app().told(|viewer| format!("Hello, {}", viewer.profile.username));
    Effect::new(|_| session::attend());
    on_cleanup(session::stop_attending);
    view! {
        <div class="page">
            <Notices/>
            <div>
                <Heading text=greeting/>
                <p class="quiet">"This is your session, as it is right now."</p>
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
