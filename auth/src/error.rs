//! What can go wrong, in words that a person understands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A field that a person fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The username, or at sign-in the username or the email address.
    Username,
    /// The email address.
    Email,
    /// The password.
    Password,
    /// The password that is in use, where another is to take its place.
    CurrentPassword,
    /// The password that is to take its place.
    NewPassword,
    /// A code from a letter.
    Code,
}

impl Field {
    /// All of them, in the order in which a form has them.
    pub const ALL: [Self; 6] = [
        Self::Username,
        Self::Email,
        Self::Password,
        Self::CurrentPassword,
        Self::NewPassword,
        Self::Code,
    ];

    /// The name that the field has in forms and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Password => "password",
            Self::CurrentPassword => "current_password",
            Self::NewPassword => "new_password",
            Self::Code => "code",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What is wrong with one field: a sentence to put beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field that is wrong.
    pub field: Field,
    /// What to do about it.
    pub message: String,
}

impl FieldError {
    /// Puts `reason` beside `field`.
    pub fn new(field: Field, reason: impl fmt::Display) -> Self {
        Self {
            field,
            message: reason.to_string(),
        }
    }
}

#[cfg(feature = "engine")]
pub use self::engine::{Error, whole_seconds};

#[cfg(feature = "engine")]
mod engine {
    use std::{fmt, time::Duration};

    use super::{Field, FieldError};
    use crate::{random::RandomnessError, store::StoreError};

    /// Why a flow did not do what it was asked.
    ///
    /// The display of a refusal is, word for word, what the API answers. That of a failure says no more than a stranger may know; its
    /// cause is in its source, for the log.
    #[derive(Debug, thiserror::Error)]
    pub enum Error {
        /// What was typed can't be taken; each fault stands beside its field.
        #[error("Some fields need another look")]
        Invalid(Vec<FieldError>),
        /// An unknown user, a wrong password or a disabled account: one answer for all.
        #[error("Invalid username or password")]
        WrongCredentials,
        /// A refresh was asked for without a refresh token.
        #[error("Refresh token not found")]
        RefreshTokenNotFound,
        /// A token that is forged, expired, revoked, replayed or of the other kind.
        #[error("Invalid token")]
        InvalidToken,
        /// A protected call without a bearer token.
        #[error("Not authenticated")]
        NotAuthenticated,
        /// The last proof of who one is was long ago: the password is asked for again (RFC 9470).
        #[error("Enter your password again to go on")]
        ProofTooOld,
        /// A link of a letter that was used, is too old, or was followed by a newer one.
        #[error(
            "This link can't be used any more: it was used, is too old, or a newer one was sent"
        )]
        InvalidLink,
        /// A code that is another than the letter's.
        #[error("This code is not the one from the letter")]
        WrongCode,
        /// A letter is needed, and this service sends none.
        #[error("This service sends no mail. Ask whoever runs it")]
        NoMail,
        /// What was named is not there, or is somebody else's.
        #[error("There is no such thing here")]
        NotFound,
        /// The account has seen too many wrong passwords of late, or too many letters or exports were asked for.
        #[error("Too many tries. Try again in {} s", whole_seconds(*retry_after))]
        TooManyTries {
            /// How long to wait.
            retry_after: Duration,
        },
        /// More passwords wait to be checked than can be soon.
        #[error("Many people are signing in just now. Try again in {} s", whole_seconds(*retry_after))]
        Busy {
            /// How long to wait.
            retry_after: Duration,
        },
        /// The database does not answer.
        #[error("The service is not available just now. Try again in a moment")]
        Unavailable(#[from] StoreError),
        /// Something that should not happen did.
        #[error("Something went wrong on our side")]
        Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
    }

    impl Error {
        /// One field can't be taken, for this reason.
        pub(crate) fn of(field: Field, reason: impl fmt::Display) -> Self {
            Self::Invalid(vec![FieldError::new(field, reason)])
        }
    }

    /// A wait in seconds, rounded up: whoever waits for them has waited long enough.
    pub fn whole_seconds(wait: Duration) -> u64 {
        (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
    }

    impl From<RandomnessError> for Error {
        fn from(error: RandomnessError) -> Self {
            Self::Internal(Box::new(error))
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_wait_is_rounded_up() {
            let seconds = |millis| whole_seconds(Duration::from_millis(millis));
            assert_eq!([0, 1, 2000, 2001].map(seconds), [1, 1, 2, 3]);
        }
    }
}
