//! A person's account: the names it goes by, and what it shows of itself.

mod email_address;
mod profile;
#[cfg(feature = "engine")]
mod user;
mod username;

#[cfg(feature = "engine")]
pub use self::user::{SecurityVersion, User, UserId};
pub use self::{
    email_address::{EmailAddress, EmailAddressError},
    profile::Profile,
    username::{Username, UsernameError},
};
