//! The browser's session: what a tab remembers of it, the access token above all.
//!
//! The token is in this module's memory and nowhere else: no signal, no storage, no message and no address ever holds it. The refresh token
//! is in a cookie that no script can read. Beside stand [`sending`] with the token, [`attending`] to its life, and
//! [`leaving`] the page or the session.

mod attending;
mod leaving;
mod sending;

use std::cell::RefCell;

use auth::account::Profile;
use futures::future::{LocalBoxFuture, Shared};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};

use self::leaving::{come_back, drop_everything, hear, leave};
pub(crate) use self::{
    attending::{arrive, attend, stop_attending},
    leaving::{check_in_after_disowning, sign_out, sign_out_everywhere},
    sending::refresh_now,
};
pub(super) use self::{
    leaving::end,
    sending::{answer_is_void, send_held, send_signed, usable_token},
};
use super::{
    clock, locks, page,
    state::{Session, TokenFacts},
    story::{Happening, What},
    tabs::{self, News},
};
use crate::{
    error::ApiError,
    server_fns::{self, Minted},
};

/// A token with less than this to live, in milliseconds, is renewed before it is sent.
const LEAST_LIFE: f64 = 30_000.0;

type Refreshing = Shared<LocalBoxFuture<'static, Result<(), ApiError>>>;

/// All that a tab remembers.
#[derive(Default)]
struct Memory {
    token: Option<AccessToken>,
    refreshing: Option<Refreshing>,
    session: Option<Session>,
    ticking: Option<IntervalHandle>,
    tried_at: f64,
    parting: bool,
}

/// The access token. Deliberately neither Debug nor Clone.
struct AccessToken {
    text: String,
    ends_at: f64,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Begins: called once, when the page has been hydrated.
pub(crate) fn begin(session: Session) {
    MEMORY.with_borrow_mut(|memory| memory.session = Some(session));
    session.known.update(|known| {
        for happening in &mut known.story {
            *happening = Happening::now(happening.what);
        }
    });
    tabs::listen(move |news, tag| hear(session, news, tag));
    page::watch(move || leave(session), move || come_back(session));
    page::when_online(move || {
        if is_in_trouble(session) {
            arrive();
        }
    });
}

/// Takes what signing in gave.
pub(crate) fn signed_in(minted: Minted) {
    tabs::tell(News::SignedIn, &minted.viewer.session.tag);
    // Where another user was signed in before, the page is being asked for anew.
    _ = keep(minted);
}

/// Signs in or creates an account by `call`, while no other tab refreshes: its late answer would take the new cookie away.
pub(crate) async fn in_turn<T>(call: impl Future<Output = T>) -> T {
    let _turn = locks::take_turn().await;
    call.await
}

/// Asks the server who is signed in. It confirms to the server that the last refresh arrived, and finds out whether the session has ended.
pub(crate) async fn check_in() -> Result<(), ApiError> {
    note_try();
    let profile = server_fns::profile().await?;
    if let Some(session) = session() {
        session.known.update(|known| {
            known.trouble = None;
            if let Some(viewer) = &mut known.viewer {
                viewer.profile = profile;
            }
            if known.awaits_proof() {
                known.tell(What::Answered);
            }
        });
    }
    Ok(())
}

/// Shows the account as the server has just told it.
pub(crate) fn take_profile(profile: Profile) {
    if let Some(session) = session() {
        session.known.update(|known| {
            if let Some(viewer) = &mut known.viewer {
                viewer.profile = profile;
            }
        });
    }
}

/// Whether the last call got no answer.
fn is_in_trouble(session: Session) -> bool {
    session
        .known
        .with_untracked(|known| known.trouble.is_some())
}

fn note_try() {
    MEMORY.with_borrow_mut(|memory| memory.tried_at = clock::now());
}

/// Says so when a call got no answer. The end of the session needs no saying: the page goes away; nor does a call that was called off.
pub(crate) async fn attempt<T>(call: impl Future<Output = Result<T, ApiError>>) -> Option<T> {
    let answer = call.await;
    match (&answer, session()) {
        (Ok(_) | Err(ApiError::Unauthorized | ApiError::ProofTooOld), _) | (_, None) => {}
        (Err(error), Some(session)) => {
            note_try();
            session.known.update(|known| {
                if known.trouble.replace(error.clone()).is_none() {
                    known.tell(What::Unreachable);
                }
            });
        }
    }
    answer.ok()
}

/// Takes away what was said of a call that got no answer.
pub(crate) fn forget_trouble(session: Session) {
    session.known.update(|known| known.trouble = None);
}

/// Takes a notice away that its owner has read.
pub(crate) async fn dismiss_notice(id: String) -> Result<(), ApiError> {
    server_fns::dismiss_notice(id.clone()).await?;
    if let Some(session) = session() {
        session.known.update(|known| {
            if let Some(viewer) = &mut known.viewer {
                viewer.notices.retain(|notice| notice.id != id);
            }
        });
    }
    Ok(())
}

/// The token that is held, if it lives for longer than `least` milliseconds.
fn held(least: f64) -> Option<String> {
    let now = clock::now();
    MEMORY.with_borrow(|memory| {
        let token = memory.token.as_ref()?;
        (token.ends_at - now > least).then(|| token.text.clone())
    })
}

/// Drops the token that was refused, unless another has come in its place.
pub(super) fn forget(refused: &str) {
    let dropped = MEMORY
        .with_borrow_mut(|memory| memory.token.take_if(|token| token.text == refused))
        .is_some();
    if let (true, Some(session)) = (dropped, session()) {
        session.known.update(|known| {
            known.token = None;
            known.tell(What::Refused);
        });
    }
}

/// Keeps a new token, and shows what it brought. If it is another user's, the page is not theirs to see: it is asked for anew.
pub(super) fn keep(minted: Minted) -> Result<(), ApiError> {
    let Some(session) = session() else {
        return Err(ApiError::Other);
    };
    let user = &minted.claims.sub;
    let another = session.known.with_untracked(|known| {
        known
            .viewer
            .as_ref()
            .is_some_and(|viewer| viewer.profile.id != *user)
    });
    if another {
        drop_everything(session);
        page::renew();
        return Err(ApiError::Other);
    }
    #[expect(clippy::cast_precision_loss, reason = "a token's life is minutes")]
    let ends_at = clock::now() + minted.expires_in as f64 * 1000.0;
    MEMORY.with_borrow_mut(|memory| {
        memory.token = Some(AccessToken {
            text: minted.access_token,
            ends_at,
        });
    });
    session.now.set(clock::now());
    session.known.update(|known| {
        known.tell(What::minted(
            minted.outcome,
            minted.viewer.session.generation,
        ));
        known.rotated_elsewhere = false;
        let mut viewer = minted.viewer;
        // A refresh does not tell it again, and it stays for as long as the page does.
        if viewer.last_sign_in.is_none() {
            let shown = known.viewer.as_ref();
            viewer.last_sign_in = shown.and_then(|shown| shown.last_sign_in.clone());
        }
        known.viewer = Some(viewer);
        known.token = Some(TokenFacts {
            claims: minted.claims,
            key_id: minted.key_id,
            algorithm: minted.algorithm,
            lifetime: minted.expires_in,
            ends_at,
        });
    });
    Ok(())
}

fn session() -> Option<Session> {
    MEMORY.with_borrow(|memory| memory.session)
}
