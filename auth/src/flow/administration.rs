//! What the one who runs Latchkey does to accounts and sessions, by the command line. Each change is written down with who made it.

use secrecy::SecretString;
use uuid::Uuid;

use super::sign_up::{AccountFields, prepare};
use crate::{
    Engine, Error,
    account::{Identifier, UserId},
    audit::{Actor, AuditEvent, AuditFilter, AuditKind, AuditRecord, Operator},
    cleaning::Cleaned,
    clock::Timestamp,
    error::Field,
    letter::{LetterDetail, Occasion},
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
    operator: &Operator,
    username: String,
    email: String,
    password: SecretString,
) -> Result<Account, Error> {
    let fields = AccountFields {
        username,
        email,
        password,
    };
    let prepared = prepare(engine, &fields, None).await?;
    let now = engine.now();
    let id = engine.new_user_id(now)?;
    let event = engine.new_event(AuditKind::UserAdded, Actor::Operator(operator), now)?;
    prepared.add(engine, id, event, None, None).await?;
    account(engine, id)
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
    operator: &Operator,
    account: &Account,
    password: &SecretString,
) -> Result<(), Error> {
    let password =
        engine.new_password(password, Field::Password, &account.username, &account.email)?;
    let hash = engine
        .hash_new_password(&password, Field::Password, None)
        .await?;
    let event = event(engine, operator, AuditKind::PasswordChanged)?;
    let letter = engine.new_letter(
        Occasion::PasswordChanged,
        Some(account.id),
        &account.email,
        LetterDetail::default(),
        event.at,
    )?;
    engine
        .void_tokens(
            account.id,
            EndReason::PasswordChanged,
            Some(&hash),
            letter.as_ref(),
            event,
        )
        .await
}

/// Forbids a user to sign in, and makes all their tokens void.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn disable(engine: &Engine, operator: &Operator, user: UserId) -> Result<(), Error> {
    let event = event(engine, operator, AuditKind::UserDisabled)?;
    engine
        .void_tokens(user, EndReason::Disabled, None, None, event)
        .await
}

/// Lets a user sign in again. Their old sessions stay ended.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn enable(engine: &Engine, operator: &Operator, user: UserId) -> Result<(), Error> {
    let event = event(engine, operator, AuditKind::UserEnabled)?.concerning(user);
    Ok(engine.parts().store.enable(user, &event).await?)
}

/// Deletes a user and all that is theirs. Their tokens are refused at once, as those of a disabled user are.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn delete(engine: &Engine, operator: &Operator, user: UserId) -> Result<(), Error> {
    let parts = engine.parts();
    let event = event(engine, operator, AuditKind::UserDeleted)?.concerning(user);
    parts.store.delete_user(user, &event).await?;
    parts.revocations.delete_user(user, event.at);
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
pub async fn revoke_session(
    engine: &Engine,
    operator: &Operator,
    session: SessionId,
) -> Result<bool, Error> {
    let Some(found) = engine.parts().store.session(session).await? else {
        return Ok(false);
    };
    let event = event(engine, operator, AuditKind::SessionEnded)?;
    if !found.stands(event.at) {
        return Ok(false);
    }
    engine
        .end_session(session, found.user_id, EndReason::Revoked, event)
        .await?;
    Ok(true)
}

/// Ends every session of a user, and makes all their tokens void.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn revoke_sessions_of(
    engine: &Engine,
    operator: &Operator,
    user: UserId,
) -> Result<(), Error> {
    let event = event(engine, operator, AuditKind::SessionsEnded)?;
    engine
        .void_tokens(user, EndReason::Revoked, None, None, event)
        .await
}

/// Ends every session there is. Answers how many it were.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn revoke_all_sessions(engine: &Engine, operator: &Operator) -> Result<u64, Error> {
    let event = event(engine, operator, AuditKind::SessionsEnded)?;
    let parts = engine.parts();
    Ok(parts
        .store
        .end_sessions_minted(MintedWithin::ALL, EndReason::Revoked, event, &*parts.clock)
        .await?)
}

/// A part of the audit log, the newest first: the events before the one that `page` names.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn audit_log(
    engine: &Engine,
    filter: &AuditFilter,
    page: Page,
) -> Result<Vec<AuditRecord>, Error> {
    Ok(engine.parts().store.audit_records(filter, page).await?)
}

/// Deletes all that is past now, and not when the server next does. Answers how many rows it were.
///
/// # Errors
/// [`Error::Unavailable`], when the database does not answer.
pub async fn clean(engine: &Engine, operator: &Operator) -> Result<Cleaned, Error> {
    let cleaned = engine.clean().await?;
    let event = event(engine, operator, AuditKind::CleanedUp)?
        .with_detail(format!("audit_events={}", cleaned.audit_events));
    engine.parts().store.add_audit_event(&event).await?;
    Ok(cleaned)
}

/// What `operator` does now.
fn event<'a>(
    engine: &Engine,
    operator: &'a Operator,
    kind: AuditKind,
) -> Result<AuditEvent<'a>, Error> {
    Ok(engine.new_event(kind, Actor::Operator(operator), engine.now())?)
}
