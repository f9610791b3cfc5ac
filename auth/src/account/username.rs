//! The name that a person chooses, and shows to others.

use std::fmt;

use thiserror::Error;

/// A username: 3 to 32 of ASCII letters, digits, `.`, `_` and `-`, kept as it was typed.
///
/// Two usernames that differ in case alone are the same name; [`Username::key`] is the form to compare. It can hold no `@`, so that a
/// username is never taken for an email address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is no username. Its display is a sentence to put beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UsernameError {
    /// Nothing was typed.
    #[error("Choose a username")]
    Missing,
    /// Fewer than three or more than thirty-two characters.
    #[error("Use 3 to 32 characters")]
    Length,
    /// Something other than letters, digits and the three marks.
    #[error("Use only the letters a to z, digits, dots, dashes and underscores")]
    Character,
}

impl Username {
    /// The fewest characters of a username.
    pub const SHORTEST: usize = 3;
    /// The most characters of a username.
    pub const LONGEST: usize = 32;

    /// Reads a username as typed, spaces around it left out.
    ///
    /// # Errors
    /// [`UsernameError`], when it is empty, of a wrong length, or holds another character.
    pub fn parse(typed: &str) -> Result<Self, UsernameError> {
        let name = typed.trim_matches(' ');
        if name.is_empty() {
            return Err(UsernameError::Missing);
        }
        if !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        {
            return Err(UsernameError::Character);
        }
        if !(Self::SHORTEST..=Self::LONGEST).contains(&name.len()) {
            return Err(UsernameError::Length);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which names are compared: in lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_kept_as_typed_and_compared_in_lower_case() {
        let name = Username::parse(" Ada.Lovelace ").unwrap();
        assert_eq!(name.as_str(), "Ada.Lovelace");
        assert_eq!(name.key(), "ada.lovelace");
    }

    #[test]
    fn each_fault_has_its_own_sentence() {
        assert_eq!(Username::parse("  "), Err(UsernameError::Missing));
        assert_eq!(Username::parse("ab"), Err(UsernameError::Length));
        assert_eq!(Username::parse(&"a".repeat(33)), Err(UsernameError::Length));
        for wrong in ["ada lovelace", "ada@x", "adä", "ada\0", "ada\n"] {
            assert_eq!(
                Username::parse(wrong),
                Err(UsernameError::Character),
                "{wrong:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_name_of_the_alphabet_is_taken(name in "[A-Za-z0-9._-]{3,32}") {
            let taken = Username::parse(&name).unwrap();
            prop_assert_eq!(taken.as_str(), name);
        }

        #[test]
        fn what_is_taken_is_of_the_alphabet_and_parses_to_itself(typed in "\\PC{0,40}") {
            if let Ok(name) = Username::parse(&typed) {
                prop_assert!(name.as_str().is_ascii() && !name.as_str().contains('@'));
                prop_assert_eq!(Username::parse(name.as_str()), Ok(name.clone()));
                prop_assert_eq!(Username::parse(&name.key()).unwrap().key(), name.key());
            }
        }
    }
}
