//! The sessions of a user, as they see them: where they are signed in, and how to end that.

use super::{
    Authenticated, Device,
    administration::{Page, StandingSession},
};
use crate::{
    Engine, Error,
    audit::{Actor, AuditKind},
    session::{DeviceSession, EndReason, SessionId, browser_name, system_name},
};

/// How many are shown at most; a user has fewer, unless the settings let them have any number.
const SHOWN: u32 = 1_000;

/// Where the user is signed in: here first, then by when each was last used.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn my_sessions(
    engine: &Engine,
    who: &Authenticated,
) -> Result<Vec<DeviceSession>, Error> {
    let page = Page {
        after: None,
        limit: SHOWN,
    };
    let store = &engine.parts().store;
    let mut sessions = store
        .standing_sessions(Some(who.user()), page, engine.now())
        .await?;
    sessions.sort_by_key(|session| {
        let is_other = session.id != who.session();
        (is_other, std::cmp::Reverse(session.last_seen_at))
    });
    Ok(sessions
        .into_iter()
        .map(|session| shown(session, who.session()))
        .collect())
}

fn shown(session: StandingSession, this: SessionId) -> DeviceSession {
    let user_agent = session.user_agent.unwrap_or_default();
    DeviceSession {
        id: session.id.to_string(),
        browser: browser_name(&user_agent).to_owned(),
        system: system_name(&user_agent).to_owned(),
        address: session.address,
        place: None,
        created_at: session.created_at.to_rfc3339(),
        last_seen_at: session.last_seen_at.to_rfc3339(),
        is_this: session.id == this,
    }
}

/// Ends one of the user's sessions.
///
/// # Errors
/// [`Error::NotFound`], when it is no session that stands, or somebody else's.
pub async fn end_my_session(
    engine: &Engine,
    who: &Authenticated,
    id: &str,
    device: &Device,
) -> Result<(), Error> {
    let id: SessionId = id.parse().map_err(|_| Error::NotFound)?;
    let now = engine.now();
    let session = engine.parts().store.session(id).await?;
    session
        .filter(|session| session.user_id == who.user() && session.stands(now))
        .ok_or(Error::NotFound)?;
    let event = engine
        .new_event(AuditKind::SessionEnded, Actor::User, now)?
        .at_device(device);
    engine
        .end_session(id, who.user(), EndReason::EndedByOwner, event)
        .await
}

/// Ends all of the user's sessions but the one of who asks. Answers how many it were.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn end_other_sessions(
    engine: &Engine,
    who: &Authenticated,
    device: &Device,
) -> Result<u64, Error> {
    let parts = engine.parts();
    let event = engine
        .new_event(AuditKind::SessionsEnded, Actor::User, engine.now())?
        .concerning(who.user())
        .in_session(who.session())
        .at_device(device);
    let at = event.at;
    let ended = parts
        .store
        .end_other_sessions(who.session(), who.user(), event)
        .await?;
    for session in &ended {
        parts.revocations.end_session(*session, at);
    }
    Ok(ended.len() as u64)
}
