//! The start: what this is, for a stranger; the session as it is right now, for the signed-in.

mod live;
mod welcome;

use leptos::prelude::*;

use self::{live::Live, welcome::Welcome};
use crate::client::Session;

/// The page.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    move || if signed_in.get() { view! { <Live/> }.into_any() } else { view! { <Welcome/> }.into_any() }
}
