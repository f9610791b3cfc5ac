//! The one function that takes a token for true.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;
use uuid::Uuid;

use super::{KeyRing, Kind};
use crate::{account::UserId, clock::Timestamp, session::SessionId};

/// A token that was verified. Nothing but [`verify`] can make one, so whoever is handed one need not ask again.
#[derive(Clone, Debug)]
pub struct Verified<K: Kind> {
    claims: K::Claims,
    user: UserId,
    session: SessionId,
    key_id: Arc<str>,
}

impl<K: Kind> Verified<K> {
    /// What the token says.
    pub const fn claims(&self) -> &K::Claims {
        &self.claims
    }

    /// Whose token it is.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The session it belongs to.
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The key that signed it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }
}

/// What a token of one kind must say to be taken.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The one issuer.
    pub issuer: String,
    /// The one audience.
    pub audience: String,
    /// The longest time between `iat` and `exp`.
    pub lifetime: Duration,
    /// How far `iat` may lie ahead of the clock, to the second.
    pub ahead: Duration,
}

/// A token was not taken. Whichever it was is nobody's business outside: both say the same. It is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("invalid token")]
pub enum Refused {
    /// It was good until its time was over.
    Expired,
    /// It never was, or is of a key that is retired.
    Invalid,
}

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 4 * 1024;
/// How far two machines' clocks may differ, in seconds.
pub(crate) const LEEWAY: i64 = 5;
/// How far ahead of the clock a token may have been minted whose row is asked anyway, as a refresh token's is: a clock that was put back must
/// sign nobody out.
pub(crate) const AHEAD_OF_A_CLOCK_PUT_BACK: Duration = Duration::from_hours(24);

/// Verifies a token of the kind `K` (RFC 7519, section 7.2; RFC 8725; RFC 9068, section 4).
///
/// The header must be, byte for byte, one that a key of `ring` writes: so its algorithm is the key's and its type is the kind's, and no other
/// member is ever read. The claims must all be there and of their types, and the times hold by the clock that was passed in
/// (`jsonwebtoken` would read the system's, and leave `typ` and `crit` unread).
///
/// # Errors
/// [`Refused`], whatever is wrong.
pub fn verify<K: Kind>(
    token: &str,
    ring: &KeyRing<K>,
    rules: &Rules,
    now: Timestamp,
) -> Result<Verified<K>, Refused> {
    if token.len() > LONGEST {
        return Err(Refused::Invalid);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(Refused::Invalid)?;
    let (header, payload) = message.split_once('.').ok_or(Refused::Invalid)?;
    let key = ring.verifying_key(header, now).ok_or(Refused::Invalid)?;
    let signed = jsonwebtoken::crypto::verify(
        signature,
        message.as_bytes(),
        &key.decoding,
        key.algorithm.in_jsonwebtoken(),
    );
    if !matches!(signed, Ok(true)) {
        return Err(Refused::Invalid);
    }
    let payload = URL_SAFE_NO_PAD
        .decode(payload)
        .map_err(|_| Refused::Invalid)?;
    let claims: K::Claims = serde_json::from_slice(&payload).map_err(|_| Refused::Invalid)?;
    let registered = K::registered(&claims);
    let lifetime = registered
        .exp
        .checked_sub(registered.iat)
        .ok_or(Refused::Invalid)?;
    let longest = i64::try_from(rules.lifetime.as_secs()).map_err(|_| Refused::Invalid)?;
    let ahead = i64::try_from(rules.ahead.as_secs()).map_err(|_| Refused::Invalid)?;
    let now = now.unix_seconds();
    let holds = registered.iss == rules.issuer
        && registered.aud == rules.audience
        && (0..=longest).contains(&lifetime)
        && registered.iat <= now.saturating_add(ahead)
        && registered
            .nbf
            .is_none_or(|nbf| nbf <= now.saturating_add(LEEWAY));
    if !holds {
        return Err(Refused::Invalid);
    }
    if registered.exp.saturating_add(LEEWAY) <= now {
        return Err(Refused::Expired);
    }
    let user = UserId::from(Uuid::try_parse(registered.sub).map_err(|_| Refused::Invalid)?);
    let session = SessionId::from(Uuid::try_parse(registered.sid).map_err(|_| Refused::Invalid)?);
    Ok(Verified {
        claims,
        user,
        session,
        key_id: Arc::clone(&key.id),
    })
}
