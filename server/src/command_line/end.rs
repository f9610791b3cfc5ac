//! How a command ends when it does not end well: in words for the person, and a code for the script.

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use auth::token::KeysmithError;

use crate::{causes::with_causes, settings::SettingsError};

/// An end that is not a good one.
#[derive(Debug)]
pub(super) struct End {
    code: u8,
    /// Nothing, where all has been said.
    words: Option<String>,
}

const FAILED: u8 = 1;
const WRONG_SETTINGS: u8 = 3;
const UNKNOWN: u8 = 4;
const REFUSED: u8 = 5;

impl End {
    /// There is no such thing as was named.
    pub(super) fn unknown(words: impl Into<String>) -> Self {
        Self::new(UNKNOWN, words)
    }

    /// It was not done, for a reason that lies in what was asked.
    pub(super) fn refused(words: impl Into<String>) -> Self {
        Self::new(REFUSED, words)
    }

    /// What was looked for was found wanting, and that has been said.
    pub(super) const fn found_wanting() -> Self {
        Self {
            code: REFUSED,
            words: None,
        }
    }

    /// Something failed.
    pub(super) fn failed(error: &dyn Error) -> Self {
        Self::new(FAILED, with_causes(error))
    }

    fn new(code: u8, words: impl Into<String>) -> Self {
        Self {
            code,
            words: Some(words.into()),
        }
    }

    /// Says it, and gives the code.
    pub(super) fn tell(self) -> ExitCode {
        if let Some(words) = self.words {
            // Where not even that can be said, the exit code must do.
            let _ = writeln!(io::stderr().lock(), "{words}");
        }
        ExitCode::from(self.code)
    }
}

impl From<SettingsError> for End {
    fn from(error: SettingsError) -> Self {
        Self::new(WRONG_SETTINGS, error.to_string())
    }
}

impl From<KeysmithError> for End {
    fn from(error: KeysmithError) -> Self {
        match error {
            KeysmithError::Unknown(_) => Self::unknown(error.to_string()),
            KeysmithError::RetiredAlready(_)
            | KeysmithError::WaitsAlready { .. }
            | KeysmithError::Overtaken => Self::refused(error.to_string()),
            KeysmithError::Key(_)
            | KeysmithError::Seal(_)
            | KeysmithError::Store(_)
            | KeysmithError::Randomness(_) => Self::failed(&error),
        }
    }
}

impl From<auth::Error> for End {
    fn from(error: auth::Error) -> Self {
        match &error {
            auth::Error::Invalid(faults) => {
                let lines: Vec<_> = faults
                    .iter()
                    .map(|fault| format!("{}: {}", fault.field, fault.message))
                    .collect();
                Self::refused(lines.join("\n"))
            }
            _ => Self::failed(&error),
        }
    }
}

macro_rules! failures {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for End {
            fn from(error: $error) -> Self {
                Self::failed(&error)
            }
        })+
    };
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        // Whoever reads has read enough, as `head` does.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self {
                code: FAILED,
                words: None,
            };
        }
        Self::failed(&error)
    }
}

failures!(
    auth::StoreError,
    auth::token::SealError,
    auth::StartError,
    crate::NoMasterSecret,
    crate::StartError,
    crate::measure::ExpositionError,
    serde_json::Error,
    crate::telemetry::TelemetryError,
);
