//! What the signed-in do with their account, for the pages of the settings. Each is authenticated by the bearer token alone.

use auth::{
    account::{EventPage, Profile},
    session::DeviceSession,
};
use leptos::{prelude::server, server_fn::Http};

use super::Minted;
use crate::{
    client::{HeldTokenClient, SessionClient},
    error::ApiError,
    json::{Answer, Question},
};

/// Proves once more who asks, for what wants a proof that is not old. The session goes on.
#[server(prefix = "/fn", endpoint = "reauthenticate", protocol = Http<Question, Answer>, client = HeldTokenClient)]
pub async fn reauthenticate(password: String) -> Result<Minted, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    let device = crate::door::device();
    let grant = auth::flow::reauthenticate(&engine, &who, &password.into(), &device).await?;
    Ok(crate::door::give_out(grant))
}

/// Changes the password. Every session ends; this browser goes on in a new one.
#[server(prefix = "/fn", endpoint = "change_password", protocol = Http<Question, Answer>, client = HeldTokenClient)]
pub async fn change_password(current: String, new: String) -> Result<Minted, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    let device = crate::door::device();
    let (current, new) = (current.into(), new.into());
    let grant = auth::flow::change_password(&engine, &who, &current, &new, &device).await?;
    Ok(crate::door::give_out(grant))
}

/// Asks for another address: a letter goes there. Where no mail is sent, it is changed at once. Wants a proof that is not old.
#[server(prefix = "/fn", endpoint = "change_email", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn change_email(email: String) -> Result<(), ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    auth::flow::change_email(&engine, &who, &email, &crate::door::device()).await?;
    Ok(())
}

/// Changes the name. Wants a proof that is not old.
#[server(prefix = "/fn", endpoint = "change_username", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn change_username(username: String) -> Result<Profile, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    let device = crate::door::device();
    Ok(auth::flow::change_username(&engine, &who, &username, &device).await?)
}

/// Where the one who asks is signed in: here first.
#[server(prefix = "/fn", endpoint = "sessions", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn sessions() -> Result<Vec<DeviceSession>, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    Ok(auth::flow::my_sessions(&engine, &who).await?)
}

/// Ends one of their sessions.
#[server(prefix = "/fn", endpoint = "end_session", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn end_session(id: String) -> Result<(), ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    auth::flow::end_my_session(&engine, &who, &id, &crate::door::device()).await?;
    Ok(())
}

/// Ends all of their sessions but this one. Answers how many it were.
#[server(prefix = "/fn", endpoint = "end_other_sessions", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn end_other_sessions() -> Result<u64, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    Ok(auth::flow::end_other_sessions(&engine, &who, &crate::door::device()).await?)
}

/// What happened to their account, the newest first: before the event of this id, if there is one.
#[server(prefix = "/fn", endpoint = "events", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn events(before: Option<String>) -> Result<EventPage, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    Ok(auth::flow::my_events(&engine, &who, before.as_deref()).await?)
}

/// Says that what happened was somebody else's doing. Its session ends, or all; tokens are void, this page's too.
#[server(prefix = "/fn", endpoint = "distrust_event", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn distrust_event(id: String) -> Result<(), ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    auth::flow::distrust_event(&engine, &who, &id, &crate::door::device()).await?;
    Ok(())
}

/// Has the account deleted, some days from now. Wants a proof that is not old.
#[server(prefix = "/fn", endpoint = "plan_deletion", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn plan_deletion() -> Result<Profile, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    Ok(auth::flow::plan_deletion(&engine, &who, &crate::door::device()).await?)
}

/// Keeps the account after all.
#[server(prefix = "/fn", endpoint = "cancel_deletion", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn cancel_deletion() -> Result<Profile, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    Ok(auth::flow::cancel_deletion(&engine, &who, &crate::door::device()).await?)
}

/// All that is held of them, as the text of a JSON document. Wants a proof that is not old.
#[server(prefix = "/fn", endpoint = "export", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn export() -> Result<String, ApiError> {
    let engine = crate::door::engine()?;
    let who = crate::door::authenticated(&engine).await?;
    let export = auth::flow::export(&engine, &who, &crate::door::device()).await?;
    serde_json::to_string_pretty(&export).map_err(|_| ApiError::Other)
}
