//! Proving once more who one is, for what asks for a proof that is not old (RFC 9470; OWASP ASVS 5.0, 7.5.1).

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Authenticated, Device, Grant, tries::Try};
use crate::{
    Engine, Error,
    account::User,
    audit::{Actor, AuditKind},
    clock::Timestamp,
    error::Field,
    session::Outcome,
};

/// How old a proof may be for what asks for a recent one.
const RECENT: Duration = Duration::from_mins(10);

/// Refuses who proved long ago who they are. What the token says counts, and no refresh makes that newer.
///
/// # Errors
/// [`Error::ProofTooOld`].
pub fn require_recent_proof(engine: &Engine, who: &Authenticated) -> Result<(), Error> {
    let micros = who.claims().auth_time.saturating_mul(1_000_000);
    let proved_at = Timestamp::from_unix_micros(micros);
    let now = engine.now();
    // A proof that lies further ahead was given before the clock was put back: that makes it no younger.
    let age = now.since(proved_at).max(proved_at.since(now));
    if age > RECENT {
        return Err(Error::ProofTooOld);
    }
    Ok(())
}

/// Takes the password of one who is signed in once more: their session goes on, proven now. Answers the tokens of its present generation, minted
/// again. Whoever keeps the refresh token in a cookie that others rotate, as a browser with several tabs does, must let no refresh run meanwhile.
///
/// # Errors
/// [`Error::Invalid`], when it is not their password; [`Error::TooManyTries`] when wrong ones came too fast; [`Error::InvalidToken`] when the
/// session has ended.
pub async fn reauthenticate(
    engine: &Engine,
    who: &Authenticated,
    password: &SecretString,
    device: &Device,
) -> Result<Grant, Error> {
    let user = own_account(engine, who, password, Field::Password, device).await?;
    let store = &engine.parts().store;
    let now = engine.now();
    let event = engine
        .new_event(AuditKind::Reauthenticated, Actor::User, now)?
        .concerning(user.id)
        .in_session(who.session())
        .at_device(device);
    if !store.renew_proof(who.session(), user.id, &event).await? {
        return Err(Error::InvalidToken);
    }
    let session = store.session(who.session()).await?;
    let session = session.ok_or(Error::InvalidToken)?;
    engine
        .grant(&user, &session, Outcome::MintedAgain, now)
        .await
}

/// The account of one who is signed in and gives its password, which was typed into `field`. Wrong ones slow the next as at a sign-in, but are
/// counted by themselves, so that no stranger at the sign-in slows the owner down.
pub(super) async fn own_account(
    engine: &Engine,
    who: &Authenticated,
    password: &SecretString,
    field: Field,
    device: &Device,
) -> Result<User, Error> {
    let refused = |reason: &str| Err(Error::of(field, reason));
    if password.expose_secret().is_empty() {
        return refused("Enter your password");
    }
    let parts = engine.parts();
    let user = parts.store.user(who.user()).await?;
    let user = user
        .filter(|user| user.disabled_at.is_none())
        .ok_or(Error::InvalidToken)?;
    let Some(stored) = &user.password_hash else {
        return refused(
            "There is no password on this account. Choose one by a letter: “Forgot password”",
        );
    };
    let this_try = Try::begin_signed_in(engine, user.id).await?;
    let passwords = &engine.parts().passwords;
    if !passwords.is_right(password, stored, device.address).await? {
        this_try.failed(engine, Some(user.id), device).await?;
        return refused("This is not your password");
    }
    this_try.succeeded(engine).await?;
    Ok(user)
}
