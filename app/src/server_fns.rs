//! What a hydrated page asks the server: one function for each flow, its body a call into the engine.
//!
//! [`crate::door`] brings the tokens in and the cookie out. Here is what begins a session, continues and ends it; [`settings`] has what the
//! signed-in do with their account.

pub mod settings;

use std::fmt;

use auth::{
    account,
    session::{Outcome, Viewer},
    token::AccessClaims,
};
use leptos::{prelude::server, server_fn::Http};
use serde::Serialize;

use crate::{
    client::{HeldTokenClient, OpenClient, RefreshClient, SessionClient},
    error::ApiError,
    json::{Answer, Question},
};

/// A new access token, and what a page may know of it and of its session. The refresh token went by the cookie.
#[derive(Clone, Serialize)]
pub struct Minted {
    /// The access token, to be kept in memory alone.
    pub access_token: String,
    /// Its life, in seconds.
    pub expires_in: i64,
    /// What it says.
    pub claims: AccessClaims,
    /// The key that signed it.
    pub key_id: String,
    /// The algorithm that signed it.
    pub algorithm: String,
    /// Whose it is, in which session, and what they have to be told.
    pub viewer: Viewer,
    /// How it came about.
    pub outcome: Outcome,
}

impl fmt::Debug for Minted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Minted")
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// Creates an account and signs in. The session of a cookie that came along ends. Nothing, where the address must be proven first: a letter is
/// on its way then, whether there is an account of the address or not.
#[server(prefix = "/fn", endpoint = "register", protocol = Http<Question, Answer>, client = OpenClient)]
pub async fn register(
    username: String,
    email: String,
    password: String,
) -> Result<Option<Minted>, ApiError> {
    let sign_up = auth::SignUp {
        username,
        email,
        password: password.into(),
        device: crate::door::device(),
        device_key: crate::door::device_key(),
        replaces: crate::door::refresh_cookie(),
        remember: true,
    };
    match auth::flow::sign_up(&crate::door::engine()?, sign_up).await? {
        auth::SignedUp::In(grant) => Ok(Some(crate::door::give_out(*grant))),
        auth::SignedUp::Asked { browser_key } => {
            crate::door::await_confirmation(browser_key);
            Ok(None)
        }
    }
}

/// Signs in by username or email address. The session of a cookie that came along ends. The browser keeps the new one when it is closed, unless
/// `remember` is false.
#[server(prefix = "/fn", endpoint = "login", protocol = Http<Question, Answer>, client = OpenClient)]
pub async fn login(
    username: String,
    password: String,
    remember: Option<bool>,
) -> Result<Minted, ApiError> {
    let sign_in = auth::SignIn {
        identifier: username,
        password: password.into(),
        device: crate::door::device(),
        device_key: crate::door::device_key(),
        replaces: crate::door::refresh_cookie(),
        remember: remember.unwrap_or(true),
    };
    let grant = auth::flow::sign_in(&crate::door::engine()?, sign_in).await?;
    Ok(crate::door::give_out(grant))
}

/// Exchanges the cookie's refresh token for the next generation and a new access token. A cookie that is refused is taken away by the door.
#[server(prefix = "/fn", endpoint = "refresh", protocol = Http<Question, Answer>, client = RefreshClient)]
pub async fn refresh() -> Result<Minted, ApiError> {
    let token = crate::door::refresh_cookie().ok_or(auth::Error::RefreshTokenNotFound)?;
    let grant =
        auth::flow::refresh(&crate::door::engine()?, &token, &crate::door::device()).await?;
    Ok(crate::door::give_out(grant))
}

/// Ends the session of the cookie and that of the bearer token. Without either it does nothing, and that is well.
#[server(prefix = "/fn", endpoint = "logout", protocol = Http<Question, Answer>, client = HeldTokenClient)]
pub async fn logout() -> Result<(), ApiError> {
    let (bearer, cookie) = (crate::door::bearer(), crate::door::refresh_cookie());
    auth::flow::sign_out(
        &crate::door::engine()?,
        bearer.as_ref(),
        cookie.as_ref(),
        &crate::door::device(),
    )
    .await?;
    crate::door::clear_cookie();
    Ok(())
}

/// Ends every session of the user, this one too.
#[server(prefix = "/fn", endpoint = "logout_all", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn logout_all() -> Result<(), ApiError> {
    let engine = crate::door::engine()?;
    let authenticated = crate::door::authenticated(&engine).await?;
    auth::flow::sign_out_everywhere(&engine, &authenticated, &crate::door::device()).await?;
    crate::door::clear_cookie();
    Ok(())
}

/// The account of the one who asks.
#[server(prefix = "/fn", endpoint = "profile", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn profile() -> Result<account::Profile, ApiError> {
    let engine = crate::door::engine()?;
    let authenticated = crate::door::authenticated(&engine).await?;
    Ok(auth::flow::profile(&engine, &authenticated).await?)
}

/// Takes a notice away that its owner has read.
#[server(prefix = "/fn", endpoint = "dismiss_notice", protocol = Http<Question, Answer>, client = SessionClient)]
pub async fn dismiss_notice(id: String) -> Result<(), ApiError> {
    let engine = crate::door::engine()?;
    let authenticated = crate::door::authenticated(&engine).await?;
    auth::flow::dismiss_notice(&engine, authenticated.user(), &id).await?;
    Ok(())
}
