//! What a person types to say who they are: a username or an email address.

use super::{EmailAddress, Username};

/// A username or an email address, read; or what is neither, and so nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// A username.
    Username(Username),
    /// An email address.
    Email(EmailAddress),
    /// Neither, as it was typed.
    Neither(String),
}

impl Identifier {
    /// Reads what was typed. A username holds no `@`, so the two can't be taken for each other.
    pub fn parse(typed: &str) -> Self {
        if let Ok(username) = Username::parse(typed) {
            Self::Username(username)
        } else if let Ok(email) = EmailAddress::parse(typed) {
            Self::Email(email)
        } else {
            Self::Neither(typed.trim().to_lowercase())
        }
    }

    /// The one form in which every spelling of it is the same.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Username(username) => username.key(),
            Self::Email(email) => email.as_str().to_owned(),
            Self::Neither(typed) => typed.clone(),
        }
    }
}
