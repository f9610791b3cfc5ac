//! Proving that an account's address is its owner's: by the link of a letter, or by the code beside it.

use secrecy::SecretString;

use super::{Authenticated, Device, link::found_link, typed_code::is_code};
use crate::{
    Engine, Error,
    account::UserId,
    audit::{Actor, AuditKind},
    letter::{LetterDetail, Occasion},
    link::Purpose,
    session::SessionId,
    store::Link,
};

/// Sends another letter to the account's address. The link and the code of the former are no longer good. Answers false, and does nothing, where the
/// address was proven already.
///
/// # Errors
/// [`Error::NoMail`], where none is sent; [`Error::TooManyTries`] when letters were asked for too often.
pub async fn ask_to_verify_email(
    engine: &Engine,
    who: &Authenticated,
    device: &Device,
) -> Result<bool, Error> {
    ask(engine, who.user(), who.session(), device).await
}

/// Does the same for the one whose browser holds the refresh token, for the page that works without scripts.
///
/// # Errors
/// Those of [`ask_to_verify_email`]; [`Error::InvalidToken`], when the session does not stand.
pub async fn ask_to_verify_email_by_cookie(
    engine: &Engine,
    refresh_token: &SecretString,
    device: &Device,
) -> Result<bool, Error> {
    let session = engine
        .session_behind(refresh_token, engine.now())
        .await?
        .ok_or(Error::InvalidToken)?;
    ask(engine, session.user_id, session.id, device).await
}

async fn ask(
    engine: &Engine,
    user: UserId,
    session: SessionId,
    device: &Device,
) -> Result<bool, Error> {
    let store = &engine.parts().store;
    let user = store.user(user).await?.ok_or(Error::InvalidToken)?;
    if user.email_verified_at.is_some() {
        return Ok(false);
    }
    if !engine.sends_mail() {
        return Err(Error::NoMail);
    }
    if let Err(retry_after) = engine.may_write(Occasion::VerifyEmail, &user.email).await? {
        return Err(Error::TooManyTries { retry_after });
    }
    let now = engine.now();
    let event = engine
        .new_event(AuditKind::EmailVerificationAsked, Actor::User, now)?
        .concerning(user.id)
        .in_session(session)
        .at_device(device);
    let detail = LetterDetail::at(device);
    let letter = engine.new_letter(
        Occasion::VerifyEmail,
        Some(user.id),
        &user.email,
        detail,
        now,
    )?;
    if let Some(letter) = &letter {
        store.ask_for_link(letter, Some(&event)).await?;
        engine.posted();
    }
    Ok(true)
}

/// Takes the link of such a letter, in whichever browser it was opened.
///
/// # Errors
/// [`Error::InvalidLink`], when it was used, is too old, or was followed by a newer one, or when the account has another address by now.
pub async fn verify_email(
    engine: &Engine,
    token: &SecretString,
    device: &Device,
) -> Result<(), Error> {
    let link = found_link(engine, Purpose::VerifyEmail, token).await?;
    prove(engine, &link, device).await
}

/// Takes the code of such a letter, from whoever is signed in to the account.
///
/// # Errors
/// [`Error::WrongCode`]; [`Error::InvalidLink`], when the code is too old or five others were tried; [`Error::Invalid`], when nothing was typed.
pub async fn verify_email_by_code(
    engine: &Engine,
    who: &Authenticated,
    code: &str,
    device: &Device,
) -> Result<(), Error> {
    take_code(engine, who.user(), code, device).await
}

/// Does the same for the one whose browser holds the refresh token, for the page that works without scripts.
///
/// # Errors
/// Those of [`verify_email_by_code`]; [`Error::InvalidToken`], when the session does not stand.
pub async fn verify_email_by_code_and_cookie(
    engine: &Engine,
    refresh_token: &SecretString,
    code: &str,
    device: &Device,
) -> Result<(), Error> {
    let session = engine
        .session_behind(refresh_token, engine.now())
        .await?
        .ok_or(Error::InvalidToken)?;
    take_code(engine, session.user_id, code, device).await
}

async fn take_code(
    engine: &Engine,
    user: UserId,
    code: &str,
    device: &Device,
) -> Result<(), Error> {
    let store = &engine.parts().store;
    let link = store
        .newest_link(user, Purpose::VerifyEmail)
        .await?
        .ok_or(Error::InvalidLink)?;
    is_code(engine, &link, code).await?;
    prove(engine, &link, device).await
}

async fn prove(engine: &Engine, link: &Link, device: &Device) -> Result<(), Error> {
    let parts = engine.parts();
    let user = link.user_id.ok_or(Error::InvalidLink)?;
    let event = engine
        .new_event(AuditKind::EmailVerified, Actor::User, engine.now())?
        .concerning(user)
        .at_device(device);
    if !parts.store.verify_email(link, &event).await? {
        return Err(Error::InvalidLink);
    }
    parts.profiles.forget(user);
    Ok(())
}
