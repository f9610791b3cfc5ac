//! What a sign-in or a refresh gives: a pair of tokens, and what the browser may know of them.

use std::time::Duration;

use secrecy::SecretString;

use crate::{
    Engine, Error,
    account::{Profile, User},
    clock::Timestamp,
    random::id,
    session::{LastSignIn, Notice, Outcome, Session, SessionSummary},
    token::{AccessClaims, RefreshClaims},
};

/// A pair of tokens, fresh from the press.
#[derive(Clone, Debug)]
pub struct Grant {
    /// For the `Authorization` header.
    pub access_token: SecretString,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
    /// What the access token says.
    pub claims: AccessClaims,
    /// The key that signed the access token.
    pub key_id: String,
    /// That key's algorithm.
    pub algorithm: String,
    /// For the http-only cookie, and nothing else.
    pub refresh_token: SecretString,
    /// How long the refresh token is good, in seconds.
    pub refresh_max_age: i64,
    /// Whether the browser is to keep the refresh token when it is closed.
    pub remembered: bool,
    /// What the browser is to hold in a cookie of its own, to be known again. Nothing, where it holds it already, and after a refresh.
    pub device_key: Option<SecretString>,
    /// When the user signed in before. Nothing after a refresh, and for a new account.
    pub last_sign_in: Option<LastSignIn>,
    /// Whose tokens they are.
    pub profile: Profile,
    /// The session that they continue.
    pub session: SessionSummary,
    /// What the user has not dismissed yet.
    pub notices: Vec<Notice>,
    /// How the pair came about.
    pub outcome: Outcome,
}

impl Grant {
    /// The `Max-Age` of the refresh token's cookie, in seconds. Nothing, where the browser is to forget it when it is closed.
    pub fn cookie_max_age(&self) -> Option<i64> {
        self.remembered.then_some(self.refresh_max_age)
    }
}

impl Engine {
    /// How long a session lasts without being used.
    pub(super) fn idle_lifetime(&self, session: &Session) -> Duration {
        let settings = &self.parts().settings;
        if session.remembered.is_so() {
            settings.refresh_idle_lifetime
        } else {
            settings
                .unremembered_lifetime
                .min(settings.refresh_idle_lifetime)
        }
    }

    /// Mints the pair of the session's present generation.
    pub(super) async fn grant(
        &self,
        user: &User,
        session: &Session,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Grant, Error> {
        let parts = self.parts();
        let notices = self.notices_of(user).await?;
        let claims = self.access_claims(user, session, now)?;
        let refresh_claims = self.refresh_claims(session, now)?;
        let access = parts.keys.access.mint(&claims, now).map_err(internal)?;
        let refresh = parts
            .keys
            .refresh
            .mint(&refresh_claims, now)
            .map_err(internal)?;
        Ok(Grant {
            access_token: access.token,
            expires_in: claims.exp - claims.iat,
            refresh_max_age: refresh_claims.exp - refresh_claims.iat,
            remembered: session.remembered.is_so(),
            device_key: None,
            last_sign_in: None,
            refresh_token: refresh.token,
            claims,
            key_id: access.key_id.as_ref().to_owned(),
            algorithm: access.algorithm.as_str().to_owned(),
            profile: user.profile(),
            session: session.summary(now, self.idle_lifetime(session)),
            notices,
            outcome,
        })
    }

    fn access_claims(
        &self,
        user: &User,
        session: &Session,
        now: Timestamp,
    ) -> Result<AccessClaims, Error> {
        let parts = self.parts();
        let iat = now.unix_seconds();
        Ok(AccessClaims {
            iss: parts.keys.access.rules.issuer.clone(),
            aud: parts.keys.access.rules.audience.clone(),
            sub: user.id.to_string(),
            client_id: parts.settings.client_id.clone(),
            iat,
            exp: now
                .plus(parts.settings.access_token_lifetime)
                .min(session.absolute_expires_at)
                .unix_seconds(),
            nbf: None,
            jti: id(now, &*parts.randomness)?.to_string(),
            auth_time: session.auth_time.unix_seconds(),
            amr: session.proof.amr(),
            roles: user.roles.clone(),
            groups: user.groups.clone(),
            sid: session.id.to_string(),
            generation: session.generation,
            security_version: user.security_version.as_claim(),
        })
    }

    /// A process whose clock is behind may mint again what another has rotated, and must not write a longer life than any token has.
    fn refresh_claims(&self, session: &Session, now: Timestamp) -> Result<RefreshClaims, Error> {
        let parts = self.parts();
        let longest = now.plus(parts.settings.refresh_idle_lifetime);
        Ok(RefreshClaims {
            iss: parts.keys.refresh.rules.issuer.clone(),
            aud: parts.keys.refresh.rules.audience.clone(),
            sub: session.user_id.to_string(),
            iat: now.unix_seconds(),
            exp: session.expires_at.min(longest).unix_seconds(),
            nbf: None,
            jti: id(now, &*parts.randomness)?.to_string(),
            sid: session.id.to_string(),
            generation: session.generation,
        })
    }
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Internal(Box::new(error))
}
