//! Public keys as they are published.

use serde::Serialize;

/// A set of public keys (RFC 7517, section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonWebKeySet {
    /// The keys, in the order of their ids.
    pub keys: Vec<JsonWebKey>,
}

/// A public key: Ed25519 (RFC 8037, section 2) or P-256 (RFC 7518, section 6.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonWebKey {
    /// The key's type.
    pub kty: &'static str,
    /// The curve.
    pub crv: &'static str,
    /// What the key is for.
    #[serde(rename = "use")]
    pub key_use: &'static str,
    /// The algorithm.
    pub alg: &'static str,
    /// The key's id, in the header of each token that it signed.
    pub kid: String,
    /// The public key, or its first coordinate, base64url.
    pub x: String,
    /// The second coordinate, base64url. Ed25519 has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}
