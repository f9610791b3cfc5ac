//! The secret from which keys are derived: that under which the signing keys are sealed in the database, and that of names that were tried.

use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::random::{Randomness, RandomnessError, bytes};

/// What the operator keeps outside the database: whoever has only one of the two can sign nothing.
#[derive(Clone, Debug)]
pub struct MasterSecret(SecretString);

/// Why a text is no master secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MasterSecretError {
    /// Fewer than 32 characters.
    #[error(
        "at least {} characters are needed; `openssl rand -base64 48` makes some",
        MasterSecret::SHORTEST
    )]
    TooShort,
    /// A repetition or a word from an example.
    #[error("this one can be guessed; `openssl rand -base64 48` makes one that can't")]
    Guessable,
}

impl MasterSecret {
    const SHORTEST: usize = 32;
    /// The fewest different characters of a secret that chance made.
    const LEAST_VARIETY: usize = 10;

    /// Takes the operator's secret, spaces and line ends around it left out.
    ///
    /// # Errors
    /// [`MasterSecretError`], when it is too short or can be guessed.
    pub fn parse(text: &str) -> Result<Self, MasterSecretError> {
        let text = text.trim();
        if text.chars().count() < Self::SHORTEST {
            return Err(MasterSecretError::TooShort);
        }
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters.dedup();
        let lower = text.to_lowercase();
        let from_an_example = [
            "changeme",
            "change-me",
            "change_me",
            "changethis",
            "secret",
            "password",
            "example",
            "latchkey",
            "0123456789",
            "abcdefgh",
        ];
        if characters.len() < Self::LEAST_VARIETY
            || from_an_example.iter().any(|word| lower.contains(word))
        {
            return Err(MasterSecretError::Guessable);
        }
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
    fn what_can_be_guessed_is_refused() {
        for (text, error) in [
            ("short", MasterSecretError::TooShort),
            (
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                MasterSecretError::Guessable,
            ),
            (
                "please-change-me-before-you-deploy-this",
                MasterSecretError::Guessable,
            ),
        ] {
            assert_eq!(MasterSecret::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        let secret = MasterSecret::parse("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa").unwrap();
        assert!(!format!("{secret:?}").contains("k3Jx9"));
    }
}
