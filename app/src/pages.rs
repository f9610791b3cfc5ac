//! The pages: each a composition of components.

#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` of its own"
)]

pub(crate) mod confirm_sign_up;
pub(crate) mod errand;
pub(crate) mod error;
pub(crate) mod forgot_password;
pub(crate) mod home;
mod members;
pub(crate) mod not_found;
#[cfg(feature = "ssr")]
pub(crate) mod problems;
pub(crate) mod profile;
pub(crate) mod reset_password;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_in_link;
pub(crate) mod sign_up;
pub(crate) mod verify_email;
