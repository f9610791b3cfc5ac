//! Keeping a password so that nobody can read it back: argon2id (RFC 9106) in a PHC string.

use argon2::{
    Algorithm, Argon2, Block, KeyId, Params, ParamsBuilder, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::Password;
use crate::random::{Randomness, RandomnessError, bytes};

/// How passwords are hashed. The defaults are OWASP's (Password Storage Cheat Sheet).
#[derive(Clone, Debug)]
pub struct HashingSettings {
    /// Memory for one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Hashes at one time: as many as the machine has cores.
    pub width: usize,
    /// Hashes that may wait for their turn.
    pub queue: usize,
    /// Hashes at one time for one network address.
    pub per_address_in_flight: usize,
    /// A secret that goes into each new hash, kept outside the database.
    pub pepper: Option<Pepper>,
}

/// A secret of the server's that goes into each hash (OWASP, "Peppering"). Its id stands in the hash: one made without a pepper is told by
/// that and made anew at the next sign-in, one made with another can't be compared.
#[derive(Clone, Debug)]
pub struct Pepper {
    /// Up to eight ASCII letters and digits.
    pub id: String,
    /// The secret.
    pub secret: SecretString,
}

impl Default for HashingSettings {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            iterations: 2,
            width: std::thread::available_parallelism().map_or(1, usize::from),
            queue: 256,
            per_address_in_flight: 2,
            pepper: None,
        }
    }
}

/// Hashes passwords, and compares them with their hashes.
#[derive(Debug)]
pub(super) struct Hasher {
    params: Params,
    pepper: Option<Pepper>,
}

/// Why a password could not be hashed or compared. A wrong password is no error.
#[derive(Debug, Error)]
pub enum HashingError {
    /// The settings are out of argon2's bounds.
    #[error("argon2 does not take these parameters: {0}")]
    Parameters(argon2::Error),
    /// A stored hash can't be read.
    #[error("a stored password hash can't be read")]
    Unreadable,
    /// A stored hash was made with a pepper that is not set.
    #[error("a stored password hash needs the pepper {id:?}, which is not set")]
    PepperMissing {
        /// The pepper's id.
        id: String,
    },
    /// No salt could be drawn.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// The thread that was to hash has died.
    #[error("the hash was interrupted")]
    Interrupted,
}

/// What comparing a password with a stored hash has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Another password.
    Different,
    /// The same.
    Same,
    /// The same, but the hash was made with less than today's parameters ask for, or with another pepper or none: make it anew.
    SameButOutdated,
}

const SALT_LENGTH: usize = 16;
const OUTPUT_LENGTH: usize = 32;

impl Hasher {
    pub(super) fn new(settings: &HashingSettings) -> Result<Self, HashingError> {
        let mut builder = ParamsBuilder::new();
        builder
            .m_cost(settings.memory_kib)
            .t_cost(settings.iterations)
            .p_cost(1)
            .output_len(OUTPUT_LENGTH);
        if let Some(pepper) = &settings.pepper {
            builder.keyid(KeyId::new(pepper.id.as_bytes()).map_err(HashingError::Parameters)?);
        }
        let params = builder.build().map_err(HashingError::Parameters)?;
        Ok(Self {
            params,
            pepper: settings.pepper.clone(),
        })
    }

    /// Hashes `password` with a new salt, into a PHC string.
    pub(super) fn hash(
        &self,
        password: &Password,
        randomness: &dyn Randomness,
        memory: &mut Vec<Block>,
    ) -> Result<SecretString, HashingError> {
        let salt = bytes::<SALT_LENGTH>(randomness)?;
        let output = self.derive(password, &salt, &self.params, memory)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(|_| HashingError::Unreadable)?,
            salt: Some(Salt::new(&salt).map_err(|_| HashingError::Unreadable)?),
            hash: Some(Output::new(&output).map_err(|_| HashingError::Unreadable)?),
        };
        Ok(hash.to_string().into())
    }

    /// Compares `password` with a stored hash, in a time that tells nothing of where they differ.
    pub(super) fn compare(
        &self,
        password: &Password,
        stored: &SecretString,
        memory: &mut Vec<Block>,
    ) -> Result<Comparison, HashingError> {
        let stored =
            PasswordHash::new(stored.expose_secret()).map_err(|_| HashingError::Unreadable)?;
        let params = Params::try_from(&stored).map_err(|_| HashingError::Unreadable)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(HashingError::Unreadable);
        };
        if stored.algorithm != Algorithm::Argon2id.ident() {
            return Err(HashingError::Unreadable);
        }
        let output = self.derive(password, salt, &params, memory)?;
        Ok(
            match verify_slices_are_equal(&output, expected.as_bytes()) {
                Err(_) => Comparison::Different,
                Ok(()) if self.is_current(&params) => Comparison::Same,
                Ok(()) => Comparison::SameButOutdated,
            },
        )
    }

    /// Whether a hash need not be made anew. One that costs more than today's stands: servers with two settings, as while one replaces the
    /// other, would else hash back and forth.
    fn is_current(&self, params: &Params) -> bool {
        params.m_cost() >= self.params.m_cost()
            && params.t_cost() >= self.params.t_cost()
            && params.keyid() == self.params.keyid()
    }

    fn derive(
        &self,
        password: &Password,
        salt: &[u8],
        params: &Params,
        memory: &mut Vec<Block>,
    ) -> Result<[u8; OUTPUT_LENGTH], HashingError> {
        let pepper = self.pepper_named(params.keyid())?;
        let argon2 =
            Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params.clone())
                .map_err(HashingError::Parameters)?;
        memory.resize(params.block_count(), Block::default());
        let mut output = [0; OUTPUT_LENGTH];
        argon2
            .hash_password_into_with_memory(
                password.as_bytes(),
                salt,
                &mut output,
                memory.as_mut_slice(),
            )
            .map_err(HashingError::Parameters)?;
        Ok(output)
    }

    fn pepper_named(&self, id: &[u8]) -> Result<&[u8], HashingError> {
        match &self.pepper {
            _ if id.is_empty() => Ok(&[]),
            Some(pepper) if pepper.id.as_bytes() == id => {
                Ok(pepper.secret.expose_secret().as_bytes())
            }
            _ => Err(HashingError::PepperMissing {
                id: String::from_utf8_lossy(id).into_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandomness;

    fn hasher(memory_kib: u32, pepper: Option<&str>) -> Hasher {
        let pepper = pepper.map(|id| Pepper {
            id: id.to_owned(),
            secret: format!("the secret of {id}").into(),
        });
        Hasher::new(&HashingSettings {
            memory_kib,
            iterations: 1,
            pepper,
            ..HashingSettings::default()
        })
        .unwrap()
    }

    fn password(typed: &str) -> Password {
        Password::typed(&typed.into()).unwrap()
    }

    fn hash(hasher: &Hasher, typed: &str) -> SecretString {
        hasher
            .hash(
                &password(typed),
                &SystemRandomness::default(),
                &mut Vec::new(),
            )
            .unwrap()
    }

    fn compare(
        hasher: &Hasher,
        typed: &str,
        stored: &SecretString,
    ) -> Result<Comparison, HashingError> {
        hasher.compare(&password(typed), stored, &mut Vec::new())
    }

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let hasher = hasher(64, None);
        let stored = hash(&hasher, "correct horse");
        assert!(
            stored
                .expose_secret()
                .starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{}",
            stored.expose_secret()
        );
        assert_eq!(
            compare(&hasher, "correct horse", &stored).unwrap(),
            Comparison::Same
        );
        assert_eq!(
            compare(&hasher, "correct horsf", &stored).unwrap(),
            Comparison::Different
        );
    }

    #[test]
    fn nothing_is_cut_off() {
        let hasher = hasher(64, None);
        let long = "x".repeat(72);
        let stored = hash(&hasher, &format!("{long}a"));
        assert_eq!(
            compare(&hasher, &format!("{long}b"), &stored).unwrap(),
            Comparison::Different
        );
    }

    #[test]
    fn raised_parameters_make_a_hash_outdated() {
        let stored = hash(&hasher(64, None), "correct horse");
        assert_eq!(
            compare(&hasher(128, None), "correct horse", &stored).unwrap(),
            Comparison::SameButOutdated
        );
        assert_eq!(
            compare(&hasher(128, None), "wrong horse", &stored).unwrap(),
            Comparison::Different
        );
    }

    #[test]
    fn lowered_parameters_leave_a_hash_as_it_is() {
        let stored = hash(&hasher(128, None), "correct horse");
        assert_eq!(
            compare(&hasher(64, None), "correct horse", &stored).unwrap(),
            Comparison::Same
        );
    }

    #[test]
    fn a_pepper_is_needed_for_the_hashes_that_were_made_with_it() {
        let peppered = hasher(64, Some("p1"));
        let stored = hash(&peppered, "correct horse");
        assert_eq!(
            compare(&peppered, "correct horse", &stored).unwrap(),
            Comparison::Same
        );
        assert!(matches!(
            compare(&hasher(64, None), "correct horse", &stored),
            Err(HashingError::PepperMissing { .. })
        ));
        let plain = hash(&hasher(64, None), "correct horse");
        assert_eq!(
            compare(&peppered, "correct horse", &plain).unwrap(),
            Comparison::SameButOutdated
        );
    }

    #[test]
    fn the_stored_form_is_one_that_argon2_itself_reads() {
        use argon2::PasswordVerifier;
        let stored = hash(&hasher(64, None), "correct horse");
        assert!(
            Argon2::default()
                .verify_password(b"correct horse", stored.expose_secret())
                .is_ok()
        );
    }
}
