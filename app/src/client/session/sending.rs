//! Sending with the access token, which is renewed when it is due: one refresh at a time.

use auth::session::Outcome;
use futures::FutureExt as _;
use leptos::prelude::*;

use super::{LEAST_LIFE, MEMORY, Refreshing, check_in, end, forget, held, keep, session};
use crate::{
    client::{
        fetch, locks, proof,
        state::Session,
        story::What,
        tabs::{self, News},
        transport::{PlainRequest, PlainResponse},
    },
    error::ApiError,
    server_fns,
};

/// Makes a refresh now, and proves to the server that it arrived.
pub(crate) async fn refresh_now() -> Result<(), ApiError> {
    refresh().await?;
    check_in().await
}

/// Sends with the access token. Where the proof behind it is too old, the person is asked for their password, and it is sent once more with the
/// token that this brings; who calls it off gets the first answer, of which nothing is said. If their proof does not help, that is said: they
/// have called nothing off.
pub(crate) async fn send_signed(request: PlainRequest) -> Result<PlainResponse, ApiError> {
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
pub(crate) async fn send_held(request: PlainRequest) -> Result<PlainResponse, ApiError> {
    let token = held(0.0);
    fetch::send_with(&request, token.as_deref()).await
}

pub(crate) fn answer_is_void<T>(answer: &Result<T, ApiError>) -> bool {
    matches!(answer, Err(ApiError::Unauthorized))
}

/// A token that lives long enough to be sent. A page that is being replaced asks for none.
pub(crate) async fn usable_token() -> Result<String, ApiError> {
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
