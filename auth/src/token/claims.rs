//! What the tokens say.

use serde::{Deserialize, Serialize};

/// The claims of an access token: those of RFC 9068, and of ours the session, its generation and the user's security version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Issuer: the public URL.
    pub iss: String,
    /// Audience: who may take this token.
    pub aud: String,
    /// Subject: the user's id.
    pub sub: String,
    /// The client that the token was issued to.
    pub client_id: String,
    /// Issued at, in seconds since 1970 (UTC).
    pub iat: i64,
    /// Expires at, in seconds since 1970 (UTC).
    pub exp: i64,
    /// Not before, in seconds since 1970 (UTC). We write none, and honour one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's own id.
    pub jti: String,
    /// When its user last proved who they are, by a password or a letter; in seconds since 1970 (UTC).
    pub auth_time: i64,
    /// How the user proved who they are (RFC 8176).
    pub amr: Vec<String>,
    /// What the user may do.
    pub roles: Vec<String>,
    /// The teams that the user belongs to.
    pub groups: Vec<String>,
    /// The session that the token belongs to.
    pub sid: String,
    /// The generation of the session that minted it.
    #[serde(rename = "gen")]
    pub generation: i64,
    /// The user's security version when it was minted; a later one makes it void.
    #[serde(rename = "ver")]
    pub security_version: i64,
}

/// The claims of a refresh token.
#[cfg(feature = "engine")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshClaims {
    /// Issuer: the public URL.
    pub iss: String,
    /// Audience: the refresh endpoint alone.
    pub aud: String,
    /// Subject: the user's id.
    pub sub: String,
    /// Issued at, in seconds since 1970 (UTC).
    pub iat: i64,
    /// Expires at, in seconds since 1970 (UTC).
    pub exp: i64,
    /// Not before, in seconds since 1970 (UTC). We write none, and honour one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's own id.
    pub jti: String,
    /// The session that the token continues.
    pub sid: String,
    /// The generation of the session that minted it.
    #[serde(rename = "gen")]
    pub generation: i64,
}
