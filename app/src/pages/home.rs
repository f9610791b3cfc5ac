//! The start: what this is, for a stranger; the session as it is right now, for the signed-in.

mod live;
mod welcome;

use leptos::prelude::*;

use self::{live::Live, welcome::Welcome};
use crate::{client::Session, whole::whole};

/// The page.
#[component]
pub(crate) fn Home() -> impl IntoView {
    let Session { signed_in, .. } = Session::of_app();
    move || {
        if signed_in.get() {
            whole(view! { <Live/> })
        } else {
            whole(view! { <Welcome/> })
        }
    }
}
