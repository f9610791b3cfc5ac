//! Whether a secret that an operator gives was made by chance. What is short, well known, a pattern or taken from an example is refused.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use thiserror::Error;

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakSecret {
    /// Fewer than 32 characters.
    #[error("at least {SHORTEST} characters are needed; `openssl rand -base64 48` makes some")]
    TooShort,
    /// A repetition, a pattern, or words from an example.
    #[error("this one can be guessed; `openssl rand -base64 48` makes one that can't")]
    Guessable,
}

const SHORTEST: usize = 32;
/// The fewest different characters of a secret that chance made.
const LEAST_VARIETY: usize = 10;
/// How many characters in a row are not to follow each other as they do in the alphabet.
const LONGEST_RUN: usize = 8;
/// What stands in examples and in lists of passwords. Each is so long that chance hardly ever makes it.
const WELL_KNOWN: [&str; 22] = [
    "changeme",
    "change-me",
    "change_me",
    "changethis",
    "change-this",
    "change_this",
    "replace",
    "placeholder",
    "secret",
    "password",
    "passphrase",
    "example",
    "default",
    "insecure",
    "letmein",
    "openssl",
    "latchkey",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "correct horse",
    "battery staple",
];

/// Takes a secret that has at least 32 characters and looks as if chance had made it (OWASP Secrets Management Cheat Sheet).
///
/// # Errors
/// [`WeakSecret`], when it is too short or can be guessed.
pub fn refuse_weak_secret(text: &str) -> Result<(), WeakSecret> {
    if text.chars().count() < SHORTEST {
        return Err(WeakSecret::TooShort);
    }
    if is_guessable(text.as_bytes()) || decoded(text).iter().any(|bytes| is_guessable(bytes)) {
        return Err(WeakSecret::Guessable);
    }
    Ok(())
}

/// What the text says, if it is written in hexadecimal digits or base64.
fn decoded(text: &str) -> Vec<Vec<u8>> {
    let pairs: Option<Vec<&str>> = (0..text.len())
        .step_by(2)
        .map(|at| text.get(at..at + 2))
        .collect();
    let hexadecimal = pairs.and_then(|pairs| {
        pairs
            .into_iter()
            .map(|pair| u8::from_str_radix(pair, 16).ok())
            .collect()
    });
    let base64 = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE_NO_PAD.decode(text));
    hexadecimal.into_iter().chain(base64.ok()).collect()
}

fn is_guessable(bytes: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(bytes).to_lowercase();
    has_little_variety(bytes)
        || is_a_repetition(bytes)
        || has_a_run(bytes)
        || WELL_KNOWN.iter().any(|words| lower.contains(words))
}

fn has_little_variety(bytes: &[u8]) -> bool {
    let mut different = bytes.to_vec();
    different.sort_unstable();
    different.dedup();
    different.len() < LEAST_VARIETY
}

/// Whether it is the same, over and over.
fn is_a_repetition(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2).any(|period| {
        bytes
            .iter()
            .zip(&bytes[period..])
            .all(|(one, next)| one == next)
    })
}

/// Whether characters follow each other as they do in the alphabet, or the other way round.
fn has_a_run(bytes: &[u8]) -> bool {
    bytes.windows(LONGEST_RUN).any(|part| {
        part.windows(2)
            .all(|two| two[0].checked_add(1) == Some(two[1]))
            || part
                .windows(2)
                .all(|two| two[1].checked_add(1) == Some(two[0]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{SystemRandomness, bytes};

    #[test]
    fn what_chance_has_made_is_taken() {
        for _ in 0..100 {
            let random = bytes::<32>(&SystemRandomness::default()).unwrap();
            let hexadecimal = random
                .iter()
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
            for text in [STANDARD.encode(random), hexadecimal] {
                assert_eq!(refuse_weak_secret(&text), Ok(()), "{text}");
            }
        }
    }

    #[test]
    fn what_can_be_guessed_is_refused() {
        assert_eq!(refuse_weak_secret("t3Vw9QzL"), Err(WeakSecret::TooShort));
        for text in [
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "00000000000000000000000000000000",
            "please-change-me-before-you-deploy-this",
            "secretsecretsecretsecretsecretsecret",
            "passwordpasswordpasswordpassword12",
            "replace-me-with-a-random-string-of-32-characters",
            "correct horse battery staple correct horse",
            "qwertyuiopasdfghjklzxcvbnm1234567890",
            "0123456789abcdef0123456789abcdef",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "openssl rand -base64 32 openssl rand -base64 32",
            "t3Vw9QzL2xNf7BkRt3Vw9QzL2xNf7BkR",
        ] {
            assert_eq!(
                refuse_weak_secret(text),
                Err(WeakSecret::Guessable),
                "{text}"
            );
        }
    }
}
