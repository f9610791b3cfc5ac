//! Looking after the token while its life is shown: once a second the clock is looked at.

use std::time::Duration;

use futures::FutureExt as _;
use leptos::prelude::*;

use super::{LEAST_LIFE, MEMORY, attempt, check_in, is_in_trouble, note_try};
use crate::client::{clock, page, state::Session};

/// How long to let the server be after a call that got no answer, in milliseconds.
const PAUSE: f64 = 15_000.0;

/// Checks in, when a page of the signed-in is come to.
pub(crate) fn arrive() {
    // At once, since the task begins later: who looks at the clock meanwhile must not find it due.
    note_try();
    leptos::task::spawn_local(attempt(check_in()).map(drop));
}

/// Checks in, and from now on keeps the token alive while its life is shown: once a second the clock is looked at.
pub(crate) fn attend() {
    arrive();
    let interval = set_interval_with_handle(tick, Duration::from_secs(1)).ok();
    MEMORY.with_borrow_mut(|memory| memory.ticking = interval);
    tick();
}

/// No longer looks at the clock.
pub(crate) fn stop_attending() {
    if let Some(interval) = MEMORY.with_borrow_mut(|memory| memory.ticking.take()) {
        interval.clear();
    }
}

/// Shows the time, and checks in once the token has little life left or the last call got no answer, if anyone looks at the page.
fn tick() {
    let Some(session) = attended() else {
        return;
    };
    let now = clock::now();
    session.now.set(now);
    let due = MEMORY.with_borrow(|memory| {
        let ends_soon = memory
            .token
            .as_ref()
            .is_none_or(|token| token.ends_at - now < LEAST_LIFE);
        memory.refreshing.is_none()
            && now - memory.tried_at > PAUSE
            && (ends_soon || is_in_trouble(session))
    });
    if due && page::is_visible() {
        arrive();
    }
}

/// The session, while its life is shown.
fn attended() -> Option<Session> {
    MEMORY.with_borrow(|memory| memory.ticking.and(memory.session))
}
