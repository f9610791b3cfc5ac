//! Asking for the password again, where the server wants a proof of who one is that is not old (RFC 9470).
//!
//! A call that was refused for that waits here while the person is asked, and is then sent again. Where they call it off it answers what it was
//! answered, [`ApiError::ProofTooOld`], of which nothing is said.

use std::cell::RefCell;

use futures::channel::oneshot::{self, Sender};
use leptos::prelude::Set as _;

use super::{
    session::{answer_is_void, end, forget, in_turn, keep, signed_in, usable_token},
    state::Session,
};
use crate::{
    error::ApiError,
    server_fns::{Minted, settings},
};

thread_local! {
    static WAITING: RefCell<Vec<Sender<bool>>> = const { RefCell::new(Vec::new()) };
}

/// Asks the person for their password. Answers whether they have proven who they are.
pub(super) async fn ask(session: Session) -> bool {
    let (sender, receiver) = oneshot::channel();
    WAITING.with_borrow_mut(|waiting| waiting.push(sender));
    session.asks_for_proof.set(true);
    receiver.await.unwrap_or(false)
}

/// Lets all calls go on that wait, or calls them off.
pub(crate) fn settle(session: Session, proven: bool) {
    session.asks_for_proof.set(false);
    for waiting in WAITING.take() {
        // Who waited may be gone with their page.
        _ = waiting.send(proven);
    }
}

/// Proves once more who is signed in.
pub(crate) async fn prove(password: String) -> Result<(), ApiError> {
    keep(exchange(|| settings::reauthenticate(password.clone())).await?)
}

/// Changes the password. Every session ends, and this browser goes on in a new one, of which its other tabs are told.
pub(crate) async fn change_password(current: String, new: String) -> Result<(), ApiError> {
    signed_in(exchange(|| settings::change_password(current.clone(), new.clone())).await?);
    Ok(())
}

/// Makes a call that answers a new pair, while no tab refreshes. It is sent with the token that is held, which is renewed before the turn is
/// taken: a refresh would wait for that turn.
async fn exchange<Called>(call: impl Fn() -> Called) -> Result<Minted, ApiError>
where
    Called: Future<Output = Result<Minted, ApiError>>,
{
    let token = usable_token().await?;
    let mut answer = in_turn(call()).await;
    if answer_is_void(&answer) {
        forget(&token);
        usable_token().await?;
        answer = in_turn(call()).await;
        if answer_is_void(&answer) {
            end();
        }
    }
    answer
}
