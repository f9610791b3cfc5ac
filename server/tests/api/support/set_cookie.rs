//! A `Set-Cookie` header, read strictly.

use super::COOKIE;

/// What one `Set-Cookie` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetCookie {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) max_age: Option<i64>,
    /// All attributes but Max-Age, in lower case and in order of the alphabet.
    pub(crate) attributes: Vec<String>,
}

impl SetCookie {
    pub(crate) fn parse(header: &str) -> Self {
        let mut parts = header.split("; ");
        let (name, value) = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .expect("a name and a value");
        let (ages, mut attributes): (Vec<_>, Vec<_>) = parts
            .map(str::to_ascii_lowercase)
            .partition(|attribute| attribute.starts_with("max-age="));
        attributes.sort();
        let max_age = ages
            .first()
            .map(|age| age["max-age=".len()..].parse().unwrap());
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            max_age,
            attributes,
        }
    }

    /// Asserts that these are the attributes of the refresh cookie and no others: above all no Domain.
    pub(crate) fn assert_attributes(&self) {
        assert_eq!(self.name, COOKIE);
        self.assert_for_this_host();
    }

    /// Asserts that these are the attributes of a cookie of ours and no others.
    pub(crate) fn assert_for_this_host(&self) {
        assert!(self.name.starts_with("__Host-"), "{self:?}");
        assert_eq!(
            self.attributes,
            ["httponly", "path=/", "samesite=lax", "secure"],
            "{self:?}"
        );
    }
}
