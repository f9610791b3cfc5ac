//! The id of a request: on every line of the log that tells of it, and in the answer, so that who was answered and who reads the log can speak of
//! one request.
//!
//! A client or a proxy may say the id in `X-Request-Id`, and anybody is believed: it is a label, and nothing is decided by it. So an id need not
//! be one request's alone; the trace id of [`super::trace_context`] and the time tell such requests apart. What is not well formed is not taken.

use std::fmt;

use auth::random::{Randomness, RandomnessError};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::random_hex;

/// The header in which it comes and is given back.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken, in characters.
const LONGEST: usize = 64;

/// The id of a request: at most 64 ASCII letters, digits, `-` and `_`, so that it can neither break a line nor hold a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The id that came along, or else a new one.
    pub(crate) fn of(
        headers: &HeaderMap,
        randomness: &dyn Randomness,
    ) -> Result<Self, RandomnessError> {
        match Self::told(headers) {
            Some(id) => Ok(id),
            None => random_hex::draw::<16>(randomness).map(Self),
        }
    }

    /// The id that came along, if one did and it is well formed.
    fn told(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(&HEADER).iter();
        let id = values.next()?.to_str().ok()?;
        let of_its_kind = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let well_formed = (1..=LONGEST).contains(&id.len()) && id.bytes().all(of_its_kind);
        (well_formed && values.next().is_none()).then(|| Self(id.to_owned()))
    }

    /// Puts it on an answer.
    pub(crate) fn put_on(&self, headers: &mut HeaderMap) {
        // What an id may be made of may stand in a header.
        if let Ok(value) = HeaderValue::try_from(self.0.as_str()) {
            headers.insert(HEADER, value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
        }
        RequestId::told(&headers).map(|id| id.0)
    }

    #[test]
    fn a_well_formed_id_is_taken() {
        let longest = "a".repeat(64);
        for id in ["7", "a-B_9", longest.as_str()] {
            assert_eq!(told(&[id.as_bytes()]).as_deref(), Some(id));
        }
    }

    #[test]
    fn what_is_no_id_is_not_taken() {
        let too_long = "a".repeat(65);
        for no_id in [
            "",
            "a b",
            "a.b",
            "a\tb",
            "a=b",
            "\u{e9}",
            "a,b",
            too_long.as_str(),
        ] {
            assert_eq!(told(&[no_id.as_bytes()]), None, "{no_id}");
        }
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[b"a", b"b"]), None, "two of them count as none");
    }
}
