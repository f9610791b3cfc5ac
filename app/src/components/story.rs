//! What has happened to the session since the page was opened.

use leptos::prelude::*;

use crate::client::{Happening, Session};

/// The story, the latest last. Its room is kept free, so that nothing moves while it grows.
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
            <p class="quiet">"Since this page was opened, by your clock. A second tab makes it longer."</p>
            <ol class="story">{move || known.with(|known| known.story.iter().map(entry).collect_view())}</ol>
        </section>
    }
}
