//! How a session begins, whichever way its owner has proven who they are.

use secrecy::SecretString;

use super::{Device, Grant, known_device::Browser};
use crate::{
    Engine, Error,
    account::{User, UserId},
    audit::{Actor, AuditEvent, AuditKind},
    clock::Timestamp,
    letter::{LetterDetail, Occasion},
    measure::SignInResult,
    session::{EndReason, Outcome, Proof, Remembered},
    store::{NewLetter, NewSession, Surplus},
};

/// From where somebody signs in, and how the session is to be.
#[derive(Clone, Debug)]
pub struct SignInWay {
    /// Where they are.
    pub device: Device,
    /// What the browser holds in the cookie by which it is known again.
    pub device_key: Option<SecretString>,
    /// The refresh token that came along: its session ends when the new one begins.
    pub replaces: Option<SecretString>,
    /// Whether the browser is to keep the session when it is closed.
    pub remember: bool,
}

impl Engine {
    /// Begins a session of `user`, in the place of the one that the browser was in. Their oldest ends where they have more than a user may have;
    /// where the browser was never seen before and others were, they are told by a letter.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`] or [`Error::InvalidLink`], when what proved who they are is void by now.
    pub(super) async fn begin_session(
        &self,
        user: &User,
        browser: Browser,
        way: &SignInWay,
        proof: Proof,
    ) -> Result<Grant, Error> {
        let now = self.now();
        let session = NewSession {
            proof,
            known_device: Some(browser.row(self)?),
            ..self.new_session(user.id, &way.device, now)?
        };
        let session = self.kept(session, way.remember);
        let surplus = self.surplus(&session)?;
        let letter = if browser.is_strange() {
            self.new_device_letter(user, &session)?
        } else {
            None
        };
        let parts = self.parts();
        let version = user.security_version;
        let ended = parts
            .store
            .begin_session(&session, version, surplus.as_ref(), letter.as_ref())
            .await?
            .ok_or_else(|| outdated(proof))?;
        for session in ended {
            parts.revocations.end_session(session, now);
        }
        if letter.is_some() {
            self.posted();
        }
        let grant = self.enter(user, &session, way.replaces.as_ref()).await?;
        Ok(Grant {
            device_key: browser.key_to_hand_out(),
            last_sign_in: self.last_sign_in(user.id, session.id, now).await?,
            ..grant
        })
    }

    /// What a session of `user` begins with that was begun by a password, and that the browser keeps.
    pub(super) fn new_session<'a>(
        &self,
        user: UserId,
        device: &'a Device,
        now: Timestamp,
    ) -> Result<NewSession<'a>, Error> {
        let settings = &self.parts().settings;
        let id = self.new_session_id(now)?;
        let absolute_expires_at = now.plus(settings.refresh_absolute_lifetime);
        Ok(NewSession {
            id,
            user,
            now,
            expires_at: now
                .plus(settings.refresh_idle_lifetime)
                .min(absolute_expires_at),
            absolute_expires_at,
            proof: Proof::Password,
            remembered: Remembered::from(true),
            known_device: None,
            device,
            event: self
                .new_event(AuditKind::SignedIn, Actor::User, now)?
                .concerning(user)
                .in_session(id)
                .at_device(device),
        })
    }

    /// The same session, as the browser is to keep it. One that it does not keep has a short life whether it is used or not: a browser that
    /// is never closed must not make it a long one.
    pub(super) fn kept<'a>(&self, session: NewSession<'a>, remember: bool) -> NewSession<'a> {
        if remember {
            return session;
        }
        let end = session
            .now
            .plus(self.parts().settings.unremembered_lifetime);
        NewSession {
            remembered: Remembered::from(false),
            expires_at: session.expires_at.min(end),
            absolute_expires_at: session.absolute_expires_at.min(end),
            ..session
        }
    }

    /// Lets `user` into a session that has begun, and ends the one that the browser was in.
    pub(super) async fn enter(
        &self,
        user: &User,
        session: &NewSession<'_>,
        replaces: Option<&SecretString>,
    ) -> Result<Grant, Error> {
        if let Some(token) = replaces {
            let event = self
                .new_event(AuditKind::SessionReplaced, Actor::User, session.now)?
                .at_device(session.device);
            self.end_session_of(token, EndReason::Replaced, event)
                .await?;
        }
        self.grant(user, &session.begun(), Outcome::SignedIn, session.now)
            .await
    }

    /// Ends the session of a refresh token of whatever generation; what is no refresh token of ours is left alone. Answers whether it is one.
    pub(super) async fn end_session_of(
        &self,
        token: &SecretString,
        reason: EndReason,
        event: AuditEvent<'_>,
    ) -> Result<bool, Error> {
        let parts = self.parts();
        let Ok(token) = self.verified(&parts.keys.refresh, token, event.at).await else {
            return Ok(false);
        };
        self.end_session(token.session(), token.user(), reason, event)
            .await?;
        Ok(true)
    }

    /// What becomes of the user's oldest sessions. Nothing, where a user may have any number.
    fn surplus(&self, session: &NewSession<'_>) -> Result<Option<Surplus<'static>>, Error> {
        let most = self.parts().settings.sessions_per_user;
        if most == 0 {
            return Ok(None);
        }
        let event = self
            .new_event(AuditKind::SessionsEnded, Actor::System, session.now)?
            .concerning(session.user)
            .with_detail(format!("reason={}", EndReason::TooMany.as_str()));
        Ok(Some(Surplus { most, event }))
    }

    /// Tells the owner of an account that somebody signed in from a browser that was not seen before.
    fn new_device_letter(
        &self,
        user: &User,
        session: &NewSession<'_>,
    ) -> Result<Option<NewLetter>, Error> {
        let detail = LetterDetail {
            session: Some(session.id.to_string()),
            ..LetterDetail::at(session.device)
        };
        self.new_letter(
            Occasion::NewDevice,
            Some(user.id),
            &user.email,
            detail,
            session.now,
        )
    }
}

/// The refusal of one whose proof was good when it was judged, and was made void before the session began.
fn outdated(proof: Proof) -> Error {
    match proof {
        Proof::Password => {
            SignInResult::WrongPassword.count();
            Error::WrongCredentials
        }
        Proof::Letter => Error::InvalidLink,
    }
}
