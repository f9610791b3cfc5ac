//! Reads a form-encoded body strictly.

use auth::SecretString;
use axum::http::HeaderMap;
use percent_encoding::percent_decode;

use crate::{
    json::is_media_type,
    problem::{Fault, Problem},
};

/// What a form is sent as.
pub(crate) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The most fields that a form may have.
const MOST_FIELDS: usize = 64;

/// The fields of a form, each of a name of its own.
#[derive(Debug)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body that must be a form.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        if !is_media_type(headers, MEDIA_TYPE) {
            return Err(Problem::unsupported_media_type(MEDIA_TYPE));
        }
        parse(body).map(Self)
    }

    /// Takes a field, if it is there.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let position = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.swap_remove(position).1)
    }

    /// Takes a field that is empty if it isn't there, as a person leaves it.
    pub(crate) fn text(&mut self, name: &str) -> String {
        self.take(name).unwrap_or_default()
    }

    /// Takes a secret that is empty if it isn't there.
    pub(crate) fn secret(&mut self, name: &str) -> SecretString {
        self.text(name).into()
    }
}

fn parse(body: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for pair in body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        if fields.len() == MOST_FIELDS {
            return Err(Problem::malformed("The form has more than 64 fields"));
        }
        let equals = pair
            .iter()
            .position(|byte| *byte == b'=')
            .unwrap_or(pair.len());
        let name = decode(&pair[..equals])?;
        let value = decode(pair.get(equals + 1..).unwrap_or_default())?;
        if fields.iter().any(|(other, _)| *other == name) {
            return Err(Problem::invalid(vec![Fault::new(
                name,
                "This is said twice.",
            )]));
        }
        fields.push((name, value));
    }
    Ok(fields)
}

/// Decodes `+` and `%XX`. What is then not UTF-8 is refused, and so is a `%` that begins no escape.
fn decode(bytes: &[u8]) -> Result<String, Problem> {
    let spaced: Vec<u8> = bytes
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let is_escape = |at: usize| {
        spaced
            .get(at + 1..at + 3)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    let whole = spaced
        .iter()
        .enumerate()
        .all(|(at, byte)| *byte != b'%' || is_escape(at));
    let text = whole
        .then(|| percent_decode(&spaced).decode_utf8().ok())
        .flatten();
    text.map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Problem::malformed("The form is not percent-encoded UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(body: &[u8]) -> u16 {
        parse(body).map_or_else(|problem| problem.status().as_u16(), |_| 200)
    }

    #[test]
    fn fields_are_decoded() {
        let mut fields =
            Fields(parse(b"username=ada+l%C3%B8&password=%25%26%3D%2B&&empty=&bare").unwrap());
        assert_eq!(fields.take("username").as_deref(), Some("ada l\u{f8}"));
        assert_eq!(fields.take("password").as_deref(), Some("%&=+"));
        assert_eq!(fields.take("empty").as_deref(), Some(""));
        assert_eq!(fields.take("bare").as_deref(), Some(""));
        assert_eq!(fields.take("username"), None);
    }

    #[test]
    fn what_is_no_percent_encoded_utf_8_is_400() {
        for body in [
            b"a=%ff".as_slice(),
            b"a=\xff",
            b"a=%",
            b"a=%2",
            b"a=%zz",
            b"%c3=1",
        ] {
            assert_eq!(status(body), 400, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_field_that_is_said_twice_is_422() {
        assert_eq!(status(b"a=1&a=1"), 422);
        assert_eq!(status(b"a=1&%61=2"), 422);
    }

    #[test]
    fn sixty_four_fields_are_read_and_one_more_is_400() {
        let form = |count: usize| {
            (0..count)
                .map(|number| format!("f{number}=1"))
                .collect::<Vec<_>>()
                .join("&")
        };
        assert_eq!(status(form(64).as_bytes()), 200);
        assert_eq!(status(form(65).as_bytes()), 400);
    }
}
