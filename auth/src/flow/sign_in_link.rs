//! Signing in without a password: by the link of a letter, or by the code beside it, typed where it was asked for. A setting, off by default:
//! whoever reads the mail is then let in.

use secrecy::SecretString;
use uuid::Uuid;

use super::{
    Device, Grant, SignInWay,
    asking::{address_in, ask_for_link},
    known_device::Browser,
    link::found_link,
    tries::Try,
    typed_code,
};
use crate::{
    Engine, Error,
    account::UserId,
    audit::{Actor, AuditKind},
    letter::Occasion,
    link::Purpose,
    measure::SignInResult,
    session::Proof,
    store::Link,
};

impl Engine {
    /// Whether a link or a code from a letter is a way to sign in.
    pub fn takes_sign_in_links(&self) -> bool {
        self.parts().settings.sign_in_links && self.sends_mail()
    }
}

/// Sends a link and a code to an address, if there is an account of it. What is done and answered is the same if there is none: the letter is
/// written down in either case, and dropped where it would be sent. A letter that was asked for too often is not sent, which is not told
/// either.
///
/// # Errors
/// [`Error::Invalid`], for what is no address; [`Error::NotFound`], where this is no way to sign in; [`Error::NoMail`], where no mail is sent.
pub async fn ask_for_sign_in_link(
    engine: &Engine,
    email: &str,
    device: &Device,
) -> Result<(), Error> {
    refuse_where_off(engine)?;
    let address = address_in(email)?;
    ask_for_link(engine, Occasion::SignIn, &address, device).await
}

/// Begins a session for who holds the link, in whichever browser it was opened.
///
/// # Errors
/// [`Error::InvalidLink`], when it was used, is too old, or was followed by a newer one, or when the account has another address or password by
/// now; [`Error::NotFound`], where this is no way to sign in.
pub async fn sign_in_by_link(
    engine: &Engine,
    token: &SecretString,
    way: SignInWay,
) -> Result<Grant, Error> {
    counted(try_by_link(engine, token, &way).await)
}

/// Begins a session for who has the code of the newest letter to this address. It is good for ten minutes, and for five tries.
///
/// # Errors
/// [`Error::WrongCode`], also where there is no such account, no such letter, or where the code is too old; [`Error::Invalid`], for what is no
/// address; [`Error::TooManyTries`] when wrong ones came too fast from one network; [`Error::NotFound`], where this is no way to sign in.
pub async fn sign_in_by_code(
    engine: &Engine,
    email: &str,
    code: &str,
    way: SignInWay,
) -> Result<Grant, Error> {
    counted(try_by_code(engine, email, code, &way).await)
}

fn counted(answer: Result<Grant, Error>) -> Result<Grant, Error> {
    if let Some(result) = SignInResult::of(&answer) {
        result.count();
    }
    answer
}

async fn try_by_link(
    engine: &Engine,
    token: &SecretString,
    way: &SignInWay,
) -> Result<Grant, Error> {
    refuse_where_off(engine)?;
    let link = found_link(engine, Purpose::SignIn, token).await?;
    enter(engine, &link, way).await
}

async fn try_by_code(
    engine: &Engine,
    email: &str,
    code: &str,
    way: &SignInWay,
) -> Result<Grant, Error> {
    refuse_where_off(engine)?;
    let address = address_in(email)?;
    let store = &engine.parts().store;
    let this_try = Try::begin_from(engine, &way.device).await?;
    let account = store.user_by_email(&address).await?.map(|user| user.id);
    let owner = account.unwrap_or_else(|| UserId::from(Uuid::nil()));
    let link = store.newest_link(owner, Purpose::SignIn).await?;
    let name = engine
        .parts()
        .identifier_key
        .of_code(link.as_ref().map(|link| link.id), address.as_str());
    if let Some(link) = typed_code::judge(engine, &name, link, code).await? {
        this_try.succeeded(engine).await?;
        return match enter(engine, &link, way).await {
            Err(Error::InvalidLink) => Err(Error::WrongCode),
            answer => answer,
        };
    }
    this_try.failed(engine, account, &way.device).await?;
    Err(Error::WrongCode)
}

/// Uses the link up and begins a session.
///
/// It proves the address, if nothing has so far. Then whoever made the account may be somebody else, who waits for the owner of the address
/// to come: their sessions end, and the password that they chose is taken away.
async fn enter(engine: &Engine, link: &Link, way: &SignInWay) -> Result<Grant, Error> {
    let parts = engine.parts();
    let now = engine.now();
    let owner = link.user_id.ok_or(Error::InvalidLink)?;
    let event = |kind| -> Result<_, Error> {
        let event = engine.new_event(kind, Actor::User, now)?;
        Ok(event.concerning(owner).at_device(&way.device))
    };
    let proven = event(AuditKind::EmailVerified)?;
    let removed = event(AuditKind::PasswordRemoved)?;
    let version = parts
        .store
        .use_sign_in_link(link, &proven, &removed)
        .await?
        .ok_or(Error::InvalidLink)?;
    if version != link.security_version {
        parts.revocations.raise_version(owner, version, now);
        parts.profiles.forget(owner);
    }
    let user = parts.store.user(owner).await?.ok_or(Error::InvalidLink)?;
    let browser = Browser::of(engine, way.device_key.as_ref(), Some(owner)).await?;
    engine
        .begin_session(&user, browser, way, Proof::Letter)
        .await
}

fn refuse_where_off(engine: &Engine) -> Result<(), Error> {
    if !engine.parts().settings.sign_in_links {
        return Err(Error::NotFound);
    }
    if engine.sends_mail() {
        Ok(())
    } else {
        Err(Error::NoMail)
    }
}
