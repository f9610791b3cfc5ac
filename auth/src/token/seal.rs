//! How a private key lies in the database: encrypted (AES-256-GCM) under a key that is derived from the master secret (HKDF, RFC 5869).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    master_secret::MasterSecret,
    random::{Randomness, RandomnessError, bytes},
};

/// Seals and opens private keys.
pub(crate) struct Seal(LessSafeKey);

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// It was sealed under another master secret, or altered since.
    #[error("sealed under another master secret, or altered since")]
    Refused,
    /// The cipher itself failed.
    #[error("the cipher failed")]
    Cipher,
    /// No nonce could be drawn.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seal")
    }
}

impl Seal {
    pub(crate) fn new(secret: &MasterSecret) -> Result<Self, SealError> {
        let key: UnboundKey = secret
            .derived()
            .expand(&[b"signing keys at rest"], &AES_256_GCM)
            .map_err(|_| SealError::Cipher)?
            .into();
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Encrypts `plain` so that it opens only in the place that `context` names.
    pub(crate) fn seal(
        &self,
        plain: &[u8],
        context: &str,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, SealError> {
        let nonce = bytes::<NONCE_LEN>(randomness)?;
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| SealError::Cipher)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Seal::seal`] made for the same `context`.
    pub(crate) fn open(
        &self,
        sealed: &[u8],
        context: &str,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, encrypted) = sealed
            .split_at_checked(NONCE_LEN)
            .ok_or(SealError::Refused)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Refused)?;
        let mut plain = Zeroizing::new(encrypted.to_vec());
        let length = self
            .0
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut plain)
            .map_err(|_| SealError::Refused)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandomness;

    fn seal(secret: &str) -> Seal {
        Seal::new(&MasterSecret::parse(secret).unwrap()).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_in_its_place_alone() {
        let seal_a = seal("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let sealed = seal_a
            .seal(b"key", "access/1", &SystemRandomness::default())
            .unwrap();
        assert_eq!(seal_a.open(&sealed, "access/1").unwrap().as_slice(), b"key");
        assert_eq!(seal_a.open(&sealed, "refresh/1"), Err(SealError::Refused));
        let seal_b = seal("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        assert_eq!(seal_b.open(&sealed, "access/1"), Err(SealError::Refused));
        assert_eq!(seal_a.open(b"short", "access/1"), Err(SealError::Refused));
    }
}
