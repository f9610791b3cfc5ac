//! How a user proved who they are, in the words of RFC 8176: as a session keeps it, and as its access tokens tell it in `amr`.

use thiserror::Error;

/// How a user proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// With a password: `pwd`.
    Password,
    /// With a link or a code from a letter, which works once: `otp`. RFC 8176 has no word of its own for mail.
    Letter,
}

impl Proof {
    const ALL: [Self; 2] = [Self::Password, Self::Letter];

    /// As a session keeps it: a JSON list of words.
    pub const fn as_stored(self) -> &'static str {
        match self {
            Self::Password => r#"["pwd"]"#,
            Self::Letter => r#"["otp"]"#,
        }
    }

    /// As an access token tells it (RFC 9068, section 2.2.1).
    pub fn amr(self) -> Vec<String> {
        let word = match self {
            Self::Password => "pwd",
            Self::Letter => "otp",
        };
        vec![word.to_owned()]
    }
}

/// A session was begun in a way that this program does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a session was begun in a way that this program does not know")]
pub struct UnknownProof;

impl TryFrom<String> for Proof {
    type Error = UnknownProof;

    fn try_from(stored: String) -> Result<Self, UnknownProof> {
        let mut all = Self::ALL.into_iter();
        all.find(|proof| proof.as_stored() == stored)
            .ok_or(UnknownProof)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_session_keeps_is_what_its_tokens_tell() {
        for proof in Proof::ALL {
            let stored = proof.as_stored();
            assert_eq!(Proof::try_from(stored.to_owned()), Ok(proof));
            assert_eq!(serde_json::to_string(&proof.amr()).unwrap(), stored);
        }
        assert_eq!(Proof::try_from("[]".to_owned()), Err(UnknownProof));
    }
}
