//! Another password in the place of the one that is known.

use secrecy::SecretString;

use super::{Authenticated, Device, Grant, reauthenticate::own_account};
use crate::{
    Engine, Error,
    account::User,
    audit::{Actor, AuditKind},
    error::Field,
    letter::{LetterDetail, Occasion},
    password::Password,
    session::Outcome,
    store::PasswordChange,
};

/// Gives a user another password (OWASP ASVS 5.0, 6.2.3 and 7.4.3). All their sessions end; this browser goes on in a new one, which it keeps as it
/// kept the former. The owner is told by a letter.
///
/// # Errors
/// [`Error::Invalid`], when the current password is not theirs or the new one can't be taken; [`Error::TooManyTries`] when wrong ones came too
/// fast; [`Error::InvalidToken`] when the session has ended.
pub async fn change_password(
    engine: &Engine,
    who: &Authenticated,
    current: &SecretString,
    new: &SecretString,
    device: &Device,
) -> Result<Grant, Error> {
    let parts = engine.parts();
    let user = own_account(engine, who, current, Field::CurrentPassword, device).await?;
    let password = another(engine, &user, current, new)?;
    let old_session = parts.store.session(who.session()).await?;
    let old_session = old_session.ok_or(Error::InvalidToken)?;
    let old_hash = user.password_hash.as_ref().ok_or(Error::InvalidToken)?;
    let new_hash = engine
        .hash_new_password(&password, Field::NewPassword, device.address)
        .await?;
    let now = engine.now();
    let session = engine.kept(
        engine.new_session(user.id, device, now)?,
        old_session.remembered.is_so(),
    );
    let event = engine
        .new_event(AuditKind::PasswordChanged, Actor::User, now)?
        .concerning(user.id)
        .in_session(session.id)
        .at_device(device);
    let letter = engine.new_letter(
        Occasion::PasswordChanged,
        Some(user.id),
        &user.email,
        LetterDetail::at(device),
        now,
    )?;
    let change = PasswordChange {
        from: who.session(),
        old_hash,
        new_hash: &new_hash,
        session: &session,
        letter: letter.as_ref(),
        event: &event,
    };
    let version = parts.store.change_password(&change).await?;
    // Nothing: the session has ended, or the password is another by now.
    let version = version.ok_or(Error::InvalidToken)?;
    parts.revocations.raise_version(user.id, version, now);
    engine.posted();
    let user = User {
        security_version: version,
        ..user
    };
    engine
        .grant(&user, &session.begun(), Outcome::SignedIn, now)
        .await
}

/// Reads the new password, which must be another.
fn another(
    engine: &Engine,
    user: &User,
    current: &SecretString,
    new: &SecretString,
) -> Result<Password, Error> {
    let password = engine.new_password(new, Field::NewPassword, &user.username, &user.email)?;
    if Password::typed(current).is_some_and(|current| current.is(&password)) {
        return Err(Error::of(
            Field::NewPassword,
            "This is the password that you have. Choose another",
        ));
    }
    Ok(password)
}
