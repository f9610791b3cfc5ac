//! Proving who one is with a password.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};

use super::{Device, Grant, grant::PASSWORD};
use crate::{
    Engine, Error,
    account::{Identifier, User},
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
    let Some(user) = prove(engine, found, &sign_in).await? else {
        if before != Before::Counted {
            count_failure(engine, &counted_under).await?;
        }
        return Err(Error::WrongCredentials);
    };
    if before != Before::Nothing {
        engine
            .parts()
            .store
            .forget_sign_in_failures(&counted_under)
            .await?;
    }
    engine
        .begin_session(
            &user,
            &sign_in.device,
            sign_in.replaces.as_ref(),
            Outcome::SignedIn,
        )
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

async fn count_failure(engine: &Engine, counted_under: &[u8]) -> Result<(), Error> {
    let now = engine.now();
    let forgotten = now.minus(ThrottleSettings::FORGOTTEN_AFTER);
    engine
        .parts()
        .store
        .count_sign_in_failure(counted_under, now, forgotten)
        .await?;
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

/// Compares the password, with a decoy where there is nothing to compare it with. Answers the user if it is theirs and they may sign in.
async fn prove(
    engine: &Engine,
    found: Option<User>,
    sign_in: &SignIn,
) -> Result<Option<User>, Error> {
    let passwords = &engine.parts().passwords;
    let address = sign_in.device.address;
    let typed = Password::typed(&sign_in.password);
    let stored = found
        .as_ref()
        .filter(|_| typed.is_some())
        .and_then(|user| user.password_hash.as_ref());
    let Some(compared) = typed.or_else(|| Password::typed(&"too long to be anyone's".into()))
    else {
        return Ok(None);
    };
    let comparison = passwords.compare(&compared, stored, address).await?;
    let Some(user) = &found else {
        SignInResult::UnknownUser.count();
        return Ok(None);
    };
    let Some(stored) = stored.filter(|_| comparison != Comparison::Different) else {
        SignInResult::WrongPassword.count();
        return Ok(None);
    };
    if user.disabled_at.is_some() {
        SignInResult::Disabled.count();
        return Ok(None);
    }
    if comparison == Comparison::SameButOutdated
        && let Err(error) = renew_hash(engine, user, stored, &compared, address).await
    {
        tracing::warn!(user = %user.id, %error, "an outdated password hash could not be made anew; the next sign-in tries again");
    }
    Ok(found)
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
    pub(super) async fn begin_session(
        &self,
        user: &User,
        device: &Device,
        replaces: Option<&SecretString>,
        outcome: Outcome,
    ) -> Result<Grant, Error> {
        let parts = self.parts();
        let now = self.now();
        let absolute_expires_at = now.plus(parts.settings.refresh_absolute_lifetime);
        let new = NewSession {
            id: self.new_session_id(now)?,
            user: user.id,
            now,
            expires_at: now
                .plus(parts.settings.refresh_idle_lifetime)
                .min(absolute_expires_at),
            absolute_expires_at,
            amr: &format!("[\"{PASSWORD}\"]"),
            device,
        };
        let session = parts.store.add_session(&new).await?;
        if let Some(token) = replaces {
            self.end_session_of(token, EndReason::Replaced, now).await?;
        }
        self.grant(user, &session, outcome, now).await
    }

    /// Ends the session of a refresh token of whatever generation; what is no refresh token of ours is left alone. Answers whether it is one.
    pub(super) async fn end_session_of(
        &self,
        token: &SecretString,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let parts = self.parts();
        let Ok(token) = self.verified(&parts.keys.refresh, token, now).await else {
            return Ok(false);
        };
        self.end_session(token.session(), token.user(), reason, now)
            .await?;
        Ok(true)
    }
}
