//! A password on its way to the hash.

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

use super::{PasswordError, PasswordPolicy, common::is_common, frequent::FREQUENT};

/// A password in Unicode's normal form C, so that the same keys on two keyboards are the same password.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// The longest text that is normalised, in bytes: what composes to one character is typed as four at most, of up to four bytes each.
const LONGEST_TYPED: usize = 4 * 4 * PasswordPolicy::LONGEST;

impl Password {
    /// A new password, judged by `policy`, and by the frequent words and the most common passwords besides. Whether it is known from a breach
    /// is not asked here, as that takes time.
    ///
    /// # Errors
    /// [`PasswordError`], the first reason against it.
    pub fn new(
        typed: &SecretString,
        policy: PasswordPolicy,
        username: &str,
        email: &str,
    ) -> Result<Self, PasswordError> {
        let password = Self::typed(typed).ok_or(PasswordError::TooLong)?;
        let text = password.0.expose_secret();
        policy.check_against(text, username, email, FREQUENT)?;
        if is_common(text) {
            return Err(PasswordError::Listed);
        }
        Ok(password)
    }

    /// A password as given at sign-in; nothing if it is longer than any that was ever taken.
    pub fn typed(typed: &SecretString) -> Option<Self> {
        let typed = typed.expose_secret();
        (typed.len() <= LONGEST_TYPED).then(|| Self(typed.nfc().collect::<String>().into()))
    }

    /// Whether another is the same password.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn new(typed: &str) -> Result<Password, PasswordError> {
        Password::new(
            &typed.into(),
            PasswordPolicy::default(),
            "ada",
            "ada@example.org",
        )
    }

    #[test]
    fn the_composed_and_the_decomposed_form_are_one_password() {
        let composed = new("crème brûlée für alle").unwrap();
        let decomposed = new("cre\u{300}me bru\u{302}le\u{301}e fu\u{308}r alle").unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
    }

    #[test]
    fn the_longest_password_is_taken_in_its_decomposed_form_too() {
        let longest: String = (0..256)
            .filter_map(|index| char::from_u32(0xac01 + index * 28 + index % 27))
            .collect();
        let decomposed: String = longest.nfd().collect();
        assert_eq!(
            new(&decomposed).unwrap().as_bytes(),
            new(&longest).unwrap().as_bytes()
        );
    }

    #[test]
    fn frequent_words_with_digits_appended_are_refused() {
        for typed in [
            "password1234",
            "Password2024!",
            "iloveyou1987",
            "P@ssw0rd12345",
            "monkeydragon1",
            "letmein-letmein",
            "football2026",
        ] {
            assert_eq!(new(typed).unwrap_err(), PasswordError::Common, "{typed}");
        }
        assert!(new("correct horse battery staple").is_ok());
    }

    #[test]
    fn the_most_common_passwords_are_refused_whatever_else_speaks_for_them() {
        let policy = PasswordPolicy { minimum_length: 8 };
        for typed in [
            "leavemealone",
            "LeaveMeAlone",
            "unbelievable",
            "counterstrike",
            "flvbybcnhfnjh",
            "airborne",
            "guinness",
        ] {
            assert_eq!(policy.check(typed, "ada", "ada@example.org"), Ok(()));
            let judged = Password::new(&typed.into(), policy, "ada", "ada@example.org");
            assert_eq!(judged.unwrap_err(), PasswordError::Listed, "{typed}");
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        assert!(!format!("{:?}", new("correct horse battery staple").unwrap()).contains("horse"));
    }

    proptest! {
        #[test]
        fn a_password_that_was_taken_is_found_again_at_sign_in(typed in "\\PC{0,300}") {
            if let Ok(password) = new(&typed) {
                let again = Password::typed(&typed.into()).unwrap();
                prop_assert_eq!(password.as_bytes(), again.as_bytes());
            }
        }
    }
}
