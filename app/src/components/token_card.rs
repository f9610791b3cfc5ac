//! The access token of this tab: how long it lives, and who signed it. Never the token.

use std::time::Duration;

use leptos::prelude::*;

use super::{action_button::ActionButton, facts::{Fact, Facts}};
use crate::{
    client::{self, Session, TokenFacts, session},
    words,
};

/// The card. It comes without a token; the page asks for one as soon as it runs.
#[component]
pub(crate) fn TokenCard() -> impl IntoView {
    let Session { token, .. } = Session::of_app();
    let now = ticking();
    let told = move |text: fn(&TokenFacts) -> String| {
        Signal::derive(move || token.with(|token| token.as_ref().map_or_else(|| "…".to_owned(), text)))
    };
    let left = Memo::new(move |_| token.with(|token| token.as_ref().map(|token| token.left(now.get()))));
    let lifetime = Memo::new(move |_| token.with(|token| token.as_ref().map(|token| token.lifetime)));
    let facts = vec![
        Fact::code("Subject", told(|token| words::short(&token.claims.sub))),
        Fact::code("Signed by key", told(|token| words::short(&token.key_id))),
        Fact::words("Algorithm", told(|token| token.algorithm.clone())),
        Fact::words("Checked", Signal::stored("by signature, no database read".to_owned())),
    ];
    view! {
        <section class="card token" aria-labelledby="access-token">
            <div class="head">
                <h2 id="access-token">"Access token"</h2>
                <span class="chip">"in this tab's memory"</span>
            </div>
            <p>
                <span class="count">{move || left.get().map_or_else(|| "–:––".to_owned(), words::countdown)}</span>
                " "
                <span class="quiet">
                    {move || match lifetime.get() {
                        Some(lifetime) => format!("left of {}", words::countdown(lifetime)),
                        None => "not asked for yet".to_owned(),
                    }}
                </span>
            </p>
            <progress
                class="life"
                aria-label="Life left of the access token"
                max=move || lifetime.get().unwrap_or(1).to_string()
                value=move || left.get().unwrap_or(0).to_string()
            ></progress>
            <Facts facts/>
            <p class="hint scriptless">"Without scripts no access token is needed: this page is rendered from the cookie."</p>
            <ActionButton label="Refresh now" busy="Refreshing…" action=session::refresh_now/>
        </section>
    }
}

/// The browser's clock, looked at each second while this is shown. The token is renewed by the way, ahead of its end.
fn ticking() -> ReadSignal<f64> {
    let (now, set_now) = signal(0.0);
    Effect::new(move |_| {
        set_now.set(client::now());
        let tick = move || {
            set_now.set(client::now());
            session::renew_when_due();
        };
        if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
    now
}
