//! What the one who runs Latchkey does to accounts and sessions, by the command line.

use secrecy::SecretString;
use uuid::Uuid;

use super::sign_up::{AccountFields, make_account};
use crate::{
    Engine, Error,
    account::{Identifier, UserId},
    clock::Timestamp,
    error::{Field, FieldError},
    password::Password,
    session::{EndReason, SessionId},
    store::MintedWithin,
};

/// An account as its operator sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// The name, as typed.
    pub username: String,
    /// The address, in its stored form.
    pub email: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when the user may not sign in, if they may not.
    pub disabled_at: Option<Timestamp>,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// How many sessions of theirs stand.
    pub sessions: i64,
}

/// A session that stands, as its operator sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StandingSession {
    /// Its id: the `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// That user's name.
    pub username: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// What the browser called itself last.
    pub user_agent: Option<String>,
    /// Where it was used last.
    pub address: Option<String>,
}

/// A part of a long list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// What follows this id; nothing begins at the beginning.
    pub after: Option<Uuid>,
    /// How much of it.
    pub limit: u32,
}

/// Makes an account, and signs nobody in.
///
/// # Errors
/// [`Error::Invalid`] names each field that can't be taken.
pub async fn add_user(
    engine: &Engine,
    username: String,
    email: String,
    password: SecretString,
) -> Result<Account, Error> {
    let fields = AccountFields {
        username,
        email,
        password,
    };
    let user = make_account(engine, &fields, None).await?;
    account(engine, user.id)
        .await?
        .ok_or_else(|| Error::Internal("the account that was just made is gone".into()))
}

/// The account behind a user's id, their name or their address.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn find_user(engine: &Engine, text: &str) -> Result<Option<Account>, Error> {
    let store = &engine.parts().store;
    if let Ok(id) = Uuid::try_parse(text) {
        return account(engine, id.into()).await;
    }
    let user = match Identifier::parse(text) {
        Identifier::Username(username) => store.user_by_username(&username).await?,
        Identifier::Email(email) => store.user_by_email(&email).await?,
        Identifier::Neither(_) => None,
    };
    match user {
        Some(user) => account(engine, user.id).await,
        None => Ok(None),
    }
}

async fn account(engine: &Engine, id: UserId) -> Result<Option<Account>, Error> {
    Ok(engine.parts().store.account(id, engine.now()).await?)
}

/// Accounts, in the order in which they were made.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn users(engine: &Engine, page: Page) -> Result<Vec<Account>, Error> {
    Ok(engine.parts().store.accounts(page, engine.now()).await?)
}

/// Gives a user another password, and ends all their sessions.
///
/// # Errors
/// [`Error::Invalid`], when the password can't be taken.
pub async fn set_password(
    engine: &Engine,
    account: &Account,
    password: &SecretString,
) -> Result<(), Error> {
    let policy = engine.password_policy();
    let password = Password::new(password, policy, &account.username, &account.email)
        .map_err(|error| Error::Invalid(vec![FieldError::new(Field::Password, error)]))?;
    let parts = engine.parts();
    let hash = parts.passwords.hash(&password, None).await?;
    parts.store.set_password_hash(account.id, &hash).await?;
    // After it: whoever signs in with the old password in between is signed out with the others.
    engine
        .void_tokens(account.id, EndReason::PasswordChanged)
        .await
}

/// Lets a user sign in again. Their old sessions stay ended.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn enable(engine: &Engine, user: UserId) -> Result<(), Error> {
    Ok(engine.parts().store.enable(user).await?)
}

/// Deletes a user and all that is theirs. Their tokens are refused at once, as those of a disabled user are.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn delete(engine: &Engine, user: UserId) -> Result<(), Error> {
    let parts = engine.parts();
    let now = engine.now();
    parts.store.delete_user(user, now).await?;
    parts.revocations.delete_user(user, now);
    Ok(())
}

/// The sessions that stand, of one user or of all, in the order in which they began.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn sessions(
    engine: &Engine,
    user: Option<UserId>,
    page: Page,
) -> Result<Vec<StandingSession>, Error> {
    let now = engine.now();
    Ok(engine
        .parts()
        .store
        .standing_sessions(user, page, now)
        .await?)
}

/// Ends a session. Answers whether it stood.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn revoke_session(engine: &Engine, session: SessionId) -> Result<bool, Error> {
    let Some(found) = engine.parts().store.session(session).await? else {
        return Ok(false);
    };
    let now = engine.now();
    if !found.stands(now) {
        return Ok(false);
    }
    engine
        .end_session(session, found.user_id, EndReason::Revoked, now)
        .await?;
    Ok(true)
}

/// Ends every session of a user, and makes all their tokens void.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn revoke_sessions_of(engine: &Engine, user: UserId) -> Result<(), Error> {
    engine.void_tokens(user, EndReason::Revoked).await
}

/// Ends every session there is. Answers how many it were.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn revoke_all_sessions(engine: &Engine) -> Result<u64, Error> {
    let store = &engine.parts().store;
    let ended = store
        .end_sessions_minted(MintedWithin::ALL, EndReason::Revoked, engine.now())
        .await?;
    store.tell_of_change().await;
    Ok(ended)
}
