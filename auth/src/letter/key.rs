//! What nobody can guess of a letter: the token of its link and its code, which follow from its id and the master secret.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use uuid::Uuid;

use super::Occasion;
use crate::{account::UserId, master_secret::MasterSecret, token::seal::SealError};

/// What the tokens and codes of letters follow from, and what codes and addresses are hashed under.
#[derive(Debug)]
pub(crate) struct LetterKey(hmac::Key);

impl LetterKey {
    pub(crate) fn new(secret: &MasterSecret) -> Result<Self, SealError> {
        let key = secret
            .derived()
            .expand(&[b"letters and their links"], HMAC_SHA256)
            .map_err(|_| SealError::Cipher)?
            .into();
        Ok(Self(key))
    }

    /// The token of a letter's link.
    pub(super) fn token(&self, letter: Uuid) -> SecretString {
        URL_SAFE_NO_PAD
            .encode(self.sign(&["token", &letter.to_string()]))
            .into()
    }

    /// The code of a letter: eight digits.
    pub(super) fn code(&self, letter: Uuid) -> SecretString {
        let mut first = [0; 8];
        first.copy_from_slice(&self.sign(&["code", &letter.to_string()]).as_ref()[..8]);
        // 2^64 is so much more than 10^8 that no code is likelier than another by anything that counts.
        format!("{:08}", u64::from_be_bytes(first) % 100_000_000).into()
    }

    /// What is kept of a code: under the key, as there are too few codes to hide one by a bare hash.
    pub(crate) fn code_hash(&self, letter: Uuid, code: &str) -> Vec<u8> {
        self.sign(&["hash of a code", &letter.to_string(), code])
            .as_ref()
            .to_vec()
    }

    /// Under which name letters on an occasion to an address are counted.
    pub(crate) fn address_name(&self, occasion: Occasion, address: &str) -> Vec<u8> {
        self.sign(&["address", occasion.as_str(), address])
            .as_ref()
            .to_vec()
    }

    /// Under which name is counted how often a user took what is held of them.
    pub(crate) fn export_name(&self, user: UserId) -> Vec<u8> {
        self.sign(&["export", &user.to_string()]).as_ref().to_vec()
    }

    /// The parts can't run into each other: none holds a zero byte.
    fn sign(&self, parts: &[&str]) -> hmac::Tag {
        hmac::sign(&self.0, parts.join("\0").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn key(secret: &str) -> LetterKey {
        LetterKey::new(&MasterSecret::parse(secret).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_256_bits_and_follows_from_the_letter_and_the_master_secret_alone() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let second = key("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let token = |key: &LetterKey, id| key.token(id).expose_secret().to_owned();
        assert_eq!(token(&first, one).len(), 43);
        assert_eq!(token(&first, one), token(&first, one));
        assert_ne!(token(&first, one), token(&first, other));
        assert_ne!(token(&first, one), token(&second, one));
    }

    #[test]
    fn a_code_is_eight_digits() {
        let key = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        for id in 0..100 {
            let code = key.code(Uuid::from_u128(id));
            let code = code.expose_secret();
            assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
