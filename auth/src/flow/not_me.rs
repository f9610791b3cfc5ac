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
    store::{Distrust, Link, SaidBy},
};

/// Takes the link of a letter that told of something: it was somebody else's doing. The session that the letter told of ends, and those that began
/// since, which may be theirs too; or all, where it told of none or that one is over. The tokens of all are void. Somebody may know the password, so
/// it is taken away, and a letter with which to choose another is sent. No browser is known to the account any longer, and where it was to be
/// deleted it is kept.
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
    distrust(engine, user, session, SaidBy::Link(&link), device)
        .await?
        .then_some(())
        .ok_or(Error::InvalidLink)
}

/// Says the same of an event of the account's, from a session that is trusted, and goes on, but where the event is of that very one or of none.
/// Where no mail is sent the password stays, as there would be no way back in.
///
/// # Errors
/// [`Error::NotFound`], when there is no such event, or it is another's; [`Error::InvalidToken`], when the session has ended meanwhile.
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
    let by = SaidBy::Session(who.session());
    distrust(engine, who.user(), session, by, device)
        .await?
        .then_some(())
        .ok_or(Error::InvalidToken)
}

/// The link by which an address that the account had before is its address again, as long as that is possible. Whoever did what the owner did not
/// may have changed the address too: then the way back is another such letter to the former one, and no reset to the present. Of a letter it is the
/// address that got it; said in a session, the last one before the present.
async fn way_back(
    engine: &Engine,
    user: UserId,
    by: SaidBy<'_>,
    present: &str,
) -> Result<Option<Link>, Error> {
    let told_at = match by {
        SaidBy::Link(link) => Some(link.email.as_str()),
        SaidBy::Session(_) => None,
    };
    if told_at == Some(present) {
        return Ok(None);
    }
    let store = &engine.parts().store;
    let undoes = store.links(user, Purpose::UndoEmailChange).await?;
    let now = engine.now();
    Ok(undoes.into_iter().find(|undo| {
        let is_theirs = told_at.is_none_or(|address| address == undo.email);
        is_theirs && now < undo.expires_at && undo.email != present
    }))
}

/// Ends this session and those since, or all, and starts a reset. Answers false, and does nothing, if what it is said by does not stand or the user
/// may not sign in.
async fn distrust(
    engine: &Engine,
    user: UserId,
    session: Option<SessionId>,
    by: SaidBy<'_>,
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
    let detail = LetterDetail::at(device);
    let letter = match way_back(engine, user, by, &email).await? {
        Some(undo) => {
            let detail = LetterDetail {
                link_until: Some(undo.expires_at.unix_micros()),
                ..detail
            };
            let occasion = Occasion::RecoverAccount;
            engine.new_letter(occasion, Some(user), &undo.email, detail, now)?
        }
        None => engine.new_letter(Occasion::ResetPassword, Some(user), &email, detail, now)?,
    };
    let distrust = Distrust {
        user,
        since: session,
        by,
        letter: letter.as_ref(),
        event: &event,
        kept: &kept,
    };
    let Some(version) = parts.store.distrust(&distrust).await? else {
        return Ok(false);
    };
    parts.revocations.raise_version(user, version, now);
    parts.profiles.forget(user);
    engine.posted();
    Ok(true)
}
