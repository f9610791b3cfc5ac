//! Another name.

use super::{Authenticated, Device, reauthenticate::require_recent_proof};
use crate::{
    Engine, Error,
    account::{Profile, Username},
    audit::{Actor, AuditKind},
    error::Field,
    store::Change,
};

/// Gives a user another name. The former is free from then on.
///
/// # Errors
/// [`Error::ProofTooOld`]; [`Error::Invalid`], when the name can't be taken or somebody else has it; [`Error::InvalidToken`], when the session has
/// ended meanwhile.
pub async fn change_username(
    engine: &Engine,
    who: &Authenticated,
    username: &str,
    device: &Device,
) -> Result<Profile, Error> {
    require_recent_proof(engine, who)?;
    let username = Username::parse(username).map_err(|error| Error::of(Field::Username, error))?;
    let event = engine
        .new_event(AuditKind::UsernameChanged, Actor::User, engine.now())?
        .concerning(who.user())
        .in_session(who.session())
        .at_device(device);
    let parts = engine.parts();
    let user = parts.store.user(who.user()).await?;
    let user = user.ok_or(Error::InvalidToken)?;
    if user.username == username.as_str() {
        return Ok(user.profile());
    }
    let changed = parts
        .store
        .change_username(user.id, who.session(), &username, &event)
        .await?;
    match changed {
        Change::Made(()) => {}
        Change::Taken => return Err(Error::of(Field::Username, "This username is taken")),
        Change::SignedOut => return Err(Error::InvalidToken),
    }
    parts.profiles.forget(user.id);
    let user = parts.store.user(user.id).await?;
    Ok(user.ok_or(Error::InvalidToken)?.profile())
}
