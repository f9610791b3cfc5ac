//! The two algorithms that sign tokens: Ed25519 (RFC 8037), and ECDSA on P-256 (RFC 7518, section 3.4) for gateways that know no other.

use std::fmt;

use aws_lc_rs::{
    agreement::{self, ECDH_P256},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use zeroize::Zeroizing;

use super::JsonWebKey;
use crate::random::{Randomness, RandomnessError, bytes};

/// How tokens are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Ed25519: small, quick, with one signature for one message.
    #[default]
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

/// A private key that no algorithm can take: damaged, or of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnfitKey;

/// The length of either algorithm's private key, in bytes.
const PRIVATE_LENGTH: usize = 32;
/// The length of a coordinate of P-256, in bytes.
const COORDINATE_LENGTH: usize = 32;
/// What begins a point of P-256 that is written with both coordinates (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// A new private key, not parsed yet: it is about to be sealed.
pub(super) struct NewKey {
    pub(super) private: Zeroizing<[u8; PRIVATE_LENGTH]>,
    pub(super) public: Vec<u8>,
}

/// A private key that is ready to sign. It is parsed once, where `jsonwebtoken`'s own signer would parse it for each token.
pub(super) enum PrivateKey {
    EdDsa(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
}

impl SigningAlgorithm {
    /// Its `alg` (RFC 7518, RFC 8037).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of this `alg`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::EdDsa, Self::Es256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }

    /// Draws a key.
    pub(super) fn draw(self, randomness: &dyn Randomness) -> Result<NewKey, RandomnessError> {
        loop {
            let private = Zeroizing::new(bytes::<PRIVATE_LENGTH>(randomness)?);
            // One number in four thousand million is no key of P-256; the next is.
            if let Some(public) = self.public_of(private.as_slice()) {
                return Ok(NewKey { private, public });
            }
        }
    }

    fn public_of(self, private: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::EdDsa => {
                let pair = Ed25519KeyPair::from_seed_unchecked(private).ok()?;
                Some(pair.public_key().as_ref().to_vec())
            }
            Self::Es256 => {
                let key = agreement::PrivateKey::from_private_key(&ECDH_P256, private).ok()?;
                Some(key.compute_public_key().ok()?.as_ref().to_vec())
            }
        }
    }

    /// Parses a private key. That it fits the public half is the proof that both are of one making.
    pub(super) fn private_key(self, private: &[u8], public: &[u8]) -> Result<PrivateKey, UnfitKey> {
        match self {
            Self::EdDsa => Ed25519KeyPair::from_seed_and_public_key(private, public)
                .map(PrivateKey::EdDsa)
                .map_err(|_| UnfitKey),
            Self::Es256 => EcdsaKeyPair::from_private_key_and_public_key(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                private,
                public,
            )
            .map(PrivateKey::Es256)
            .map_err(|_| UnfitKey),
        }
    }

    /// What `jsonwebtoken` verifies by.
    pub(super) fn decoding_key(self, public: &[u8]) -> DecodingKey {
        match self {
            Self::EdDsa => DecodingKey::from_ed_der(public),
            Self::Es256 => DecodingKey::from_ec_der(public),
        }
    }

    /// What `jsonwebtoken` calls it.
    pub(super) const fn in_jsonwebtoken(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
        }
    }

    /// The public half as it is published (RFC 8037, section 2; RFC 7518, section 6.2). Nothing if it is none of this algorithm's.
    pub(super) fn json_web_key(self, id: &str, public: &[u8]) -> Option<JsonWebKey> {
        let (kty, crv, x, y) = match self {
            Self::EdDsa => ("OKP", "Ed25519", public, None),
            Self::Es256 => {
                let coordinates = public.strip_prefix(&[UNCOMPRESSED])?;
                let (x, y) = coordinates.split_at_checked(COORDINATE_LENGTH)?;
                ("EC", "P-256", x, Some(y))
            }
        };
        Some(JsonWebKey {
            kty,
            crv,
            key_use: "sig",
            alg: self.as_str(),
            kid: id.to_owned(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: y.map(|y| URL_SAFE_NO_PAD.encode(y)),
        })
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl PrivateKey {
    /// Signs, in the form that a JWT holds (RFC 7518, section 3.4; RFC 8037, section 3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, UnfitKey> {
        match self {
            Self::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            // Each signature of ECDSA needs a number of its own that nobody can foresee; the library draws it from the system.
            Self::Es256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| UnfitKey),
        }
    }
}
