//! What a link in a letter is good for, for how long, and how it is recognised.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use secrecy::{ExposeSecret as _, SecretString};

use crate::clock::Timestamp;

/// What a link in a letter is good for. One of another purpose opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Proving that the account's address is its owner's.
    VerifyEmail,
    /// Proving the same before there is an account.
    ConfirmSignUp,
    /// Choosing another password without knowing the present one.
    ResetPassword,
    /// Signing in.
    SignIn,
    /// Proving that an address is theirs which the user wants in the place of the account's.
    ConfirmNewEmail,
    /// Getting the former address back.
    UndoEmailChange,
    /// Saying that what the letter told of was somebody else's doing.
    NotMe,
}

impl Purpose {
    /// The purpose's name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ConfirmSignUp => "confirm_sign_up",
            Self::ResetPassword => "reset_password",
            Self::SignIn => "sign_in",
            Self::ConfirmNewEmail => "confirm_new_email",
            Self::UndoEmailChange => "undo_email_change",
            Self::NotMe => "not_me",
        }
    }

    /// How long the link is good, from when its letter is sent.
    pub const fn life(self) -> Duration {
        match self {
            Self::VerifyEmail | Self::ConfirmSignUp | Self::ConfirmNewEmail => {
                Duration::from_hours(24)
            }
            Self::ResetPassword => Duration::from_mins(30),
            Self::SignIn => Duration::from_mins(10),
            Self::UndoEmailChange | Self::NotMe => Duration::from_hours(7 * 24),
        }
    }

    /// How long the code beside the link is good, if there is one (OWASP ASVS 5.0, 6.5.5: ten minutes at most).
    pub const fn code_life(self) -> Option<Duration> {
        match self {
            Self::VerifyEmail | Self::ConfirmSignUp | Self::SignIn => Some(Duration::from_mins(10)),
            _ => None,
        }
    }

    /// Whether a newer link kills the older ones. Those that answer to what has happened stand beside each other.
    pub(crate) const fn is_replaced(self) -> bool {
        !matches!(self, Self::UndoEmailChange | Self::NotMe)
    }

    /// Those whose links die with whatever makes the user's tokens void, another password above all.
    pub(crate) const DIE_WITH_THE_TOKENS: [Self; 3] =
        [Self::ResetPassword, Self::SignIn, Self::ConfirmNewEmail];

    /// Whether the link is one of those.
    pub(crate) fn dies_with_the_tokens(self) -> bool {
        Self::DIE_WITH_THE_TOKENS.contains(&self)
    }
}

/// How many wrong codes a letter takes.
pub(crate) const CODE_TRIES: i64 = 5;

/// What a page may say of a link before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkFacts {
    /// What it is good for.
    pub purpose: Purpose,
    /// The address that it is about.
    pub email: String,
    /// The name of the account or of the sign-up.
    pub username: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// What is kept of a token. A bare hash is enough: it has 256 bits.
pub(crate) fn token_hash(token: &SecretString) -> Vec<u8> {
    digest(&SHA256, token.expose_secret().as_bytes())
        .as_ref()
        .to_vec()
}
