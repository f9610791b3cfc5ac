//! The two kinds of token. Each has a type, claims and a key ring of its own, so that neither can pass for the other (RFC 8725, section 3.11).

use serde::{Serialize, de::DeserializeOwned};

use super::{AccessClaims, RefreshClaims, Ring};

/// A kind of token.
pub trait Kind: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// What tokens of this kind say.
    type Claims: Clone + std::fmt::Debug + Serialize + DeserializeOwned + Send + Sync;
    /// The `typ` of the header.
    const TYPE: &'static str;
    /// The ring that signs them.
    const RING: Ring;

    /// The claims that every kind has and that are verified.
    fn registered(claims: &Self::Claims) -> Registered<'_>;
}

/// The claims that [`super::verify()`] judges, whichever the kind.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    pub(super) iss: &'a str,
    pub(super) aud: &'a str,
    pub(super) sub: &'a str,
    pub(super) sid: &'a str,
    pub(super) iat: i64,
    pub(super) exp: i64,
    pub(super) nbf: Option<i64>,
}

/// The kind that opens protected calls (RFC 9068).
#[derive(Clone, Copy, Debug)]
pub struct Access;

/// The kind that mints the next pair.
#[derive(Clone, Copy, Debug)]
pub struct Refresh;

impl Kind for Access {
    type Claims = AccessClaims;
    const TYPE: &'static str = "at+jwt";
    const RING: Ring = Ring::Access;

    fn registered(claims: &AccessClaims) -> Registered<'_> {
        let AccessClaims {
            iss,
            aud,
            sub,
            sid,
            iat,
            exp,
            nbf,
            ..
        } = claims;
        Registered {
            iss,
            aud,
            sub,
            sid,
            iat: *iat,
            exp: *exp,
            nbf: *nbf,
        }
    }
}

impl Kind for Refresh {
    type Claims = RefreshClaims;
    const TYPE: &'static str = "rt+jwt";
    const RING: Ring = Ring::Refresh;

    fn registered(claims: &RefreshClaims) -> Registered<'_> {
        let RefreshClaims {
            iss,
            aud,
            sub,
            sid,
            iat,
            exp,
            nbf,
            ..
        } = claims;
        Registered {
            iss,
            aud,
            sub,
            sid,
            iat: *iat,
            exp: *exp,
            nbf: *nbf,
        }
    }
}
