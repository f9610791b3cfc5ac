//! Making an account, and signing in to it.

use std::net::IpAddr;

use secrecy::SecretString;

use super::{Device, Grant};
use crate::{
    Engine, Error,
    account::{EmailAddress, User, UserId, Username},
    audit::{Actor, AuditEvent, AuditKind},
    error::{Field, FieldError},
    letter::{LetterDetail, Occasion},
    measure::SignUpResult,
    password::Password,
    store::{NewLetter, NewSession, NewUser, Taken},
};

/// What a person typed to get an account.
#[derive(Debug)]
pub struct SignUp {
    /// The username, as typed.
    pub username: String,
    /// The email address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// Where it was typed.
    pub device: Device,
    /// The refresh token that came along: its session ends when the new one begins.
    pub replaces: Option<SecretString>,
}

/// Makes an account and begins its first session.
///
/// # Errors
/// [`Error::Invalid`] names each field that can't be taken, a username or email address that somebody has among them; [`Error::Busy`] when
/// too many passwords wait to be hashed.
pub async fn sign_up(engine: &Engine, sign_up: SignUp) -> Result<Grant, Error> {
    let answer = try_sign_up(engine, sign_up).await;
    SignUpResult::of(&answer).count();
    answer
}

async fn try_sign_up(engine: &Engine, sign_up: SignUp) -> Result<Grant, Error> {
    let SignUp {
        username,
        email,
        password,
        device,
        replaces,
    } = sign_up;
    let fields = AccountFields {
        username,
        email,
        password,
    };
    let account = prepare(engine, &fields, device.address).await?;
    let now = engine.now();
    let id = engine.new_user_id(now)?;
    let event = engine
        .new_event(AuditKind::SignedUp, Actor::User, now)?
        .at_device(&device);
    let session = engine.new_session(id, &device, now)?;
    let letter = engine.new_letter(
        Occasion::VerifyEmail,
        Some(id),
        account.email.as_str(),
        LetterDetail::at(&device),
        now,
    )?;
    let user = account
        .add(engine, id, event, Some(&session), letter.as_ref())
        .await?;
    engine.enter(&user, &session, replaces.as_ref()).await
}

/// What an account is made of, as typed.
pub(super) struct AccountFields {
    pub(super) username: String,
    pub(super) email: String,
    pub(super) password: SecretString,
}

/// An account that may be made, unless somebody is quicker.
pub(super) struct PreparedAccount {
    username: Username,
    email: EmailAddress,
    password_hash: SecretString,
}

/// Reads what was typed, sees whether it is free, and hashes the password, in the queue of whoever typed it at `address`.
pub(super) async fn prepare(
    engine: &Engine,
    fields: &AccountFields,
    address: Option<IpAddr>,
) -> Result<PreparedAccount, Error> {
    let (username, email, password) = parse(engine, fields)?;
    let parts = engine.parts();
    refuse_taken(parts.store.taken(&username, &email).await?)?;
    let password_hash = parts.passwords.hash(&password, address).await?;
    Ok(PreparedAccount {
        username,
        email,
        password_hash,
    })
}

impl PreparedAccount {
    /// Adds the account under an id, with its first session and a letter to its owner if there are, and writes that down as `event`: all of it
    /// or nothing.
    pub(super) async fn add(
        self,
        engine: &Engine,
        id: UserId,
        event: AuditEvent<'_>,
        session: Option<&NewSession<'_>>,
        letter: Option<&NewLetter>,
    ) -> Result<User, Error> {
        let store = &engine.parts().store;
        let new = NewUser {
            id,
            username: &self.username,
            email: &self.email,
            password_hash: &self.password_hash,
            created_at: event.at,
        };
        let event = event.concerning(id);
        if !store.add_user(&new, &event, session, letter).await? {
            refuse_taken(store.taken(&self.username, &self.email).await?)?;
        }
        engine.posted();
        store
            .user(id)
            .await?
            .ok_or_else(|| refused_username("This username is taken"))
    }
}

/// Reads all three fields, so that all that is wrong is told at once.
fn parse(
    engine: &Engine,
    typed: &AccountFields,
) -> Result<(Username, EmailAddress, Password), Error> {
    let username =
        Username::parse(&typed.username).map_err(|error| FieldError::new(Field::Username, error));
    let email =
        EmailAddress::parse(&typed.email).map_err(|error| FieldError::new(Field::Email, error));
    let password = Password::new(
        &typed.password,
        engine.password_policy(),
        &typed.username,
        &typed.email,
    )
    .map_err(|error| FieldError::new(Field::Password, error));
    match (username, email, password) {
        (Ok(username), Ok(email), Ok(password)) => Ok((username, email, password)),
        (username, email, password) => Err(Error::Invalid(
            [username.err(), email.err(), password.err()]
                .into_iter()
                .flatten()
                .collect(),
        )),
    }
}

fn refuse_taken(taken: Taken) -> Result<(), Error> {
    if !taken.any() {
        return Ok(());
    }
    let username = taken
        .username
        .then(|| FieldError::new(Field::Username, "This username is taken"));
    let email = taken.email.then(|| {
        FieldError::new(
            Field::Email,
            "There is an account with this address already",
        )
    });
    Err(Error::Invalid(username.into_iter().chain(email).collect()))
}

fn refused_username(reason: &str) -> Error {
    Error::Invalid(vec![FieldError::new(Field::Username, reason)])
}
