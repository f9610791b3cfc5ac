//! Exchanging a refresh token for the next pair, and telling a lost answer from a theft.

use secrecy::SecretString;
use tracing::Instrument as _;

use super::{Device, Grant};
use crate::{
    Engine, Error,
    account::User,
    audit::{Actor, AuditEvent, AuditKind},
    clock::Timestamp,
    letter::{LetterDetail, Occasion},
    measure::RefreshResult,
    random::id,
    session::{Outcome, Presented, Session},
    store::Rotation,
    token::{Refresh, Verified},
};

/// How often a rotation is tried again when the session has moved on between two looks at it.
const TRIES: usize = 3;

/// Exchanges a refresh token for the next pair of tokens (RFC 6749, section 6; RFC 9700, section 4.14.2).
///
/// A token that is forged or expired is refused before the database is asked. One of the present generation is rotated. One that is a
/// generation behind gets the present one again as long as nobody is known to have received it, or two tabs asked at once. Anything older is
/// a copy in the wrong hands: the session ends, and its owner is told.
///
/// # Errors
/// [`Error::InvalidToken`], whatever is wrong with the token or its session.
pub async fn refresh(
    engine: &Engine,
    refresh_token: &SecretString,
    device: &Device,
) -> Result<Grant, Error> {
    let answer = exchange(engine, refresh_token, device).await;
    if let Some(result) = RefreshResult::of(&answer) {
        result.count();
    }
    answer
}

async fn exchange(
    engine: &Engine,
    refresh_token: &SecretString,
    device: &Device,
) -> Result<Grant, Error> {
    let parts = engine.parts();
    let token = verified(engine, refresh_token).await?;
    for _ in 0..TRIES {
        let now = engine.now();
        if let Some((session, user)) = rotate(engine, &token, device, now).await? {
            return engine.grant(&user, &session, Outcome::Rotated, now).await;
        }
        let session = parts
            .store
            .session(token.session())
            .await?
            .ok_or_else(|| RefreshResult::Invalid.refuse())?;
        if session.user_id != token.user() {
            return Err(RefreshResult::Invalid.refuse());
        }
        match session.judge(token.claims().generation, now) {
            // The rotation was refused, but the row says that it should not have been: the user is disabled, or it moved between the two.
            Presented::Current => {}
            Presented::Previous => {
                let user = user_of(engine, &session).await?;
                return engine
                    .grant(&user, &session, Outcome::MintedAgain, now)
                    .await;
            }
            Presented::Reused => return stop_theft(engine, &token, device, now).await,
            Presented::Ahead => return raise_alarm(engine, &token, device, now).await,
            Presented::Ended => return Err(RefreshResult::Ended.refuse()),
        }
    }
    Err(RefreshResult::Disabled.refuse())
}

/// Verifies the token by keys that are known to stand: one that was taken back must not be taken because this process has not heard of it.
async fn verified(
    engine: &Engine,
    refresh_token: &SecretString,
) -> Result<Verified<Refresh>, Error> {
    let parts = engine.parts();
    let verify = async || {
        engine
            .verified(&parts.keys.refresh, refresh_token, engine.now())
            .await
            .map_err(|refused| RefreshResult::from(refused).refuse())
    };
    let token = verify().await?;
    if !parts.revocations.is_stale() {
        return Ok(token);
    }
    parts.keys.read_again().await?;
    verify().await
}

async fn rotate(
    engine: &Engine,
    token: &Verified<Refresh>,
    device: &Device,
    now: Timestamp,
) -> Result<Option<(Session, User)>, Error> {
    let parts = engine.parts();
    let rotation = Rotation {
        session: token.session(),
        user: token.user(),
        generation: token.claims().generation,
        now,
        expires_at: now.plus(parts.settings.refresh_idle_lifetime),
        device,
    };
    Ok(parts.store.rotate(&rotation).await?)
}

async fn user_of(engine: &Engine, session: &Session) -> Result<User, Error> {
    let user = engine.parts().store.user(session.user_id).await?;
    user.filter(|user| user.disabled_at.is_none())
        .ok_or_else(|| RefreshResult::Disabled.refuse())
}

/// Ends the session, and tells its owner. Whoever comes second finds it ended and tells nobody again.
async fn stop_theft(
    engine: &Engine,
    token: &Verified<Refresh>,
    device: &Device,
    now: Timestamp,
) -> Result<Grant, Error> {
    let (engine, token, device) = (engine.clone(), token.clone(), device.clone());
    // On a task of its own: whoever hangs up now must not keep the owner from being told.
    let stop = async move { end_stolen_session(&engine, &token, &device, now).await };
    tokio::spawn(stop.in_current_span())
        .await
        .map_err(|interrupted| Error::Internal(Box::new(interrupted)))??;
    Err(RefreshResult::Reuse.refuse())
}

async fn end_stolen_session(
    engine: &Engine,
    token: &Verified<Refresh>,
    device: &Device,
    now: Timestamp,
) -> Result<(), Error> {
    let parts = engine.parts();
    let event = event(engine, AuditKind::RefreshTokenReused, token, device, now)?;
    let notice = id(now, &*parts.randomness)?;
    let (session, user) = (token.session(), token.user());
    let owner = parts.store.user(user).await?;
    let letter = match &owner {
        Some(owner) => {
            let detail = LetterDetail {
                session: Some(session.to_string()),
                ..LetterDetail::at(device)
            };
            engine.new_letter(Occasion::TokenReused, Some(user), &owner.email, detail, now)?
        }
        None => None,
    };
    if parts
        .store
        .end_stolen_session(session, user, &event, notice, letter.as_ref())
        .await?
    {
        engine.posted();
        tracing::warn!(%user, %session, "an old refresh token came back: its session was ended");
    }
    parts.revocations.end_session(session, now);
    Ok(())
}

async fn raise_alarm(
    engine: &Engine,
    token: &Verified<Refresh>,
    device: &Device,
    now: Timestamp,
) -> Result<Grant, Error> {
    tracing::error!(
        user = %token.user(), session = %token.session(),
        "a refresh token is ahead of its session: its key is in other hands, or the database was restored from an older copy"
    );
    let event = event(engine, AuditKind::RefreshTokenAhead, token, device, now)?;
    engine.parts().store.add_audit_event(&event).await?;
    Err(RefreshResult::Ahead.refuse())
}

fn event<'a>(
    engine: &Engine,
    kind: AuditKind,
    token: &Verified<Refresh>,
    device: &'a Device,
    at: Timestamp,
) -> Result<AuditEvent<'a>, Error> {
    Ok(engine
        .new_event(kind, Actor::Anonymous, at)?
        .concerning(token.user())
        .in_session(token.session())
        .at_device(device))
}
