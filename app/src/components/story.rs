//! What has happened to the session since the page was opened.

use leptos::prelude::*;

use crate::client::{Happening, Session};

/// The story, the newest first. It has room of its own, in which it scrolls, so that nothing else moves while it grows.
#[component]
pub(crate) fn Story() -> impl IntoView {
    let Session { known, .. } = Session::of_app();
    let entry = |Happening { at, what }: &Happening| {
        view! {
            <li class=what.is_aside().then_some("aside")>
                <time>{at.clone()}</time>
                <i></i>
                <span>{what.sentence()}</span>
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="story">
            <h2 id="story">"What happened"</h2>
            <p class="quiet">
                "Since this page was opened" <span class="scripted">", by your clock. A second tab makes it longer"</span> "."
            </p>
            <ol class="story" tabindex="0" aria-labelledby="story">
                {move || known.with(|known| known.story.iter().rev().map(entry).collect_view())}
            </ol>
        </section>
    }
}
