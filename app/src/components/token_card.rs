//! The access token of this tab: how long it lives, and who signed it. Never the token.

use leptos::prelude::*;

use super::{
    action_button::{ActionButton, action},
    facts::{Fact, Facts},
};
use crate::{
    client::{Session, session},
    text::{fixed, text},
    words,
};

/// The card. It comes without a token; the page asks for one as soon as it runs.
#[component]
pub(crate) fn TokenCard() -> impl IntoView {
    let state = Session::of_app();
    let left = text(move || {
        state
            .life()
            .map_or_else(|| "–:––".to_owned(), |(left, _)| words::countdown(left))
    });
    let whole = text(move || match state.life() {
        Some((_, whole)) => format!("left of {}", words::countdown(whole)),
        None => "not asked for yet".to_owned(),
    });
    let max = text(move || state.life().map_or(1, |(_, whole)| whole).to_string());
    let value = text(move || state.life().map_or(0, |(left, _)| left).to_string());
    let facts = vec![
        Fact::code(
            "Subject",
            state.of_token(|token| words::short(&token.claims.sub)),
        ),
        Fact::code(
            "Signed by key",
            state.of_token(|token| words::short(&token.key_id)),
        ),
        Fact::words("Algorithm", state.of_token(|token| token.algorithm.clone())),
        Fact::words("Checked", fixed("by signature, no database read")),
    ];
    view! {
        <section class="card token" aria-labelledby="access-token">
            <div class="head">
                <h2 id="access-token">"Access token"</h2>
                <span class="chip">"in this tab's memory"</span>
            </div>
            <p><span class="count clock">{left}</span> " " <span class="quiet">{whole}</span></p>
            <progress class="life" aria-label="Life left of the access token" max=max value=value></progress>
            <Facts facts/>
            <p class="hint scriptless">"Without scripts no access token is needed: this page is rendered from the cookie."</p>
            <ActionButton label="Refresh now" busy="Refreshing…" action=action(|| Box::pin(session::refresh_now()))/>
        </section>
    }
}
