//! The hash of a password that somebody is to have from now on.

use std::net::IpAddr;

use secrecy::SecretString;

use crate::{
    Engine, Error,
    error::{Field, FieldError},
    password::{Password, PasswordError, is_breached},
};

impl Engine {
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
            let refusal = FieldError::new(field, PasswordError::Breached);
            return Err(Error::Invalid(vec![refusal]));
        }
        parts.passwords.hash_unasked(password, address).await
    }
}
