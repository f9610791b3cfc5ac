//! Passwords: which are taken, and how they are kept.

mod policy;
mod predictability;

pub use self::policy::{Assessment, PasswordError, PasswordPolicy, Strength};

#[cfg(feature = "engine")]
mod breached;
#[cfg(feature = "engine")]
mod common;
#[cfg(feature = "engine")]
mod frequent;
#[cfg(feature = "engine")]
pub mod hashing;
#[cfg(feature = "engine")]
mod pool;
#[cfg(feature = "engine")]
mod secret;

#[cfg(feature = "engine")]
pub(crate) use self::{breached::is_breached, pool::network};
#[cfg(feature = "engine")]
pub use self::{
    breached::{BreachedPasswords, HashPrefix, RangeAnswer},
    pool::HashPool,
    secret::Password,
};
