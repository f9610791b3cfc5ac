//! Deleting one's account: planned for a day, until which one may change one's mind. It is the cleaning that deletes, see [`crate::cleaning`].

use super::{Authenticated, Device, reauthenticate::require_recent_proof};
use crate::{
    Engine, Error,
    account::{Profile, User},
    audit::{Actor, AuditEvent, AuditKind},
    letter::{LetterDetail, Occasion},
};

/// Plans the user's account to be deleted, and tells them by a letter. Until then all goes on as before. Where it is planned already, the day
/// stays.
///
/// # Errors
/// [`Error::ProofTooOld`]; [`Error::InvalidToken`], when the session has ended meanwhile.
pub async fn plan_deletion(
    engine: &Engine,
    who: &Authenticated,
    device: &Device,
) -> Result<Profile, Error> {
    require_recent_proof(engine, who)?;
    let parts = engine.parts();
    let user = account(engine, who).await?;
    let event = event(engine, who, AuditKind::DeletionPlanned, device)?;
    let deletes_at = event.at.plus(parts.settings.deletion_delay);
    let detail = LetterDetail {
        deletes_at: Some(deletes_at.to_rfc3339()),
        ..LetterDetail::at(device)
    };
    let letter = engine.new_letter(
        Occasion::DeletionPlanned,
        Some(user.id),
        &user.email,
        detail,
        event.at,
    )?;
    let planned = parts
        .store
        .plan_deletion(user.id, who.session(), deletes_at, letter.as_ref(), &event)
        .await?
        .ok_or(Error::InvalidToken)?;
    if planned {
        engine.posted();
    }
    parts.profiles.forget(user.id);
    Ok(account(engine, who).await?.profile())
}

/// Keeps the account after all. Where nothing was planned nothing is done.
///
/// # Errors
/// [`Error::NotFound`], once the day has come: the account is being deleted.
pub async fn cancel_deletion(
    engine: &Engine,
    who: &Authenticated,
    device: &Device,
) -> Result<Profile, Error> {
    let parts = engine.parts();
    let event = event(engine, who, AuditKind::DeletionCancelled, device)?;
    parts.store.cancel_deletion(who.user(), &event).await?;
    parts.profiles.forget(who.user());
    let user = account(engine, who).await?;
    if user.deletes_at.is_some() {
        return Err(Error::NotFound);
    }
    Ok(user.profile())
}

async fn account(engine: &Engine, who: &Authenticated) -> Result<User, Error> {
    let user = engine.parts().store.user(who.user()).await?;
    user.ok_or(Error::InvalidToken)
}

fn event<'a>(
    engine: &Engine,
    who: &Authenticated,
    kind: AuditKind,
    device: &'a Device,
) -> Result<AuditEvent<'a>, Error> {
    Ok(engine
        .new_event(kind, Actor::User, engine.now())?
        .concerning(who.user())
        .in_session(who.session())
        .at_device(device))
}
