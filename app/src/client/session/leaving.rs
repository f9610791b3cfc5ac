//! The session's end, and the page's: signing out, what other tabs tell, and pages that are left and come back.

use auth::error::Field as Name;
use leptos::prelude::*;

use super::{MEMORY, check_in, session};
use crate::{
    client::{
        page,
        state::{Known, Session},
        story::What,
        tabs::{self, News},
    },
    error::ApiError,
    next, routes, server_fns,
};

/// Signs out of this browser.
pub(crate) async fn sign_out() -> Result<(), ApiError> {
    part(server_fns::logout()).await
}

/// Signs out of every browser.
pub(crate) async fn sign_out_everywhere() -> Result<(), ApiError> {
    part(server_fns::logout_all()).await
}

/// Ends the session by `call`. A call that is under way meanwhile may be refused because of it: that is no other end.
async fn part(call: impl Future<Output = Result<(), ApiError>>) -> Result<(), ApiError> {
    MEMORY.with_borrow_mut(|memory| memory.parting = true);
    let answer = call.await;
    MEMORY.with_borrow_mut(|memory| memory.parting = false);
    match &answer {
        Ok(()) => depart(News::SignedOut, routes::HOME),
        Err(ApiError::Unauthorized) => end(),
        Err(_) => {}
    }
    answer
}

/// What another tab tells.
pub(super) fn hear(session: Session, news: News, tag: &str) {
    let is_ours = session.known.with_untracked(|known| known.is(tag));
    match news {
        // A page without that session is behind: a stranger's, or an earlier session's.
        News::SignedIn if !is_ours => {
            drop_everything(session);
            page::renew();
        }
        News::SignedOut if is_ours => {
            drop_everything(session);
            page::renew();
        }
        News::Ended if is_ours => {
            drop_everything(session);
            page::replace(&ended_address());
        }
        News::Rotated if is_ours => {
            session.known.update(|known| {
                known.rotated_elsewhere = true;
                known.tell(What::RotatedElsewhere);
            });
        }
        _ => {}
    }
}

/// The page is being left. It may come back from the back/forward cache, to another person even.
pub(super) fn leave(session: Session) {
    MEMORY.with_borrow_mut(|memory| memory.token = None);
    session.known.update(|known| known.token = None);
    for field in [Name::Password, Name::CurrentPassword, Name::NewPassword] {
        page::clear(field.as_str());
    }
    if session.signed_in.get_untracked() || is_of_a_letter() {
        page::veil(true);
    }
}

/// The page is back: it is shown once the server has said who is signed in. What it says of a letter may be so no more, and is asked for anew.
pub(super) fn come_back(session: Session) {
    if session.is_leaving() {
        return;
    }
    if is_of_a_letter() {
        page::renew();
    } else if session.signed_in.get_untracked() {
        session.known.update(|known| known.tell(What::Restored));
        leptos::task::spawn_local(async {
            match check_in().await {
                Ok(()) => page::veil(false),
                // The way to the sign-in has begun.
                Err(ApiError::Unauthorized) => {}
                Err(_) => page::renew(),
            }
        });
    }
}

fn is_of_a_letter() -> bool {
    let address = page::address();
    let path = address.split('?').next().unwrap_or_default();
    routes::OF_LETTERS.contains(&path)
}

/// Finds out whether this session stands after its user has said that something was not their doing. If it was done in this very one it has ended, and
/// the sign-in says what to do.
pub(crate) async fn check_in_after_disowning(sends_mail: bool) -> Result<(), ApiError> {
    MEMORY.with_borrow_mut(|memory| memory.parting = sends_mail);
    let answer = check_in().await;
    MEMORY.with_borrow_mut(|memory| memory.parting = false);
    if sends_mail && answer == Err(ApiError::Unauthorized) {
        depart(News::Ended, &sign_in_address("disowned"));
    }
    answer
}

/// The server would not continue the session.
pub(crate) fn end() {
    let is_parting = MEMORY.with_borrow(|memory| memory.parting);
    if !is_parting && session().is_some_and(|session| !session.is_leaving()) {
        depart(News::Ended, &ended_address());
    }
}

fn ended_address() -> String {
    sign_in_address("ended")
}

/// The sign-in that leads back here, and says why one has to go there.
fn sign_in_address(reason: &str) -> String {
    next::with_next(routes::LOGIN, &page::address()) + "&reason=" + reason
}

/// Tells the other tabs, and goes to `address` with nothing left behind.
fn depart(news: News, address: &str) {
    if let Some(session) = session() {
        if let Some(tag) = session
            .known
            .with_untracked(|known| known.session().map(|session| session.tag.clone()))
        {
            tabs::tell(news, &tag);
        }
        drop_everything(session);
    }
    page::replace(address);
}

pub(super) fn drop_everything(session: Session) {
    page::veil(true);
    MEMORY.with_borrow_mut(|memory| memory.token = None);
    session.known.set(Known {
        leaving: true,
        ..Known::default()
    });
}
