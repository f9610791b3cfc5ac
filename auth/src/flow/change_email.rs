//! Another address of email: asked for, confirmed at the new one, and taken back from the old one for a week.

use secrecy::SecretString;

use super::{
    Authenticated, Device, asking::address_in, link::found_link,
    reauthenticate::require_recent_proof,
};
use crate::{
    Engine, Error,
    account::{EmailAddress, User, UserId},
    audit::{Actor, AuditEvent, AuditKind},
    clock::Timestamp,
    error::Field,
    letter::{LetterDetail, Occasion},
    link::Purpose,
    session::SessionId,
    store::{Change, Link},
};

/// Asks for another address. It takes the place of the present one when the link of the letter that is sent there is used; whether somebody has
/// it is not told before. Where no mail is sent it does so at once, and all other sessions end.
///
/// # Errors
/// [`Error::ProofTooOld`]; [`Error::Invalid`], for what is no address or theirs already; [`Error::TooManyTries`] when letters to it, or by this user
/// to whomever, were asked for too often; [`Error::InvalidToken`], when the session has ended meanwhile.
pub async fn change_email(
    engine: &Engine,
    who: &Authenticated,
    email: &str,
    device: &Device,
) -> Result<(), Error> {
    require_recent_proof(engine, who)?;
    let email = address_in(email)?;
    let user = engine.parts().store.user(who.user()).await?;
    let user = user.ok_or(Error::InvalidToken)?;
    if user.email == email.as_str() {
        return Err(refused("This is your address already"));
    }
    let kind = if engine.sends_mail() {
        AuditKind::EmailChangeAsked
    } else {
        AuditKind::EmailChanged
    };
    let event = engine
        .new_event(kind, Actor::User, engine.now())?
        .concerning(user.id)
        .in_session(who.session())
        .at_device(device);
    if engine.sends_mail() {
        ask_to_confirm(engine, who, &user, &email, &event, device).await
    } else {
        change_at_once(engine, who, &user, &email, &event).await
    }
}

async fn ask_to_confirm(
    engine: &Engine,
    who: &Authenticated,
    user: &User,
    email: &EmailAddress,
    event: &AuditEvent<'_>,
    device: &Device,
) -> Result<(), Error> {
    let occasion = Occasion::ConfirmNewEmail;
    let may_write = match engine.may_write_to_strangers(occasion, user.id).await? {
        Ok(()) => engine.may_write(occasion, email.as_str()).await?,
        refused => refused,
    };
    if let Err(retry_after) = may_write {
        return Err(Error::TooManyTries { retry_after });
    }
    let detail = LetterDetail {
        email: Some(user.email.clone()),
        // Whoever gets it moves the account: it must not outlive what shuts out the one who asked.
        version: Some(user.security_version.as_claim()),
        // Where it was asked for one stays signed in.
        session: Some(who.session().to_string()),
        ..LetterDetail::at(device)
    };
    let letter = engine.new_letter(occasion, Some(user.id), email.as_str(), detail, event.at)?;
    if let Some(letter) = &letter {
        let store = &engine.parts().store;
        let asked = store.ask_for_new_email(user.id, who.session(), letter, event);
        asked.await?.then_some(()).ok_or(Error::InvalidToken)?;
        engine.posted();
    }
    Ok(())
}

async fn change_at_once(
    engine: &Engine,
    who: &Authenticated,
    user: &User,
    email: &EmailAddress,
    event: &AuditEvent<'_>,
) -> Result<(), Error> {
    let store = &engine.parts().store;
    let change = store.change_email(user.id, who.session(), email, event);
    match change.await? {
        Change::Made(ended) => {
            changed(engine, user.id, &ended, event.at);
            Ok(())
        }
        Change::Taken => Err(refused("There is an account with this address already")),
        Change::SignedOut => Err(Error::InvalidToken),
    }
}

/// What this process holds of the account is not so any more.
fn changed(engine: &Engine, user: UserId, ended: &[SessionId], at: Timestamp) {
    let parts = engine.parts();
    for session in ended {
        parts.revocations.end_session(*session, at);
    }
    parts.profiles.forget(user);
}

/// Takes the link of the letter to the new address, in whichever browser it was opened. All sessions end but the one in which the change was asked
/// for (OWASP ASVS 5.0, 7.4.3). The former address is told, with a link that undoes it.
///
/// # Errors
/// [`Error::InvalidLink`], also when somebody else has the address by now.
pub async fn confirm_new_email(
    engine: &Engine,
    token: &SecretString,
    device: &Device,
) -> Result<(), Error> {
    let parts = engine.parts();
    let link = found_link(engine, Purpose::ConfirmNewEmail, token).await?;
    let user = owner(engine, &link).await?;
    let now = engine.now();
    let event = engine
        .new_event(AuditKind::EmailChanged, Actor::User, now)?
        .concerning(user.id)
        .at_device(device);
    let detail = LetterDetail {
        email: Some(link.email.clone()),
        ..LetterDetail::at(device)
    };
    let letter = engine.new_letter(
        Occasion::EmailChanged,
        Some(user.id),
        &user.email,
        detail,
        now,
    )?;
    let ended = parts
        .store
        .confirm_new_email(&link, &user.email, letter.as_ref(), &event)
        .await?
        .ok_or(Error::InvalidLink)?;
    changed(engine, user.id, &ended, now);
    engine.posted();
    Ok(())
}

/// Takes the link of the letter to the former address: it is the account's again, and proven. Whoever changed it must be kept out, so all sessions
/// end, the password is taken away, and a letter with which to choose another goes to the address. What was sent to the other one since opens
/// nothing any more, and where the account was to be deleted it is kept.
///
/// # Errors
/// [`Error::InvalidLink`], also when somebody else has the address by now.
pub async fn undo_email_change(
    engine: &Engine,
    token: &SecretString,
    device: &Device,
) -> Result<(), Error> {
    let parts = engine.parts();
    let link = found_link(engine, Purpose::UndoEmailChange, token).await?;
    let user = owner(engine, &link).await?;
    let now = engine.now();
    let event = engine
        .new_event(AuditKind::EmailChangeUndone, Actor::User, now)?
        .concerning(user.id)
        .at_device(device);
    let kept = engine
        .new_event(AuditKind::DeletionCancelled, Actor::User, now)?
        .concerning(user.id)
        .at_device(device);
    let letter = engine.new_letter(
        Occasion::ResetPassword,
        Some(user.id),
        &link.email,
        LetterDetail::at(device),
        now,
    )?;
    let version = parts
        .store
        .undo_email_change(&link, letter.as_ref(), &event, &kept)
        .await?
        .ok_or(Error::InvalidLink)?;
    parts.revocations.raise_version(user.id, version, now);
    parts.profiles.forget(user.id);
    engine.posted();
    Ok(())
}

async fn owner(engine: &Engine, link: &Link) -> Result<User, Error> {
    let user = link.user_id.ok_or(Error::InvalidLink)?;
    let user = engine.parts().store.user(user).await?;
    user.ok_or(Error::InvalidLink)
}

fn refused(reason: impl std::fmt::Display) -> Error {
    Error::of(Field::Email, reason)
}
