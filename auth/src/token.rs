//! The two kinds of token, both JWTs (RFC 7519), and the one function that verifies them.

mod claims;

pub use self::claims::AccessClaims;

#[cfg(feature = "engine")]
pub(crate) mod key_ring;
#[cfg(feature = "engine")]
mod kind;
#[cfg(feature = "engine")]
pub(crate) mod seal;
#[cfg(feature = "engine")]
mod verify;

#[cfg(feature = "engine")]
pub(crate) use self::verify::LEEWAY;
#[cfg(feature = "engine")]
pub use self::{
    claims::RefreshClaims,
    key_ring::{JsonWebKey, JsonWebKeySet, KeyRing, Ring},
    kind::{Access, Kind, Refresh},
    verify::{Rules, Verified, verify},
};
#[cfg(all(test, feature = "engine"))]
mod forgeries;
