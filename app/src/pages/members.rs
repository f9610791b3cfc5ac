//! What every page of the signed-in begins with. The server sends a stranger away before anything is rendered; the browser does likewise.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    client::{Session, session},
    next,
    routes::LOGIN,
};

/// Checks in at the page whose path is `here`, and each time that it becomes another; sends strangers to sign in, from where they find back.
pub(super) fn admit(here: impl Fn() -> &'static str + 'static) {
    let session = Session::of_app();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let here = here();
        if session.signed_in.get() {
            session::arrive();
        } else if !session.is_leaving() {
            navigate(
                &next::with_next(LOGIN, here),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
}
