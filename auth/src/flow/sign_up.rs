//! Making an account, and signing in to it.

use std::{net::IpAddr, time::Duration};

use secrecy::SecretString;

use super::{Device, Grant, confirm_sign_up::PendingKey, known_device::Browser};
use crate::{
    Engine, Error, Verification,
    account::{EmailAddress, User, UserId, Username},
    audit::{Actor, AuditEvent, AuditKind},
    error::{Field, FieldError},
    letter::{LetterDetail, Occasion},
    measure::SignUpResult,
    password::Password,
    store::{NewLetter, NewPendingSignUp, NewSession, NewUser, Taken},
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
    /// What the browser holds in the cookie by which it is known again.
    pub device_key: Option<SecretString>,
    /// The refresh token that came along: its session ends when the new one begins.
    pub replaces: Option<SecretString>,
    /// Whether the browser is to keep the session when it is closed.
    pub remember: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum SignedUp {
    /// The account is made, and its first session has begun.
    In(Box<Grant>),
    /// A letter is on its way, whether there is an account of the address or not; what to do further stands in it.
    Asked {
        /// What the browser is to hold in a cookie until then, so that the password need not be typed again.
        browser_key: SecretString,
    },
}

impl SignedUp {
    /// The first session, if it has begun.
    pub fn granted(self) -> Option<Grant> {
        match self {
            Self::In(grant) => Some(*grant),
            Self::Asked { .. } => None,
        }
    }
}

/// Makes an account and begins its first session; or, where the settings ask that the address is proven first, sends a letter.
///
/// # Errors
/// [`Error::Invalid`] names each field that can't be taken, a username or email address that somebody has among them unless the address is to be
/// proven first; [`Error::Busy`] when too many passwords wait to be hashed; [`Error::NoMail`] where the address is to be proven and no mail is
/// sent.
pub async fn sign_up(engine: &Engine, sign_up: SignUp) -> Result<SignedUp, Error> {
    let answer = match engine.parts().settings.verification {
        Verification::Optional => try_sign_up(engine, sign_up)
            .await
            .map(|grant| SignedUp::In(Box::new(grant))),
        Verification::Required => ask(engine, sign_up).await,
    };
    SignUpResult::of(&answer).count();
    answer
}

async fn try_sign_up(engine: &Engine, sign_up: SignUp) -> Result<Grant, Error> {
    let SignUp {
        username,
        email,
        password,
        device,
        device_key,
        replaces,
        remember,
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
    let browser = Browser::of_new_account(engine, device_key.as_ref(), id)?;
    let session = NewSession {
        known_device: Some(browser.row(engine)?),
        ..engine.new_session(id, &device, now)?
    };
    let session = engine.kept(session, remember);
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
    let grant = engine.enter(&user, &session, replaces.as_ref()).await?;
    Ok(Grant {
        device_key: browser.key_to_hand_out(),
        ..grant
    })
}

/// How long who asked for an account is remembered: longer than a letter is tried to be delivered, and its link is good.
const PENDING: Duration = Duration::from_hours(4 * 24);

/// Sends a letter to the address: a link by which the account is made, or word to the owner of the account that there is already. What is done
/// and answered is the same, and costs the same hash. A letter that was asked for too often is not sent, which is not told either: by the one
/// that was sent before, the browser gets the account as it was typed there last.
async fn ask(engine: &Engine, sign_up: SignUp) -> Result<SignedUp, Error> {
    let SignUp {
        username,
        email,
        password,
        device,
        ..
    } = sign_up;
    let fields = AccountFields {
        username,
        email,
        password,
    };
    let (username, email, password) = parse(engine, &fields)?;
    if !engine.sends_mail() {
        return Err(Error::NoMail);
    }
    let parts = engine.parts();
    let owner = parts.store.user_by_email(&email).await?;
    let password_hash = engine
        .hash_new_password(&password, Field::Password, device.address)
        .await?;
    let may_write = engine
        .may_write(Occasion::ConfirmSignUp, email.as_str())
        .await?
        .is_ok();
    let now = engine.now();
    let browser_key = PendingKey::new(engine, now)?;
    let event = AuditEvent {
        user: owner.as_ref().map(|user| user.id),
        ..engine
            .new_event(AuditKind::SignUpAsked, Actor::Anonymous, now)?
            .at_device(&device)
    };
    let (occasion, pending) = match &owner {
        Some(_) => (Occasion::AddressTaken, None),
        None => (
            Occasion::ConfirmSignUp,
            Some(browser_key.pending().to_string()),
        ),
    };
    let detail = LetterDetail {
        username: Some(username.as_str().to_owned()).filter(|_| owner.is_none()),
        pending,
        ..LetterDetail::at(&device)
    };
    let letter = engine
        .new_letter(occasion, None, email.as_str(), detail, now)?
        .filter(|_| may_write);
    let browser_hash = browser_key.hash();
    let new = NewPendingSignUp {
        id: browser_key.pending(),
        username: &username,
        email: &email,
        password_hash: &password_hash,
        browser_hash: &browser_hash,
        expires_at: now.plus(PENDING),
    };
    parts
        .store
        .ask_for_account(&new, letter.as_ref(), &event)
        .await?;
    engine.posted();
    Ok(SignedUp::Asked {
        browser_key: browser_key.into_text(),
    })
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
    refuse_taken(engine.parts().store.taken(&username, &email).await?)?;
    let password_hash = engine
        .hash_new_password(&password, Field::Password, address)
        .await?;
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
    Error::of(Field::Username, reason)
}
