//! "It wasn't me": what a user does about what somebody else did to their account.

use secrecy::SecretString;
use uuid::Uuid;

use super::{Authenticated, Device, link::found_link};
use crate::{
    Engine, Error,
    account::{User, UserId},
    audit::{Actor, AuditKind},
    letter::{LetterDetail, Occasion},
    link::Purpose,
    session::SessionId,
    store::{Distrust, Link},
};

/// Takes the link of a letter that told of something: it was somebody else's doing. The session that the letter told of ends, or all, where there is
/// none or it is over: whoever it was may have another. The tokens of all are void. Somebody may know the password, so it is taken away, and a letter with which to choose another is sent. No browser is known to the
/// account any longer, and where it was to be deleted it is kept.
///
/// # Errors
/// [`Error::InvalidLink`].
pub async fn it_was_not_me(
    engine: &Engine,
    token: &SecretString,
    device: &Device,
) -> Result<(), Error> {
    let link = found_link(engine, Purpose::NotMe, token).await?;
    let user = link.user_id.ok_or(Error::InvalidLink)?;
    let session = link.session_id.map(SessionId::from);
    distrust(engine, user, session, Some(&link), device)
        .await?
        .then_some(())
        .ok_or(Error::InvalidLink)
}

/// Says the same of an event of the account's, from a session that is trusted: the session of the event ends, or all, where that is over or the very
/// one of who asks. Where no mail is sent the password stays, as there would be no way back in.
///
/// # Errors
/// [`Error::NotFound`], when there is no such event, or it is another's.
pub async fn distrust_event(
    engine: &Engine,
    who: &Authenticated,
    event_id: &str,
    device: &Device,
) -> Result<(), Error> {
    let id = Uuid::try_parse(event_id).map_err(|_| Error::NotFound)?;
    let store = &engine.parts().store;
    let session = store.session_of_event(who.user(), id).await?;
    let session = session.ok_or(Error::NotFound)?;
    let session = session.filter(|session| *session != who.session());
    distrust(engine, who.user(), session, None, device)
        .await?
        .then_some(())
        .ok_or(Error::InvalidToken)
}

/// The address that the account had before, if it was changed of late or since the letter whose link this is. Whoever did what the owner did not
/// may have done that too: so the way back goes there, and no reset to the present address.
async fn former_address(
    engine: &Engine,
    user: UserId,
    link: Option<&Link>,
    present: &str,
) -> Result<Option<String>, Error> {
    if let Some(link) = link.filter(|link| link.email != present) {
        return Ok(Some(link.email.clone()));
    }
    let store = &engine.parts().store;
    let undo = store.newest_link(user, Purpose::UndoEmailChange).await?;
    let now = engine.now();
    Ok(undo
        .filter(|undo| now < undo.expires_at && undo.email != present)
        .map(|undo| undo.email))
}

/// Ends this session, or all, and starts a reset. Answers false, and does nothing, if the link does not stand or the user may not sign in.
async fn distrust(
    engine: &Engine,
    user: UserId,
    session: Option<SessionId>,
    link: Option<&Link>,
    device: &Device,
) -> Result<bool, Error> {
    let parts = engine.parts();
    let Some(User { email, .. }) = parts.store.user(user).await? else {
        return Ok(false);
    };
    let now = engine.now();
    let mut event = engine
        .new_event(AuditKind::NotMe, Actor::User, now)?
        .concerning(user)
        .at_device(device);
    event.session = session;
    let kept = engine
        .new_event(AuditKind::DeletionCancelled, Actor::User, now)?
        .concerning(user)
        .at_device(device);
    let letter = match former_address(engine, user, link, &email).await? {
        Some(former) => {
            let detail = LetterDetail {
                email: Some(email),
                ..LetterDetail::at(device)
            };
            engine.new_letter(Occasion::EmailChanged, Some(user), &former, detail, now)?
        }
        None => engine.new_letter(
            Occasion::ResetPassword,
            Some(user),
            &email,
            LetterDetail::at(device),
            now,
        )?,
    };
    let distrust = Distrust {
        user,
        session,
        link,
        letter: letter.as_ref(),
        event: &event,
        kept: &kept,
    };
    let Some(version) = parts.store.distrust(&distrust).await? else {
        return Ok(false);
    };
    parts.revocations.raise_version(user, version, now);
    parts.profiles.forget(user);
    if let Some(session) = session {
        parts.revocations.end_session(session, now);
    }
    engine.posted();
    Ok(true)
}
