//! The one error that crosses the wire between a page and the server, in words that a person understands.

use std::fmt;

use auth::error::FieldError;
use bytes::Bytes;
use leptos::server_fn::{
    Decodes as _,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

use crate::{json::JsonAnswer, words};

/// Why a server function did not do what it was asked. Its display is a sentence for the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiError {
    /// What was typed can't be taken; each fault stands beside its field.
    Fields(Vec<FieldError>),
    /// An unknown user or a wrong password.
    WrongCredentials,
    /// A token is missing or void: signed out.
    Unauthorized,
    /// The token is good, and the password is asked for again (RFC 9470).
    ProofTooOld,
    /// A link of a letter can't be used any more.
    InvalidLink,
    /// A code is not the letter's.
    WrongCode,
    /// A letter is needed, and none is sent here.
    NoMail,
    /// What was named is not there.
    NotFound,
    /// Too many tries of late, or too many people at once.
    TooManyTries {
        /// How long to wait.
        seconds: u64,
    },
    /// The server could not read the request.
    Malformed,
    /// The request came from another site.
    Forbidden,
    /// There was no answer: the network is lost, or too slow. Made in the browser alone.
    Offline,
    /// The server can't do it just now.
    Unavailable,
    /// Something that should not happen did.
    Other,
}

impl ApiError {
    /// The status of an HTTP answer that says this.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Fields(_) | Self::InvalidLink | Self::WrongCode | Self::NoMail => 422,
            Self::WrongCredentials | Self::Unauthorized | Self::ProofTooOld => 401,
            Self::NotFound => 404,
            Self::TooManyTries { .. } => 429,
            Self::Malformed => 400,
            Self::Forbidden => 403,
            Self::Offline | Self::Unavailable => 503,
            Self::Other => 500,
        }
    }

    /// What an answer means that holds none of these errors: it comes from something between the page and the app.
    pub(crate) fn from_status(status: u16, retry_after: Option<u64>) -> Self {
        match status {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            429 => Self::TooManyTries {
                seconds: retry_after.unwrap_or(30),
            },
            400..=499 => Self::Malformed,
            _ => Self::Unavailable,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooManyTries { seconds } => {
                return write!(
                    formatter,
                    "Too many tries. Try again in {}.",
                    words::wait(*seconds)
                );
            }
            Self::Fields(_) => "Some fields need another look.",
            Self::WrongCredentials => "Invalid username or password. Check both and try again.",
            Self::Unauthorized => "You are signed out. Sign in to go on.",
            Self::ProofTooOld => "Enter your password again to go on.",
            Self::InvalidLink => {
                "This link can't be used any more: it was used, is too old, or a newer one was sent."
            }
            Self::WrongCode => "This code is not the one from the newest letter, or is too old.",
            Self::NoMail => "This service sends no mail. Ask whoever runs it.",
            Self::NotFound => "This is not there any more. Reload the page.",
            Self::Malformed => "The server could not read that. Reload the page and try again.",
            Self::Forbidden => "That was refused. Reload the page and try again.",
            Self::Offline => "The network can't be reached.",
            Self::Unavailable => "The service is not available just now. Try again in a moment.",
            Self::Other => "Something went wrong on our side. Try again in a moment.",
        })
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn de(json: Bytes) -> Self {
        if cfg!(feature = "ssr") {
            JsonEncoding::decode(json).unwrap_or(Self::Malformed)
        } else {
            JsonAnswer::decode(json).unwrap_or(Self::Unavailable)
        }
    }

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Offline,
            // On the server it is the request that could not be read, in the browser the answer.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => Self::Malformed,
            ServerFnErrorErr::Deserialization(_) => Self::Unavailable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
            _ => Self::Other,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<auth::Error> for ApiError {
    fn from(error: auth::Error) -> Self {
        match error {
            auth::Error::Invalid(errors) => Self::Fields(errors),
            auth::Error::WrongCredentials => Self::WrongCredentials,
            auth::Error::RefreshTokenNotFound
            | auth::Error::InvalidToken
            | auth::Error::NotAuthenticated => Self::Unauthorized,
            auth::Error::ProofTooOld => Self::ProofTooOld,
            auth::Error::InvalidLink => Self::InvalidLink,
            auth::Error::WrongCode => Self::WrongCode,
            auth::Error::NoMail => Self::NoMail,
            auth::Error::NotFound => Self::NotFound,
            auth::Error::TooManyTries { retry_after } | auth::Error::Busy { retry_after } => {
                Self::TooManyTries {
                    seconds: auth::error::whole_seconds(retry_after),
                }
            }
            auth::Error::Unavailable(_) => Self::Unavailable,
            auth::Error::Internal(_) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use leptos::server_fn::error::IntoAppError as _;

    use super::*;

    #[test]
    fn an_error_survives_the_way_to_the_browser() {
        for error in [
            ApiError::Fields(vec![FieldError::new(
                auth::error::Field::Email,
                "Enter your email address",
            )]),
            ApiError::WrongCredentials,
            ApiError::TooManyTries { seconds: 7 },
            ApiError::Other,
        ] {
            assert_eq!(ApiError::de(error.ser()), error);
        }
    }

    #[test]
    fn a_lost_network_is_told_from_a_failing_server() {
        let lost: ApiError = ServerFnErrorErr::Request(String::new()).into_app_error();
        assert_eq!(lost, ApiError::Offline);
        assert_eq!(ApiError::from_status(502, None), ApiError::Unavailable);
    }

    #[test]
    fn only_a_401_means_signed_out() {
        for status in 400..600 {
            assert_eq!(
                ApiError::from_status(status, None) == ApiError::Unauthorized,
                status == 401,
                "{status}"
            );
        }
        assert_eq!(
            ApiError::from_status(429, Some(3)),
            ApiError::TooManyTries { seconds: 3 }
        );
    }

    #[test]
    fn a_wait_is_said_in_words() {
        assert_eq!(
            ApiError::TooManyTries { seconds: 90 }.to_string(),
            "Too many tries. Try again in 2 minutes."
        );
    }
}
