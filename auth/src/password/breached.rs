//! Whether a password is known from a breach: asked of a service that knows very many, which learns the first 20 bits of a hash and no more.
//!
//! The service is given the first five hexadecimal digits of the password's SHA-1 and answers with the rest of each hash that begins so (the range
//! search of Have I Been Pwned; Li and others, "Protocols for Checking Compromised Credentials", 2019). How it is reached is not known here.

use std::{error::Error, fmt, pin::Pin};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::Password;
use crate::measure::BreachedPasswordCheck;

/// Knows the hashes of passwords that were stolen somewhere.
pub trait BreachedPasswords: fmt::Debug + Send + Sync {
    /// What is known of hashes that begin with `prefix`: a line each of the other 35 hexadecimal digits, a colon, and how often it was seen. Lines
    /// with 0 are padding. It must answer in a time that a person waits, with an error if need be; that must not tell the prefix.
    fn range(&self, prefix: HashPrefix) -> RangeAnswer<'_>;
}

/// An answer on its way.
pub type RangeAnswer<'service> =
    Pin<Box<dyn Future<Output = Result<String, Box<dyn Error + Send + Sync>>> + Send + 'service>>;

/// The first five hexadecimal digits of a password's SHA-1, in capitals: all that leaves this program.
#[derive(Clone)]
pub struct HashPrefix(String);

impl HashPrefix {
    const LENGTH: usize = 5;

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HashPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HashPrefix(…)")
    }
}

/// Whether `service` knows the password. If it can't tell, the answer is no: nobody is to be kept out because somebody else's service is down.
pub(crate) async fn is_breached(service: &dyn BreachedPasswords, password: &Password) -> bool {
    let (prefix, rest) = split_hash(password);
    let answer = service.range(prefix).await;
    let found = answer
        .and_then(|range| tells(&range, &rest).ok_or_else(|| "its answer can't be read".into()));
    match found {
        Ok(true) => {
            BreachedPasswordCheck::Breached.count();
            true
        }
        Ok(false) => {
            BreachedPasswordCheck::Clean.count();
            false
        }
        Err(error) => {
            BreachedPasswordCheck::Failed.count();
            tracing::warn!(%error, "nobody could say whether a password is known from a breach; it was taken");
            false
        }
    }
}

/// The SHA-1 of a password in hexadecimal: what is asked by, and the rest, which stays here.
fn split_hash(password: &Password) -> (HashPrefix, String) {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let mut digits = hash
        .as_ref()
        .iter()
        .fold(String::new(), |digits, byte| format!("{digits}{byte:02X}"));
    let rest = digits.split_off(HashPrefix::LENGTH);
    (HashPrefix(digits), rest)
}

/// Whether `range` tells of a hash with this rest. Nothing, if it is no range at all, which is never empty.
fn tells(range: &str, rest: &str) -> Option<bool> {
    let mut lines = range.lines().filter(|line| !line.is_empty()).peekable();
    lines.peek()?;
    let mut found = false;
    for line in lines {
        let (hash, seen) = line.split_once(':')?;
        let is_hash =
            hash.len() == rest.len() && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        let seen: u64 = seen.trim_end().parse().ok().filter(|_| is_hash)?;
        found |= seen > 0 && hash.eq_ignore_ascii_case(rest);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Of "password", as in the documentation of the service.
    const REST: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

    #[test]
    fn the_hash_is_cut_behind_its_fifth_digit() {
        let password = Password::typed(&"password".into()).unwrap();
        let (prefix, rest) = split_hash(&password);
        assert_eq!((prefix.as_str(), rest.as_str()), ("5BAA6", REST));
        assert!(!format!("{prefix:?}").contains("5BAA6"));
    }

    #[test]
    fn a_hash_is_found_among_others_in_any_capitals() {
        let other = "0018A45C4D1DEF81644B54AB7F969B88D65:21";
        for range in [
            format!("{other}\r\n{REST}:9545824\r\n"),
            format!("{}:1\n{other}", REST.to_lowercase()),
        ] {
            assert_eq!(tells(&range, REST), Some(true), "{range}");
        }
        assert_eq!(tells(other, REST), Some(false));
    }

    #[test]
    fn padding_is_no_breach() {
        assert_eq!(tells(&format!("{REST}:0\r\n"), REST), Some(false));
    }

    #[test]
    fn what_is_no_range_tells_nothing() {
        for garbage in [
            "",
            "\r\n",
            "<html>busy</html>",
            REST,
            &format!("{REST}:often"),
            &format!("{REST}:-1"),
            &format!("{REST}:9545824\r\nand more"),
            &format!("5BAA6{REST}:1"),
            "zz18A45C4D1DEF81644B54AB7F969B88D65:21",
        ] {
            assert_eq!(tells(garbage, REST), None, "{garbage}");
        }
    }
}
