//! Ending sessions.

use secrecy::SecretString;

use super::{Authenticated, Device};
use crate::{
    Engine, Error,
    account::UserId,
    audit::{Actor, AuditEvent, AuditKind},
    measure::SignOutOf,
    session::{EndReason, SessionId},
};

/// Ends the session of a bearer token, and that of a refresh token of whatever generation. What is neither is left alone: whoever signs out
/// is signed out in any case.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn sign_out(
    engine: &Engine,
    bearer: Option<&SecretString>,
    refresh_token: Option<&SecretString>,
    device: &Device,
) -> Result<(), Error> {
    let parts = engine.parts();
    let now = engine.now();
    let mut ended = false;
    let event = || {
        let event = engine.new_event(AuditKind::SignedOut, Actor::User, now);
        event.map(|event| event.at_device(device))
    };
    if let Some(bearer) = bearer
        && let Ok(token) = engine.verified(&parts.keys.access, bearer, now).await
    {
        engine
            .end_session(
                token.session(),
                token.user(),
                EndReason::SignedOut,
                event()?,
            )
            .await?;
        ended = true;
    }
    if let Some(token) = refresh_token {
        ended |= engine
            .end_session_of(token, EndReason::SignedOut, event()?)
            .await?;
    }
    if ended {
        SignOutOf::Session.count();
    }
    Ok(())
}

/// Ends every session of the user, and makes all their tokens void.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn sign_out_everywhere(
    engine: &Engine,
    who: &Authenticated,
    device: &Device,
) -> Result<(), Error> {
    let event = engine
        .new_event(AuditKind::SignedOutEverywhere, Actor::User, engine.now())?
        .in_session(who.session())
        .at_device(device);
    engine
        .void_tokens(
            who.user(),
            EndReason::SignedOutEverywhere,
            None,
            None,
            event,
        )
        .await?;
    SignOutOf::Everywhere.count();
    Ok(())
}

impl Engine {
    /// Ends a session of `user` before its time, here at once and in other processes within a second. `event` says who did it.
    pub(super) async fn end_session(
        &self,
        session: SessionId,
        user: UserId,
        reason: EndReason,
        event: AuditEvent<'_>,
    ) -> Result<(), Error> {
        let parts = self.parts();
        let event = event.concerning(user).in_session(session);
        parts
            .store
            .end_session(session, user, reason, &event)
            .await?;
        // Also where another process was quicker: this one may not have read of it yet.
        parts.revocations.end_session(session, event.at);
        Ok(())
    }
}
