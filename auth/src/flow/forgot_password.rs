//! A forgotten password: a letter with a link, and another password by it (OWASP Forgot Password Cheat Sheet).

use secrecy::SecretString;

use super::{
    Device,
    asking::{address_in, ask_for_link},
    link::found_link,
};
use crate::{
    Engine, Error,
    audit::{Actor, AuditKind},
    error::Field,
    letter::{LetterDetail, Occasion},
    link::Purpose,
};

/// Sends a link to an address, if there is an account of it. What is done and answered is the same if there is none: the letter is written down
/// in either case, and dropped where it would be sent. A letter that was asked for too often is not sent, which is not told either.
///
/// # Errors
/// [`Error::Invalid`], for what is no address; [`Error::NoMail`], where none is sent.
pub async fn forgot_password(engine: &Engine, email: &str, device: &Device) -> Result<(), Error> {
    let address = address_in(email)?;
    if !engine.sends_mail() {
        return Err(Error::NoMail);
    }
    ask_for_link(engine, Occasion::ResetPassword, &address, device).await
}

/// Gives the account another password by such a link. Every session ends, and every device is forgotten; the owner is told by a letter. Nobody is
/// signed in by it.
///
/// # Errors
/// [`Error::InvalidLink`]; [`Error::Invalid`], when the password can't be taken: the link is good for another try then.
pub async fn reset_password(
    engine: &Engine,
    token: &SecretString,
    password: &SecretString,
    device: &Device,
) -> Result<(), Error> {
    let parts = engine.parts();
    let link = found_link(engine, Purpose::ResetPassword, token).await?;
    let user = link.user_id.ok_or(Error::InvalidLink)?;
    let user = parts.store.user(user).await?.ok_or(Error::InvalidLink)?;
    let password = engine.new_password(password, Field::Password, &user.username, &user.email)?;
    let hash = engine
        .hash_new_password(&password, Field::Password, device.address)
        .await?;
    let now = engine.now();
    let event = engine
        .new_event(AuditKind::PasswordReset, Actor::User, now)?
        .concerning(user.id)
        .at_device(device);
    let letter = engine.new_letter(
        Occasion::PasswordChanged,
        Some(user.id),
        &user.email,
        LetterDetail::at(device),
        now,
    )?;
    let version = parts
        .store
        .reset_password(&link, &hash, letter.as_ref(), &event)
        .await?
        .ok_or(Error::InvalidLink)?;
    parts.revocations.raise_version(user.id, version, now);
    parts.profiles.forget(user.id);
    engine.posted();
    Ok(())
}
