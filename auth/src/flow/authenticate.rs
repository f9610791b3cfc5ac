//! Who makes a protected call: told by the bearer token alone, without a read of the database.

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Engine, Error,
    account::{Profile, SecurityVersion, UserId},
    clock::Timestamp,
    measure::{self, VerificationResult},
    session::{SessionId, revocations::Standing},
    token::{Access, AccessClaims, Kind, Refused, Verified, keys::TokenKind},
};

/// Somebody whose bearer token was verified and is not revoked. Nothing but [`authenticate`] can make one.
#[derive(Clone, Debug)]
pub struct Authenticated(Verified<Access>);

impl Authenticated {
    /// The user.
    pub const fn user(&self) -> UserId {
        self.0.user()
    }

    /// The session.
    pub const fn session(&self) -> SessionId {
        self.0.session()
    }

    /// What the token says.
    pub const fn claims(&self) -> &AccessClaims {
        self.0.claims()
    }
}

/// Tells who holds a bearer token (RFC 6750; RFC 9068, section 4), and takes note that they have received its generation.
///
/// # Errors
/// [`Error::InvalidToken`], whatever is wrong with it; [`Error::Unavailable`] when it can't be told whether it was revoked.
pub async fn authenticate(engine: &Engine, bearer: &SecretString) -> Result<Authenticated, Error> {
    let parts = engine.parts();
    let now = engine.now();
    let token = engine
        .verified(&parts.keys.access, bearer, now)
        .await
        .map_err(|refused| {
            VerificationResult::from(refused).count();
            Error::InvalidToken
        })?;
    let version = SecurityVersion::from_claim(token.claims().security_version);
    let good = match parts
        .revocations
        .standing(token.session(), token.user(), version, now)
    {
        Standing::Good => true,
        Standing::Revoked => false,
        Standing::Unknown => {
            measure::row_asked();
            parts
                .store
                .is_good(token.session(), token.user(), version, token.key_id(), now)
                .await
                .inspect_err(|_| VerificationResult::Failed.count())?
        }
    };
    if !good {
        VerificationResult::Revoked.count();
        return Err(Error::InvalidToken);
    }
    parts.good_verifications.increment(1);
    parts
        .receipts
        .note(token.session(), token.claims().generation);
    Ok(Authenticated(token))
}

impl Engine {
    /// Verifies a token of a kind. One that names a key which another process may have made a moment ago is looked at twice.
    pub(super) async fn verified<K: Kind>(
        &self,
        kind: &TokenKind<K>,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Verified<K>, Refused> {
        let token = token.expose_secret();
        match kind.verify(token, now) {
            Ok(verified) => Ok(verified),
            Err(_) if self.parts().keys.look_for_key_of(kind, token).await => {
                kind.verify(token, now)
            }
            Err(refused) => Err(refused),
        }
    }
}

/// The account of who asks. It may be some seconds old, but never older than the security version of the token.
///
/// # Errors
/// [`Error::InvalidToken`], when it is gone; [`Error::Unavailable`] when the database does not answer.
pub async fn profile(engine: &Engine, who: &Authenticated) -> Result<Profile, Error> {
    let parts = engine.parts();
    let version = SecurityVersion::from_claim(who.claims().security_version);
    if let Some(profile) = parts.profiles.get(who.user(), version) {
        return Ok(profile);
    }
    let user = parts
        .store
        .user(who.user())
        .await?
        .ok_or(Error::InvalidToken)?;
    let profile = user.profile();
    parts
        .profiles
        .keep(user.id, user.security_version, profile.clone());
    Ok(profile)
}
