//! A password that somebody is to have from now on: whether it can be taken, and its hash.

use std::net::IpAddr;

use secrecy::SecretString;

use crate::{
    Engine, Error,
    error::Field,
    password::{Password, PasswordError, is_breached},
};

impl Engine {
    /// Reads a password that was typed into `field` to be from now on that of the account of this name and address.
    ///
    /// # Errors
    /// [`Error::Invalid`], when the policy does not take it.
    pub(super) fn new_password(
        &self,
        typed: &SecretString,
        field: Field,
        username: &str,
        email: &str,
    ) -> Result<Password, Error> {
        Password::new(typed, self.password_policy(), username, email)
            .map_err(|error| Error::of(field, error))
    }

    /// Hashes a password that was typed into `field` at `address` to be somebody's from now on, unless it is known from a breach. That is asked
    /// where the settings name a service for it, of a password that the policy takes.
    ///
    /// # Errors
    /// [`Error::Invalid`], when it is known from a breach; [`Error::Busy`], when too many passwords wait to be hashed.
    pub(super) async fn hash_new_password(
        &self,
        password: &Password,
        field: Field,
        address: Option<IpAddr>,
    ) -> Result<SecretString, Error> {
        let parts = self.parts();
        if let Some(service) = &parts.settings.breached_passwords
            && is_breached(&**service, password).await
        {
            return Err(Error::of(field, PasswordError::Breached));
        }
        parts.passwords.hash_unasked(password, address).await
    }
}
