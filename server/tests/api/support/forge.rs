//! Tokens as an attacker would make them, and as only we could.

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A private key of a ring, or of somebody else.
pub(crate) struct HeldKey(Ed25519KeyPair);

impl HeldKey {
    /// The key of this seed, if `public` is its public half.
    pub(crate) fn of_seed(seed: &[u8; 32], public: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).unwrap();
        (pair.public_key().as_ref() == public).then_some(Self(pair))
    }

    pub(crate) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// A token of this header and payload, signed.
    pub(crate) fn sign(&self, header: &str, payload: &str) -> String {
        token(header, payload, |message| {
            self.0.sign(message).as_ref().to_vec()
        })
    }
}

/// A key that no server of ours knows.
pub(crate) fn foreign_key() -> HeldKey {
    HeldKey(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap())
}

/// A token of this header and payload, signed by `sign`.
pub(crate) fn token(header: &str, payload: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encode(header), encode(payload));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", encode(signature))
}

/// HS256 under any bytes.
pub(crate) fn sign_with_hmac(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |message| hmac::sign(&key, message).as_ref().to_vec()
}

/// The three parts of a token.
pub(crate) fn parts_of(token: &str) -> [&str; 3] {
    let parts: Vec<_> = token.split('.').collect();
    parts.try_into().expect("a compact token has three parts")
}

/// The header of a token, as it is written.
pub(crate) fn header_of(token: &str) -> String {
    String::from_utf8(decode(parts_of(token)[0])).unwrap()
}

/// The claims of a token, unverified.
pub(crate) fn claims_of(token: &str) -> Value {
    serde_json::from_slice(&decode(parts_of(token)[1])).unwrap()
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
