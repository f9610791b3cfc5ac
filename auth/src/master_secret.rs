//! The secret from which keys are derived: that under which the signing keys are sealed in the database, and that of names that were tried.

use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    random::{Randomness, RandomnessError, bytes},
    secret_strength::{WeakSecret, refuse_weak_secret},
};

/// What the operator keeps outside the database: whoever has only one of the two can sign nothing.
#[derive(Clone, Debug)]
pub struct MasterSecret(SecretString);

impl MasterSecret {
    /// Takes the operator's secret, spaces and line ends around it left out.
    ///
    /// # Errors
    /// [`WeakSecret`], when it is too short or can be guessed.
    pub fn parse(text: &str) -> Result<Self, WeakSecret> {
        let text = text.trim();
        refuse_weak_secret(text)?;
        Ok(Self(text.into()))
    }

    /// The text of a new secret: 48 bytes of chance.
    ///
    /// # Errors
    /// [`RandomnessError`], when the source has failed.
    pub fn generate(randomness: &dyn Randomness) -> Result<SecretString, RandomnessError> {
        Ok(URL_SAFE_NO_PAD.encode(bytes::<48>(randomness)?).into())
    }

    /// What keys are derived from, each for a use of its own (HKDF, RFC 5869).
    pub(crate) fn derived(&self) -> Prk {
        Salt::new(HKDF_SHA256, b"latchkey").extract(self.0.expose_secret().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandomness;

    #[test]
    fn a_generated_secret_is_taken() {
        let text = MasterSecret::generate(&SystemRandomness::default()).unwrap();
        assert!(MasterSecret::parse(text.expose_secret()).is_ok());
    }

    #[test]
    fn debug_does_not_show_it() {
        let secret = MasterSecret::parse("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa").unwrap();
        assert!(!format!("{secret:?}").contains("k3Jx9"));
    }
}
