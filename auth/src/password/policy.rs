//! Which passwords are taken: long enough, and not what anyone would guess first. No composition rules (NIST SP 800-63B-4, section 3.1.1.2).

use thiserror::Error;

use super::predictability::{Pieces, unpredictable_characters};
use crate::account::{EmailAddress, Username};

/// The rule for new passwords. The server and the browser judge by this same code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest characters; 12 unless set otherwise.
    pub minimum_length: usize,
}

/// Why a password is not taken. Its display is a sentence to put beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer characters than the policy asks for.
    #[error("Use at least {minimum} characters")]
    TooShort {
        /// The fewest characters that are taken.
        minimum: usize,
    },
    /// More than 256 characters.
    #[error("Use at most {} characters", PasswordPolicy::LONGEST)]
    TooLong,
    /// It holds a NUL, which other programs would cut it at.
    #[error("Leave out the NUL character")]
    Nul,
    /// Repetitions, sequences, keyboard runs and frequent words are all there is to it.
    #[error("This is among the first passwords that anyone would guess. Try a few unrelated words")]
    Common,
    /// The user's own name or address is nearly all there is to it.
    #[error("This is made of your name or email address. Try a few unrelated words")]
    Personal,
    /// It is one of the most common passwords. The server alone knows which those are.
    #[error("This password is among the most common ones. Try a few unrelated words")]
    Listed,
    /// It is known from a breach of some service. The server alone asks, where it is set to.
    #[error("This password is known from a data breach. Use one that you use nowhere else")]
    Breached,
}

/// How hard a password is to guess, in the steps that a person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Not taken: too short.
    TooShort,
    /// Not taken: too easy to guess, or too long.
    Weak,
    /// Taken.
    Fair,
    /// Taken, and good.
    Good,
    /// Taken, and hard to guess for anyone.
    Strong,
}

/// A judgement while typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The step.
    pub strength: Strength,
    /// One sentence that helps.
    pub advice: &'static str,
    /// How many of four bars to light.
    pub bars: u8,
}

impl PasswordPolicy {
    /// The most characters of a password.
    pub const LONGEST: usize = 256;
    /// The fewest unpredictable characters of a password that is taken.
    const LEAST_UNPREDICTABLE: usize = 8;

    /// Judges a new password, which must be in Unicode's normal form C already.
    ///
    /// # Errors
    /// [`PasswordError`], the first reason against it.
    pub fn check(self, password: &str, username: &str, email: &str) -> Result<(), PasswordError> {
        self.check_against(password, username, email, &[])
    }

    /// Judges a new password as [`PasswordPolicy::check`] does, and by a list of frequent words besides.
    pub(super) fn check_against(
        self,
        password: &str,
        username: &str,
        email: &str,
        frequent: &[&str],
    ) -> Result<(), PasswordError> {
        let length = password.chars().count();
        if length < self.minimum_length {
            return Err(PasswordError::TooShort {
                minimum: self.minimum_length,
            });
        }
        if length > Self::LONGEST {
            return Err(PasswordError::TooLong);
        }
        if password.contains('\0') {
            return Err(PasswordError::Nul);
        }
        let impersonal = Pieces {
            personal: &[],
            frequent,
        };
        if unpredictable_characters(password, &impersonal) < Self::LEAST_UNPREDICTABLE {
            return Err(PasswordError::Common);
        }
        let personal = personal_words(username, email);
        let personal: Vec<&str> = personal.iter().map(String::as_str).collect();
        if unpredictable_characters(
            password,
            &Pieces {
                personal: &personal,
                frequent,
            },
        ) < Self::LEAST_UNPREDICTABLE
        {
            return Err(PasswordError::Personal);
        }
        Ok(())
    }

    /// Judges a password while it is typed.
    pub fn strength(self, password: &str, username: &str, email: &str) -> Assessment {
        let assessment = |strength, bars, advice| Assessment {
            strength,
            advice,
            bars,
        };
        match self.check(password, username, email) {
            Err(PasswordError::TooShort { .. }) if password.is_empty() => {
                assessment(Strength::TooShort, 0, "A few unrelated words beat symbols.")
            }
            Err(PasswordError::TooShort { .. }) => {
                assessment(Strength::TooShort, 1, "A little longer, please.")
            }
            Err(PasswordError::TooLong) => {
                assessment(Strength::Weak, 1, "That is longer than we can take.")
            }
            Err(PasswordError::Nul) => assessment(
                Strength::Weak,
                1,
                "It holds a character that can't be taken.",
            ),
            Err(PasswordError::Common | PasswordError::Listed | PasswordError::Breached) => {
                assessment(
                    Strength::Weak,
                    1,
                    "Easy to guess. Try a few unrelated words.",
                )
            }
            Err(PasswordError::Personal) => assessment(
                Strength::Weak,
                1,
                "Too close to your name or address. Try a few unrelated words.",
            ),
            Ok(()) => {
                let personal = personal_words(username, email);
                let personal: Vec<&str> = personal.iter().map(String::as_str).collect();
                match unpredictable_characters(
                    password,
                    &Pieces {
                        personal: &personal,
                        frequent: &[],
                    },
                ) {
                    0..=9 => {
                        assessment(Strength::Fair, 2, "Fair. One more word would make it good.")
                    }
                    10..=15 => assessment(
                        Strength::Good,
                        3,
                        "Good. A few words in a row beat symbols.",
                    ),
                    _ => assessment(
                        Strength::Strong,
                        4,
                        "Strong. Let a password manager keep it.",
                    ),
                }
            }
        }
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { minimum_length: 12 }
    }
}

/// The names that a guesser would try first on this account, in lower case: the username, the address, and the parts of both. They may not
/// have been judged yet: of what is longer than any name or address the start is looked at, so that no text makes this long work.
fn personal_words(username: &str, email: &str) -> Vec<String> {
    let start = |text: &str, length| -> String {
        text.chars()
            .take(length)
            .map(|character| character.to_ascii_lowercase())
            .collect()
    };
    let username = start(username, Username::LONGEST);
    let email = start(email, EmailAddress::LONGEST);
    let parts = |text: &str| {
        text.split(|character: char| !character.is_ascii_alphanumeric())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut words = [parts(&username), parts(&email)].concat();
    words.push(username);
    words.push(email);
    words.retain(|word| word.chars().count() >= 3);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), PasswordError> {
        PasswordPolicy::default().check(password, "ada", "ada.byron@example.org")
    }

    #[test]
    fn length_is_counted_in_characters_not_in_bytes() {
        assert_eq!(check("ääkköset øre"), Ok(()));
        assert_eq!(
            check("elf chars …"),
            Err(PasswordError::TooShort { minimum: 12 })
        );
        let long: String = (0_u32..257)
            .filter_map(|index| char::from_u32(0x4e00 + index * index % 1009))
            .collect();
        assert_eq!(check(&long), Err(PasswordError::TooLong));
        let longest: String = long.chars().take(256).collect();
        assert_eq!(check(&longest), Ok(()));
    }

    #[test]
    fn what_anyone_would_guess_first_is_refused() {
        for common in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "987654321098",
            "abcdefghijkl",
            "qwertyuiop12",
            "asdfghjklzxc",
            "1qaz2wsx3edc",
            "zyxwvutsrqpo",
            "111111222222",
            "qwerty-asdfgh",
        ] {
            assert_eq!(check(common), Err(PasswordError::Common), "{common}");
        }
    }

    #[test]
    fn what_is_made_of_the_name_or_address_is_refused() {
        for personal in [
            "ada.byron@example.org",
            "ada-byron-123456",
            "Byron-Ada-1815",
            "example.org-ada!",
        ] {
            assert_eq!(check(personal), Err(PasswordError::Personal), "{personal}");
        }
    }

    #[test]
    fn words_and_chance_are_taken() {
        for good in [
            "correct horse battery staple",
            "x9$Lm2!qPz7&",
            "the weaver sings",
            "пароль слон озеро",
            "271828459045",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn nul_is_refused() {
        assert_eq!(check("correct horse\0battery"), Err(PasswordError::Nul));
    }

    #[test]
    fn the_bars_follow_the_verdict() {
        let policy = PasswordPolicy::default();
        let bars = |password| policy.strength(password, "ada", "ada@example.org").bars;
        assert_eq!(bars(""), 0);
        assert_eq!(bars("short"), 1);
        assert_eq!(bars("aaaaaaaaaaaaaaaa"), 1);
        assert_eq!(bars("x9$Lm2!qPz7&"), 3);
        assert_eq!(bars("correct horse battery staple"), 4);
    }
}
