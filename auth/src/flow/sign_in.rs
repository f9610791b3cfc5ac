//! Proving who one is with a password.

use secrecy::{ExposeSecret, SecretString};

use super::{Device, Grant, grant::PASSWORD};
use crate::{
    Engine, Error,
    account::{Identifier, User},
    clock::Timestamp,
    error::{Field, FieldError},
    password::{Password, hashing::Comparison},
    session::{EndReason, Outcome},
    store::{NewSession, StoreError},
    throttle::{self, ThrottleSettings},
    token::verify,
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
    refuse_empty(&sign_in)?;
    let identifier = Identifier::parse(&sign_in.identifier);
    let counted_under = throttle::key(&identifier);
    let failed_before = refuse_too_soon(engine, &counted_under).await?;
    let found = find(engine, &identifier).await?;
    let Some(user) = prove(engine, found, &sign_in).await? else {
        let now = engine.now();
        let forgotten = now.minus(ThrottleSettings::FORGOTTEN_AFTER);
        engine
            .parts()
            .store
            .count_sign_in_failure(&counted_under, now, forgotten)
            .await?;
        return Err(Error::WrongCredentials);
    };
    if failed_before {
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

/// Refuses a try that comes too soon after wrong ones, before anything is hashed. Answers whether there were any.
async fn refuse_too_soon(engine: &Engine, counted_under: &[u8]) -> Result<bool, Error> {
    let parts = engine.parts();
    let Some(before) = parts.store.sign_in_failures(counted_under).await? else {
        return Ok(false);
    };
    let now = engine.now();
    let delay = parts.settings.throttle.delay(before.failures);
    let waited = now.since(before.last_failure_at);
    if waited < delay && waited < ThrottleSettings::FORGOTTEN_AFTER {
        return Err(Error::TooManyTries {
            retry_after: delay.saturating_sub(waited),
        });
    }
    Ok(true)
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
    let (Some(user), Some(stored)) = (&found, stored) else {
        return Ok(None);
    };
    if comparison == Comparison::Different || user.disabled_at.is_some() {
        return Ok(None);
    }
    if comparison == Comparison::SameButOutdated {
        let renewed = passwords.hash(&compared, address).await?;
        engine
            .parts()
            .store
            .replace_password_hash(user.id, stored, &renewed)
            .await?;
    }
    Ok(found)
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

    /// Ends the session of a refresh token of whatever generation; what is no refresh token of ours is left alone.
    pub(super) async fn end_session_of(
        &self,
        token: &SecretString,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<(), Error> {
        let parts = self.parts();
        if let Ok(token) = verify(
            token.expose_secret(),
            &parts.refresh.ring,
            &parts.refresh.rules,
            now,
        ) {
            self.end_session(token.session(), token.user(), reason, now)
                .await?;
        }
        Ok(())
    }
}
