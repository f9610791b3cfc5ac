//! The two kinds of token, both JWTs (RFC 7519), and the one function that verifies them.

mod claims;

pub use self::claims::AccessClaims;

#[cfg(feature = "engine")]
mod algorithm;
#[cfg(feature = "engine")]
mod json_web_key;
#[cfg(feature = "engine")]
pub(crate) mod key_ring;
#[cfg(feature = "engine")]
pub(crate) mod keys;
#[cfg(feature = "engine")]
pub(crate) mod keysmith;
#[cfg(feature = "engine")]
mod kind;
#[cfg(feature = "engine")]
pub(crate) mod seal;
#[cfg(feature = "engine")]
mod verify;

#[cfg(feature = "engine")]
pub(crate) use self::verify::{AHEAD_OF_A_CLOCK_PUT_BACK, LEEWAY};
#[cfg(feature = "engine")]
pub use self::{
    algorithm::SigningAlgorithm,
    claims::RefreshClaims,
    json_web_key::{JsonWebKey, JsonWebKeySet},
    key_ring::{KeyRing, Ring},
    keysmith::{KeyState, Keysmith, KeysmithError, ListedKey, Retired, SwitchOver},
    kind::{Access, Kind, Refresh},
    seal::SealError,
    verify::{Refused, Rules, Verified, verify},
};
#[cfg(all(test, feature = "engine"))]
mod forgeries;
