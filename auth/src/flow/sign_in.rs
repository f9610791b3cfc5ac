//! Proving who one is with a password.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};

use super::{Device, Grant, grant::PASSWORD_ALONE};
use crate::{
    Engine, Error,
    account::{Identifier, User, UserId},
    audit::{Actor, AuditEvent, AuditKind},
    clock::Timestamp,
    error::{Field, FieldError},
    measure::SignInResult,
    password::{Password, hashing::Comparison},
    session::{EndReason, Outcome},
    store::{NewSession, StoreError},
    throttle::ThrottleSettings,
};

/// What a person typed to sign in.
#[derive(Debug)]
pub struct SignIn {
    /// The username or the email address, as typed.
    pub identifier: String,
    /// The password, as typed.
    pub password: SecretString,
    /// Where it was typed.
    pub device: Device,
    /// The refresh token that came along: its session ends when the new one begins.
    pub replaces: Option<SecretString>,
}

/// Begins a session for who knows the password.
///
/// An unknown user, a disabled one, one without a password and a wrong password cost the same one hash and get the same answer (OWASP
/// Authentication Cheat Sheet, "Authentication and Error Messages").
///
/// # Errors
/// [`Error::WrongCredentials`]; [`Error::TooManyTries`] when wrong passwords came too fast; [`Error::Busy`] when too many wait to be
/// checked; [`Error::Invalid`] when a field was left empty.
pub async fn sign_in(engine: &Engine, sign_in: SignIn) -> Result<Grant, Error> {
    let answer = try_sign_in(engine, sign_in).await;
    if let Some(result) = SignInResult::of(&answer) {
        result.count();
    }
    answer
}

async fn try_sign_in(engine: &Engine, sign_in: SignIn) -> Result<Grant, Error> {
    refuse_empty(&sign_in)?;
    let identifier = Identifier::parse(&sign_in.identifier);
    let counted_under = engine.parts().identifier_key.name(&identifier);
    let before = refuse_too_soon(engine, &counted_under).await?;
    let found = find(engine, &identifier).await?;
    let account = found.as_ref().map(|user| user.id);
    let user = match prove(engine, found, &sign_in).await? {
        Ok(user) => user,
        Err(reason) => {
            note_failure(engine, &counted_under, before, account, &sign_in.device).await?;
            // Not before: what can't be written down has failed, and is counted as that.
            reason.count();
            return Err(Error::WrongCredentials);
        }
    };
    if before != Before::Nothing {
        engine
            .parts()
            .store
            .forget_sign_in_failures(&counted_under)
            .await?;
    }
    engine
        .begin_session(&user, &sign_in.device, sign_in.replaces.as_ref())
        .await
}

fn refuse_empty(sign_in: &SignIn) -> Result<(), Error> {
    let identifier = sign_in.identifier.trim().is_empty();
    let password = sign_in.password.expose_secret().is_empty();
    if !identifier && !password {
        return Ok(());
    }
    let identifier = identifier
        .then(|| FieldError::new(Field::Username, "Enter your username or email address"));
    let password = password.then(|| FieldError::new(Field::Password, "Enter your password"));
    Err(Error::Invalid(
        identifier.into_iter().chain(password).collect(),
    ))
}

/// What is written down of wrong passwords before this try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing.
    Nothing,
    /// Some, and none that slows this one.
    Some,
    /// So many that this try was counted ahead of its answer.
    Counted,
}

/// Refuses a try that comes too soon after wrong ones, before anything is hashed. Once there is a delay, one try is let through at its end,
/// however many come at once.
async fn refuse_too_soon(engine: &Engine, counted_under: &[u8]) -> Result<Before, Error> {
    let parts = engine.parts();
    let Some(failures) = parts.store.sign_in_failures(counted_under).await? else {
        return Ok(Before::Nothing);
    };
    let now = engine.now();
    let delay = parts.settings.throttle.delay(failures.failures);
    // What lies further ahead than anybody is made to wait was written before the clock was put back: it makes nobody wait until then.
    let ahead = failures.last_failure_at.since(now);
    let waited = if ahead > parts.settings.throttle.longest_delay {
        delay
    } else {
        now.since(failures.last_failure_at)
    };
    if delay.is_zero() || waited >= ThrottleSettings::FORGOTTEN_AFTER {
        return Ok(Before::Some);
    }
    if waited < delay {
        return Err(Error::TooManyTries {
            retry_after: delay.saturating_sub(waited),
        });
    }
    if parts
        .store
        .count_sign_in_try(counted_under, failures, now)
        .await?
    {
        Ok(Before::Counted)
    } else {
        Err(Error::TooManyTries { retry_after: delay })
    }
}

/// Counts a wrong try, unless it was counted ahead, and writes it down: by the same statements whether there is such an account or not.
async fn note_failure(
    engine: &Engine,
    counted_under: &[u8],
    before: Before,
    account: Option<UserId>,
    device: &Device,
) -> Result<(), Error> {
    let store = &engine.parts().store;
    let now = engine.now();
    let event = engine
        .new_event(AuditKind::SignInFailed, Actor::Anonymous, now)?
        .at_device(device);
    let event = AuditEvent {
        user: account,
        ..event
    };
    if before == Before::Counted {
        store.add_audit_event(&event).await?;
    } else {
        let forgotten = now.minus(ThrottleSettings::FORGOTTEN_AFTER);
        store
            .count_sign_in_failure(counted_under, forgotten, &event)
            .await?;
    }
    Ok(())
}

async fn find(engine: &Engine, identifier: &Identifier) -> Result<Option<User>, StoreError> {
    let store = &engine.parts().store;
    match identifier {
        Identifier::Username(username) => store.user_by_username(username).await,
        Identifier::Email(email) => store.user_by_email(email).await,
        Identifier::Neither(_) => Ok(None),
    }
}

/// Compares the password, with a decoy where there is nothing to compare it with. Answers the user if it is theirs and they may sign in, else
/// why not.
async fn prove(
    engine: &Engine,
    found: Option<User>,
    sign_in: &SignIn,
) -> Result<Result<User, SignInResult>, Error> {
    let passwords = &engine.parts().passwords;
    let address = sign_in.device.address;
    let typed = Password::typed(&sign_in.password);
    let stored = found
        .as_ref()
        .filter(|_| typed.is_some())
        .and_then(|user| user.password_hash.as_ref());
    let Some(compared) = typed.or_else(|| Password::typed(&"too long to be anyone's".into()))
    else {
        return Ok(Err(SignInResult::WrongPassword));
    };
    let comparison = passwords.compare(&compared, stored, address).await?;
    let Some(user) = &found else {
        return Ok(Err(SignInResult::UnknownUser));
    };
    let Some(stored) = stored.filter(|_| comparison != Comparison::Different) else {
        return Ok(Err(SignInResult::WrongPassword));
    };
    if user.disabled_at.is_some() {
        return Ok(Err(SignInResult::Disabled));
    }
    if comparison == Comparison::SameButOutdated
        && let Err(error) = renew_hash(engine, user, stored, &compared, address).await
    {
        tracing::warn!(user = %user.id, %error, "an outdated password hash could not be made anew; the next sign-in tries again");
    }
    Ok(found.ok_or(SignInResult::UnknownUser))
}

/// Hashes a password that was proved with today's parameters.
async fn renew_hash(
    engine: &Engine,
    user: &User,
    stored: &SecretString,
    password: &Password,
    address: Option<IpAddr>,
) -> Result<(), Error> {
    let parts = engine.parts();
    let renewed = parts.passwords.hash(password, address).await?;
    parts
        .store
        .replace_password_hash(user.id, stored, &renewed)
        .await?;
    Ok(())
}

impl Engine {
    /// Begins a session of `user`, in the place of the one that the browser was in.
    async fn begin_session(
        &self,
        user: &User,
        device: &Device,
        replaces: Option<&SecretString>,
    ) -> Result<Grant, Error> {
        let session = self.new_session(user.id, device, self.now())?;
        self.parts().store.add_session(&session).await?;
        self.enter(user, &session, replaces).await
    }

    /// What a session of `user` begins with.
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
            amr: PASSWORD_ALONE,
            device,
            event: self
                .new_event(AuditKind::SignedIn, Actor::User, now)?
                .concerning(user)
                .in_session(id)
                .at_device(device),
        })
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
}
