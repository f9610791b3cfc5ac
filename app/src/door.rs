//! How the server hands things in to a server function, and takes a cookie out: by context, so that the app knows no HTTP.
//!
//! Beside the types of this module the server provides [`auth::Engine`] and [`auth::Device`].

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use auth::{Device, Engine, ExposeSecret, Grant, SecretString, session::Viewer};
use leptos::prelude::use_context;

use crate::{error::ApiError, server_fns::Minted};

/// The bearer token that came in the Authorization header, given by the function handler alone. A page being rendered has none.
#[derive(Clone)]
pub struct Bearer(pub Option<SecretString>);

/// The refresh token that came in the cookie, given to login, register, refresh and logout alone.
#[derive(Clone)]
pub struct RefreshCookie(pub Option<SecretString>);

/// What the browser holds to be known again, given to login and register alone.
#[derive(Clone)]
pub struct DeviceCookie(pub Option<SecretString>);

/// What shall become of the cookies.
#[derive(Clone)]
pub enum CookieChange {
    /// That of the refresh token holds this one from now on.
    Set {
        /// The refresh token.
        token: SecretString,
        /// The cookie's life, in seconds; that of the browser, if nothing is said.
        max_age: Option<i64>,
    },
    /// That of the refresh token is taken away.
    Clear,
    /// The browser is known again by this.
    Device(SecretString),
    /// The browser has asked for an account, and confirms that by this.
    Pending(SecretString),
}

/// Where a server function leaves the changes of cookies, for the function handler to turn into headers.
#[derive(Clone, Default)]
pub struct CookieOutbox(Arc<Mutex<Vec<CookieChange>>>);

impl CookieOutbox {
    /// Leaves a change.
    pub fn add(&self, change: CookieChange) {
        let mut changes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push(change);
    }

    /// Takes the changes out, in the order in which they came.
    pub fn take(&self) -> Vec<CookieChange> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for DeviceCookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DeviceCookie(…)")
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bearer(…)")
    }
}

impl fmt::Debug for RefreshCookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RefreshCookie(…)")
    }
}

/// The engine. A server without one is wired wrongly.
pub(crate) fn engine() -> Result<Engine, ApiError> {
    use_context::<Engine>().ok_or(ApiError::Other)
}

/// Who is asking.
pub(crate) fn device() -> Device {
    use_context::<Device>().unwrap_or_default()
}

pub(crate) fn bearer() -> Option<SecretString> {
    use_context::<Bearer>().and_then(|Bearer(token)| token)
}

pub(crate) fn refresh_cookie() -> Option<SecretString> {
    use_context::<RefreshCookie>().and_then(|RefreshCookie(token)| token)
}

pub(crate) fn device_key() -> Option<SecretString> {
    use_context::<DeviceCookie>().and_then(|DeviceCookie(key)| key)
}

/// Whose bearer token it is; an error where there is none, or a void one.
pub(crate) async fn authenticated(engine: &Engine) -> Result<auth::Authenticated, ApiError> {
    let token = bearer().ok_or(auth::Error::NotAuthenticated)?;
    Ok(auth::flow::authenticate(engine, &token).await?)
}

/// Gives out what was granted: the refresh token by the cookie, the rest by the answer.
pub(crate) fn give_out(grant: Grant) -> Minted {
    change_cookie(CookieChange::Set {
        max_age: grant.cookie_max_age(),
        token: grant.refresh_token,
    });
    if let Some(key) = grant.device_key {
        change_cookie(CookieChange::Device(key));
    }
    Minted {
        access_token: grant.access_token.expose_secret().to_owned(),
        expires_in: grant.expires_in,
        claims: grant.claims,
        key_id: grant.key_id,
        algorithm: grant.algorithm,
        viewer: Viewer {
            profile: grant.profile,
            session: grant.session,
            notices: grant.notices,
            last_sign_in: grant.last_sign_in,
        },
        outcome: grant.outcome,
    }
}

/// Gives the browser what it needs to confirm that it has asked for an account.
pub(crate) fn await_confirmation(browser_key: SecretString) {
    change_cookie(CookieChange::Pending(browser_key));
}

/// Takes the cookie away, after a sign-out.
pub(crate) fn clear_cookie() {
    change_cookie(CookieChange::Clear);
}

fn change_cookie(change: CookieChange) {
    if let Some(outbox) = use_context::<CookieOutbox>() {
        outbox.add(change);
    }
}
