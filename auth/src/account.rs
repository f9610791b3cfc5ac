//! A person's account: the names it goes by, and what it shows of itself.

mod email_address;
mod event;
#[cfg(feature = "engine")]
mod identifier;
mod profile;
#[cfg(feature = "engine")]
pub(crate) mod profile_cache;
#[cfg(feature = "engine")]
mod user;
mod username;

pub use self::{
    email_address::{EmailAddress, EmailAddressError},
    event::{AccountEvent, EventPage},
    profile::Profile,
    username::{Username, UsernameError},
};
#[cfg(feature = "engine")]
pub use self::{
    identifier::Identifier,
    user::{SecurityVersion, User, UserId},
};
