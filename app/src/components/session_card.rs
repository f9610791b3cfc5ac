//! The session, and the refresh token that continues it. Nothing of that token is ever seen here.

use leptos::prelude::*;

use super::{
    action_button::action,
    ask_button::{AskButton, Question},
    facts::{Fact, Facts},
};
use crate::{
    client::{Session, session},
    text::{fixed, text},
    words,
};

const END_ALL: Question = Question {
    heading: "Sign out everywhere?",
    consequence: "You are signed out on every device, on this one too.",
    yes: "Sign me out",
    no: "Stay signed in",
};

/// The card. All of it comes with the page.
#[component]
pub(crate) fn SessionCard() -> impl IntoView {
    let state = Session::of_app();
    let number = state.told(|viewer| words::left(viewer.session.expires_in).0.to_string());
    let unit = state.told(|viewer| {
        format!(
            "{} from the last\u{a0}use",
            words::left(viewer.session.expires_in).1
        )
    });
    let max = state.told(|viewer| viewer.session.idle_lifetime.to_string());
    let value = state.told(|viewer| viewer.session.expires_in.to_string());
    let own = state.told(|viewer| viewer.session.generation.to_string());
    let generation = text(move || {
        let newer = state.known.with(|known| known.rotated_elsewhere);
        if newer {
            own() + ", newer elsewhere"
        } else {
            own()
        }
    });
    let rotated = state.told(|viewer| {
        viewer
            .session
            .rotated_at
            .as_deref()
            .map_or_else(|| "not yet".to_owned(), words::moment)
    });
    let facts = vec![
        Fact::code(
            "Session",
            state.told(|viewer| words::short(&viewer.session.id)),
        ),
        Fact::words("Generation", generation),
        Fact::words("Last rotated", rotated),
        Fact::words(
            "Signed in",
            state.told(|viewer| words::moment(&viewer.session.auth_time)),
        ),
        Fact::words(
            "Ends by",
            state.told(|viewer| words::day(&viewer.session.absolute_expires_at)),
        ),
        Fact::words("Seen by scripts", fixed("never")),
    ];
    view! {
        <section class="card token" aria-labelledby="refresh-token">
            <div class="head">
                <h2 id="refresh-token">"Refresh token"</h2>
                <span class="chip">"http-only cookie"</span>
            </div>
            <p><span class="count">{number}</span> " " <span class="quiet">{unit}</span></p>
            <progress class="life" aria-label="Life left of the session" max=max value=value></progress>
            <Facts facts/>
            <AskButton
                label="Sign out everywhere"
                busy="Signing out…"
                class="plain"
                question=END_ALL
                action=action(|| Box::pin(session::sign_out_everywhere()))
            />
        </section>
    }
}
