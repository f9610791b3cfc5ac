//! Proving who one is with a password.

use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};

use super::{Device, Grant, SignInWay, known_device::Browser, tries::Try};
use crate::{
    Engine, Error,
    account::{Identifier, User},
    error::{Field, FieldError},
    measure::SignInResult,
    password::{Password, hashing::Comparison},
    session::Proof,
    store::StoreError,
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
    /// What the browser holds in the cookie by which it is known again.
    pub device_key: Option<SecretString>,
    /// The refresh token that came along: its session ends when the new one begins.
    pub replaces: Option<SecretString>,
    /// Whether the browser is to keep the session when it is closed.
    pub remember: bool,
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
    let found = find(engine, &identifier).await?;
    let account = found.as_ref().map(|user| user.id);
    let browser = Browser::of(engine, sign_in.device_key.as_ref(), account).await?;
    let this_try = Try::begin(engine, &identifier, &browser, &sign_in.device).await?;
    let user = match prove(engine, found, &sign_in).await? {
        Ok(user) => user,
        Err(reason) => {
            this_try.failed(engine, account, &sign_in.device).await?;
            // Not before: what can't be written down has failed, and is counted as that.
            reason.count();
            return Err(Error::WrongCredentials);
        }
    };
    this_try.succeeded(engine).await?;
    let way = SignInWay {
        device: sign_in.device,
        device_key: sign_in.device_key,
        replaces: sign_in.replaces,
        remember: sign_in.remember,
    };
    engine
        .begin_session(&user, browser, &way, Proof::Password)
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
    let renewed = parts.passwords.hash_unasked(password, address).await?;
    parts
        .store
        .replace_password_hash(user.id, stored, &renewed)
        .await?;
    Ok(())
}
