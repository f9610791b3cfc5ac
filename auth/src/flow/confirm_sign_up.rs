//! Making the account that somebody has asked for, once they have proven that the address is theirs.
//!
//! The link or the code alone does not do: whoever gets the letter may not be who asked, and would be given an account whose password another
//! has chosen. So the browser that asked is needed too, by what it holds in a cookie, or else the password.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::{Grant, SignInWay, known_device::Browser, link::found_link, tries::Try, typed_code};
use crate::{
    Engine, Error,
    account::Username,
    audit::{Actor, AuditKind},
    clock::Timestamp,
    error::Field,
    link::{Purpose, token_hash},
    measure::SignUpResult,
    random::{bytes, id},
    session::Proof,
    store::{Confirmation, Confirmed, Link, NewSession, PendingSignUp},
};

/// What somebody has from the letter.
#[derive(Debug)]
pub enum FromLetter {
    /// The token of its link.
    Link(SecretString),
    /// Its code, typed in the browser that asked.
    Code(String),
}

/// Somebody who proves that the address is theirs.
#[derive(Debug)]
pub struct ConfirmSignUp {
    /// What they have from the letter.
    pub letter: FromLetter,
    /// What the browser that asked holds in its cookie.
    pub browser_key: Option<SecretString>,
    /// The password that they chose, typed again in another browser.
    pub password: Option<SecretString>,
    /// Another name, if somebody has the first by now.
    pub username: Option<String>,
    /// From where, and how the session is to be.
    pub way: SignInWay,
}

/// What the browser that asked holds until the account is made: the id of what waits, and 256 bits by chance.
pub(super) struct PendingKey {
    pending: Uuid,
    text: SecretString,
}

impl PendingKey {
    const ID_LENGTH: usize = 16;

    pub(super) fn new(engine: &Engine, now: Timestamp) -> Result<Self, Error> {
        let randomness = &*engine.parts().randomness;
        let pending = id(now, randomness)?;
        let whole = [pending.as_bytes().as_slice(), &bytes::<32>(randomness)?].concat();
        Ok(Self {
            pending,
            text: URL_SAFE_NO_PAD.encode(whole).into(),
        })
    }

    /// Reads what a browser has sent.
    fn read(text: &SecretString) -> Option<Self> {
        let whole = URL_SAFE_NO_PAD.decode(text.expose_secret()).ok()?;
        let (id, _) = whole.split_at_checked(Self::ID_LENGTH)?;
        Some(Self {
            pending: Uuid::from_slice(id).ok()?,
            text: text.clone(),
        })
    }

    /// What waits.
    pub(super) fn pending(&self) -> Uuid {
        self.pending
    }

    /// Whether its browser is the one in which this was typed.
    fn is_of(&self, pending: &PendingSignUp) -> bool {
        let hash = pending.browser_hash.as_ref();
        hash.is_some_and(|hash| verify_slices_are_equal(&self.hash(), hash).is_ok())
    }

    /// What is kept of it.
    pub(super) fn hash(&self) -> Vec<u8> {
        token_hash(&self.text)
    }

    pub(super) fn into_text(self) -> SecretString {
        self.text
    }
}

/// Makes the account and begins its first session.
///
/// # Errors
/// [`Error::InvalidLink`], when the link was used or is too old, or somebody has the address by now; [`Error::WrongCode`];
/// [`Error::Invalid`] on [`Field::Password`] where the browser is not the one that asked and the password is missing or another, on
/// [`Field::Username`] where somebody has the name by now; [`Error::TooManyTries`] when wrong passwords or codes came too fast.
pub async fn confirm_sign_up(engine: &Engine, confirm: ConfirmSignUp) -> Result<Grant, Error> {
    let answer = try_confirm(engine, confirm).await;
    SignUpResult::of_confirmed(&answer).count();
    answer
}

async fn try_confirm(engine: &Engine, confirm: ConfirmSignUp) -> Result<Grant, Error> {
    let ConfirmSignUp {
        letter,
        browser_key,
        password,
        username,
        way,
    } = confirm;
    let key = browser_key.as_ref().and_then(PendingKey::read);
    let link = match &letter {
        FromLetter::Link(token) => found_link(engine, Purpose::ConfirmSignUp, token).await?,
        FromLetter::Code(code) => link_of_code(engine, key.as_ref(), code, &way).await?,
    };
    let pending = typed_here_or_first(engine, &link, key.as_ref()).await?;
    let proof = prove(engine, &pending, key.as_ref(), password.as_ref(), &way).await?;
    let typed = username.as_deref().unwrap_or(&pending.username);
    let username = Username::parse(typed).map_err(|error| Error::of(Field::Username, error))?;
    make(engine, &pending, &link, &username, proof, &way).await
}

/// What the account is made of: what was typed in this very browser, if this is one in which somebody asked for an account with the address that the
/// link proves, and else what the letter was sent for.
async fn typed_here_or_first(
    engine: &Engine,
    link: &Link,
    key: Option<&PendingKey>,
) -> Result<PendingSignUp, Error> {
    let store = &engine.parts().store;
    let asked = link.pending_id.ok_or(Error::InvalidLink)?;
    if let Some(key) = key.filter(|key| key.pending() != asked) {
        let here = store.pending_sign_up(key.pending()).await?;
        if let Some(here) = here.filter(|here| here.email == link.email && key.is_of(here)) {
            return Ok(here);
        }
    }
    let first = store.pending_sign_up(asked).await?;
    first.ok_or(Error::InvalidLink)
}

/// The link that a code stands beside, in the browser that asked. Where there is no such letter, since the address is somebody's, a code is
/// wrong like any other.
async fn link_of_code(
    engine: &Engine,
    key: Option<&PendingKey>,
    code: &str,
    way: &SignInWay,
) -> Result<Link, Error> {
    let parts = engine.parts();
    let this_try = Try::begin_from(engine, &way.device).await?;
    let pending = key.ok_or(Error::WrongCode)?.pending();
    let link = match parts.store.pending_sign_up(pending).await? {
        Some(here) => parts.store.sign_up_link(&here.email).await?,
        None => None,
    };
    let name = parts
        .identifier_key
        .of_code(link.as_ref().map(|link| link.id), &pending.to_string());
    let Some(link) = typed_code::judge(engine, &name, link, code).await? else {
        this_try.failed(engine, None, &way.device).await?;
        return Err(Error::WrongCode);
    };
    this_try.succeeded(engine).await?;
    Ok(link)
}

/// Finds out whether this is who asked: by their browser, or by the password that they chose.
async fn prove(
    engine: &Engine,
    pending: &PendingSignUp,
    key: Option<&PendingKey>,
    password: Option<&SecretString>,
    way: &SignInWay,
) -> Result<Proof, Error> {
    if key.is_some_and(|key| key.is_of(pending)) {
        return Ok(Proof::Letter);
    }
    let typed = password.filter(|password| !password.expose_secret().is_empty());
    let typed = typed.ok_or_else(|| {
        refused_password("Enter the password that you chose when you asked for the account")
    })?;
    let this_try = Try::begin_sign_up(engine, pending.id, &way.device).await?;
    let chosen = SecretString::from(pending.password_hash.clone());
    let passwords = &engine.parts().passwords;
    if !passwords
        .is_right(typed, &chosen, way.device.address)
        .await?
    {
        this_try.failed(engine, None, &way.device).await?;
        return Err(refused_password("This is not the password that was chosen"));
    }
    this_try.succeeded(engine).await?;
    Ok(Proof::Password)
}

async fn make(
    engine: &Engine,
    pending: &PendingSignUp,
    link: &Link,
    username: &Username,
    proof: Proof,
    way: &SignInWay,
) -> Result<Grant, Error> {
    let store = &engine.parts().store;
    let now = engine.now();
    let user = engine.new_user_id(now)?;
    let browser = Browser::of_new_account(engine, way.device_key.as_ref(), user)?;
    let session = NewSession {
        proof,
        known_device: Some(browser.row(engine)?),
        ..engine.new_session(user, &way.device, now)?
    };
    let session = engine.kept(session, way.remember);
    let confirmation = Confirmation {
        pending,
        link,
        user,
        username,
        session: &session,
        event: engine
            .new_event(AuditKind::SignedUp, Actor::User, now)?
            .concerning(user)
            .at_device(&way.device),
    };
    match store.confirm_sign_up(&confirmation).await? {
        Confirmed::Made => {}
        // The name can be mended, and the address can't.
        Confirmed::Taken if store.user_by_username(username).await?.is_some() => {
            return Err(Error::of(
                Field::Username,
                "Somebody has this username. Choose another",
            ));
        }
        Confirmed::Taken | Confirmed::Gone => return Err(Error::InvalidLink),
    }
    let user = store.user(user).await?.ok_or(Error::InvalidLink)?;
    let grant = engine.enter(&user, &session, way.replaces.as_ref()).await?;
    Ok(Grant {
        device_key: browser.key_to_hand_out(),
        ..grant
    })
}

fn refused_password(reason: &str) -> Error {
    Error::of(Field::Password, reason)
}
