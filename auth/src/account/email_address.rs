//! The address by which a person is reached, in the one form that is stored and compared.

use std::fmt;

use thiserror::Error;

/// An email address, in lower case and with its domain in ASCII (punycode), so that two spellings of one mailbox are one account.
///
/// Dots and `+tags` are kept: they mean something to some providers, and nothing that a stranger should guess. Mail goes to this form,
/// never to what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

/// Why a text is no email address that mail can be sent to. Its display is a sentence to put beside the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EmailAddressError {
    /// Nothing was typed.
    #[error("Enter your email address")]
    Missing,
    /// There is not exactly one `@` with something before it.
    #[error("Enter an address with an @, as in ada@example.org")]
    At,
    /// What stands before the `@` is too long or holds what few servers take.
    #[error("Use only unaccented letters, digits and common marks before the @")]
    Local,
    /// What stands after the `@` is no domain name.
    #[error("Enter an address with a domain, as in ada@example.org")]
    Domain,
    /// Longer than 254 characters (RFC 5321, section 4.5.3.1.3).
    #[error("Use an address of at most 254 characters")]
    Length,
}

impl EmailAddress {
    /// The most characters of an address (RFC 5321).
    pub const LONGEST: usize = 254;
    const LONGEST_LOCAL: usize = 64;

    /// Reads an address as typed, spaces around it left out. It is judged after it was brought into its one form.
    ///
    /// In the browser a domain of other letters than ASCII is let pass, since the tables that judge it are heavy; the engine then decides.
    ///
    /// # Errors
    /// [`EmailAddressError`], which says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, EmailAddressError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailAddressError::Missing);
        }
        if typed.len() > 4 * Self::LONGEST {
            return Err(EmailAddressError::Length);
        }
        let (local, domain) = typed.split_once('@').ok_or(EmailAddressError::At)?;
        if local.is_empty() || domain.contains('@') {
            return Err(EmailAddressError::At);
        }
        if !is_local_part(local) {
            return Err(EmailAddressError::Local);
        }
        let domain = domain_in_ascii(domain)?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if address.len() > Self::LONGEST {
            return Err(EmailAddressError::Length);
        }
        Ok(Self(address))
    }

    /// The address in its one form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A dot-atom of RFC 5322, section 3.2.3.
fn is_local_part(local: &str) -> bool {
    local.len() <= EmailAddress::LONGEST_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
                })
        })
}

#[cfg(feature = "engine")]
fn domain_in_ascii(domain: &str) -> Result<String, EmailAddressError> {
    use idna::{
        AsciiDenyList,
        uts46::{DnsLength, Hyphens, Uts46},
    };

    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| EmailAddressError::Domain)?;
    if is_ascii_domain(&ascii) {
        Ok(ascii.into_owned())
    } else {
        Err(EmailAddressError::Domain)
    }
}

#[cfg(not(feature = "engine"))]
fn domain_in_ascii(domain: &str) -> Result<String, EmailAddressError> {
    let lower = domain.to_ascii_lowercase();
    let plausible = if lower.is_ascii() {
        is_ascii_domain(&lower)
    } else {
        lower.contains('.') && !lower.contains(' ')
    };
    if plausible {
        Ok(lower)
    } else {
        Err(EmailAddressError::Domain)
    }
}

/// At least two labels of letters, digits and inner hyphens (RFC 1123, section 2.1), the last not a number: an IP address is no domain.
fn is_ascii_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.split('.').all(is_label)
        && domain.rsplit_once('.').is_some_and(|(_, last)| {
            last.len() >= 2 && !last.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_mailbox_has_one_form() {
        for typed in ["ada@example.org", " Ada@Example.ORG ", "ADA@EXAMPLE.org"] {
            assert_eq!(
                EmailAddress::parse(typed).unwrap().as_str(),
                "ada@example.org"
            );
        }
        assert_eq!(
            EmailAddress::parse("a.b+tag@x-y.example.org")
                .unwrap()
                .as_str(),
            "a.b+tag@x-y.example.org"
        );
    }

    #[cfg(feature = "engine")]
    #[test]
    fn a_domain_of_other_letters_is_kept_in_punycode() {
        assert_eq!(
            EmailAddress::parse("ada@BÜCHER.example").unwrap().as_str(),
            "ada@xn--bcher-kva.example"
        );
        assert_eq!(
            EmailAddress::parse("ada@bu\u{308}cher.example"),
            EmailAddress::parse("ada@bücher.example")
        );
    }

    #[test]
    fn each_fault_has_its_own_sentence() {
        let faults = [
            ("", EmailAddressError::Missing),
            ("ada", EmailAddressError::At),
            ("@example.org", EmailAddressError::At),
            ("ada@b@example.org", EmailAddressError::At),
            ("ädä@example.org", EmailAddressError::Local),
            ("a..b@example.org", EmailAddressError::Local),
            ("a\r\nBcc: x@example.org", EmailAddressError::Local),
            ("ada@example", EmailAddressError::Domain),
            ("ada@127.0.0.1", EmailAddressError::Domain),
            ("ada@-x.org", EmailAddressError::Domain),
            ("ada@exa mple.org", EmailAddressError::Domain),
            ("ada@example.org\0", EmailAddressError::Domain),
        ];
        for (typed, fault) in faults {
            assert_eq!(EmailAddress::parse(typed), Err(fault), "{typed:?}");
        }
    }

    // What the browser takes may hold other letters: turning them into ASCII is left to the server.
    #[cfg(feature = "engine")]
    proptest! {
        #[test]
        fn what_is_taken_is_plain_ascii_and_parses_to_itself(typed in "\\PC{0,12}@\\PC{0,20}") {
            if let Ok(address) = EmailAddress::parse(&typed) {
                prop_assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
            }
        }
    }

    proptest! {
        #[test]
        fn ordinary_addresses_are_taken(typed in "[a-z0-9]{1,10}(\\.[a-z0-9]{1,10})?@[a-z0-9]{1,10}\\.[a-z]{2,6}") {
            let address = EmailAddress::parse(&typed).unwrap();
            prop_assert_eq!(address.as_str(), typed);
        }
    }
}
