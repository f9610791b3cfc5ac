//! The browser's session: the access token in memory, and one refresh at a time.
//!
//! The token is in this module's memory and nowhere else: no signal, no storage, no message and no address ever holds it. The refresh token
//! is in a cookie that no script can read.

use std::{cell::RefCell, time::Duration};

use auth::{account::Profile, session::Outcome};
use futures::{
    FutureExt as _,
    future::{LocalBoxFuture, Shared},
};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};

use super::{
    clock, fetch, locks, page, proof,
    state::{Known, Session, TokenFacts},
    story::{Happening, What},
    tabs::{self, News},
    transport::{PlainRequest, PlainResponse},
};
use crate::{
    error::ApiError,
    next, routes,
    server_fns::{self, Minted},
};

/// A token with less than this to live, in milliseconds, is renewed before it is sent.
const LEAST_LIFE: f64 = 30_000.0;
/// How long to let the server be after a call that got no answer, in milliseconds.
const PAUSE: f64 = 15_000.0;

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

/// Whether the last call got no answer.
fn is_in_trouble(session: Session) -> bool {
    session
        .known
        .with_untracked(|known| known.trouble.is_some())
}

fn note_try() {
    MEMORY.with_borrow_mut(|memory| memory.tried_at = clock::now());
}

/// Makes a refresh now, and proves to the server that it arrived.
pub(crate) async fn refresh_now() -> Result<(), ApiError> {
    refresh().await?;
    check_in().await
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

/// Sends with the access token. Where the proof behind it is too old, the person is asked for their password, and it is sent once more with the
/// token that this brings; who calls it off gets the first answer, of which nothing is said. If their proof does not help, that is said: they
/// have called nothing off.
pub(super) async fn send_signed(request: PlainRequest) -> Result<PlainResponse, ApiError> {
    let answer = send_renewed(&request).await;
    if !matches!(answer, Err(ApiError::ProofTooOld)) || !is_proven_anew().await {
        return answer;
    }
    match send_renewed(&request).await {
        Err(ApiError::ProofTooOld) => Err(ApiError::Other),
        answer => answer,
    }
}

async fn is_proven_anew() -> bool {
    match session() {
        Some(session) => proof::ask(session).await,
        None => false,
    }
}

/// Sends with the access token, renewed first when it has little life left. After a 401 it is renewed and sent once more; that answer stands.
async fn send_renewed(request: &PlainRequest) -> Result<PlainResponse, ApiError> {
    let token = usable_token().await?;
    let mut answer = fetch::send_with(request, Some(&token)).await;
    if answer_is_void(&answer) {
        forget(&token);
        let token = usable_token().await?;
        answer = fetch::send_with(request, Some(&token)).await;
        if answer_is_void(&answer) {
            end();
        }
    }
    answer
}

/// Sends with the access token, if there is one.
pub(super) async fn send_held(request: PlainRequest) -> Result<PlainResponse, ApiError> {
    let token = held(0.0);
    fetch::send_with(&request, token.as_deref()).await
}

pub(super) fn answer_is_void<T>(answer: &Result<T, ApiError>) -> bool {
    matches!(answer, Err(ApiError::Unauthorized))
}

/// A token that lives long enough to be sent. A page that is being replaced asks for none.
pub(super) async fn usable_token() -> Result<String, ApiError> {
    if session().is_none_or(Session::is_leaving) {
        return Err(ApiError::Other);
    }
    if let Some(token) = held(LEAST_LIFE) {
        return Ok(token);
    }
    refresh().await?;
    // It is gone again when the page was left meanwhile.
    held(0.0).ok_or(ApiError::Other)
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

/// One refresh at a time: who asks while one is under way waits for that one.
fn refresh() -> Refreshing {
    MEMORY.with_borrow_mut(|memory| {
        let begin = || {
            async {
                let outcome = refresh_in_turn().await;
                MEMORY.with_borrow_mut(|memory| memory.refreshing = None);
                outcome
            }
            .boxed_local()
            .shared()
        };
        memory.refreshing.get_or_insert_with(begin).clone()
    })
}

async fn refresh_in_turn() -> Result<(), ApiError> {
    let turn = locks::take_turn().await;
    if let (true, Some(session)) = (turn.waited, session()) {
        session.known.update(|known| known.tell(What::Waited));
    }
    let answer = server_fns::refresh().await;
    drop(turn);
    match answer {
        Ok(minted) => {
            let news =
                (minted.outcome == Outcome::Rotated).then(|| minted.viewer.session.tag.clone());
            keep(minted)?;
            if let Some(tag) = news {
                tabs::tell(News::Rotated, &tag);
            }
            Ok(())
        }
        Err(error) => {
            if error == ApiError::Unauthorized {
                end();
            }
            Err(error)
        }
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

/// What another tab tells.
fn hear(session: Session, news: News, tag: &str) {
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
fn leave(session: Session) {
    MEMORY.with_borrow_mut(|memory| memory.token = None);
    session.known.update(|known| known.token = None);
    if session.signed_in.get_untracked() {
        page::veil(true);
    }
}

/// The page is back: it is shown once the server has said who is signed in.
fn come_back(session: Session) {
    if session.signed_in.get_untracked() && !session.is_leaving() {
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

/// The server would not continue the session.
pub(super) fn end() {
    let is_parting = MEMORY.with_borrow(|memory| memory.parting);
    if !is_parting && session().is_some_and(|session| !session.is_leaving()) {
        depart(News::Ended, &ended_address());
    }
}

fn ended_address() -> String {
    next::with_next(routes::LOGIN, &page::address()) + "&reason=ended"
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

fn drop_everything(session: Session) {
    page::veil(true);
    MEMORY.with_borrow_mut(|memory| memory.token = None);
    session.known.set(Known {
        leaving: true,
        ..Known::default()
    });
}

fn session() -> Option<Session> {
    MEMORY.with_borrow(|memory| memory.session)
}
