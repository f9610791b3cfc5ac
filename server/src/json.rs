//! Reads a JSON body strictly: what is broken, too deep or says a thing twice is refused, also where it would have been ignored.

use std::{cell::Cell, fmt};

use auth::SecretString;
use axum::http::{HeaderMap, header::CONTENT_TYPE};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::problem::{Fault, Problem};

/// What JSON is sent as.
pub(crate) const MEDIA_TYPE: &str = "application/json";

/// How deep arrays and objects may lie in each other.
const DEEPEST: usize = 32;

/// Whether the headers say that the body is of this media type. Parameters, such as a charset, are passed over: JSON and our forms are UTF-8.
pub(crate) fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let kind = value
        .as_bytes()
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes())
}

/// Reads a body that must be a JSON object.
pub(crate) fn read_object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match read(body)? {
        Value::Object(values) => Ok(values),
        _ => Err(Problem::invalid(vec![Fault::new(
            "",
            "An object is wanted here.",
        )])),
    }
}

/// The members of a JSON object, each taken at most once.
pub(crate) struct Members {
    values: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Members {
    /// Reads a body that must be a JSON object.
    pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        if !is_media_type(headers, MEDIA_TYPE) {
            return Err(Problem::unsupported_media_type(MEDIA_TYPE));
        }
        Ok(Self {
            values: read_object(body)?,
            faults: Vec::new(),
        })
    }

    /// Takes a member that must be text.
    pub(crate) fn text(&mut self, name: &str) -> String {
        match self.values.remove(name) {
            Some(Value::String(text)) => return text,
            Some(_) => self.faults.push(Fault::new(name, "This must be text.")),
            None => self.faults.push(Fault::new(name, "This is missing.")),
        }
        String::new()
    }

    /// Takes a member that must be text and is a secret.
    pub(crate) fn secret(&mut self, name: &str) -> SecretString {
        self.text(name).into()
    }

    /// Takes a member that is text if it is there.
    pub(crate) fn optional_text(&mut self, name: &str) -> Option<String> {
        self.values
            .get(name)
            .is_some_and(|value| !value.is_null())
            .then(|| self.text(name))
    }

    /// Takes a member that is text and a secret, if it is there.
    pub(crate) fn optional_secret(&mut self, name: &str) -> Option<SecretString> {
        self.optional_text(name).map(SecretString::from)
    }

    /// Takes a member that is true or false, and `default` if it isn't there.
    pub(crate) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.values.remove(name) {
            Some(Value::Bool(truth)) => truth,
            Some(_) => {
                let fault = Fault::new(name, "This must be true or false.");
                self.faults.push(fault);
                default
            }
            None => default,
        }
    }

    /// Refuses the body if a member was missing or of the wrong kind. What was not taken is ignored, never applied.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid(self.faults))
        }
    }
}

/// Reads any JSON, strictly.
pub(crate) fn read(body: &[u8]) -> Result<Value, Problem> {
    let text =
        std::str::from_utf8(body).map_err(|_| Problem::malformed("The body is not UTF-8"))?;
    let found = Found::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict {
        depth: 0,
        found: &found,
    }
    .deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    match (value, found.twice.take()) {
        _ if found.too_deep.get() => Err(Problem::malformed("The JSON lies deeper than 32 levels")),
        (Err(_), _) => Err(Problem::malformed("The body is not JSON")),
        (Ok(_), Some(name)) => Err(Problem::invalid(vec![Fault::new(
            name,
            "This is said twice.",
        )])),
        (Ok(value), None) => Ok(value),
    }
}

/// What was found on the way that serde has no words for.
#[derive(Default)]
struct Found {
    too_deep: Cell<bool>,
    twice: Cell<Option<String>>,
}

/// Reads one value that lies `depth` levels deep.
#[derive(Clone, Copy)]
struct Strict<'found> {
    depth: usize,
    found: &'found Found,
}

impl Strict<'_> {
    /// For what lies one level deeper.
    fn deeper<Failure: serde::de::Error>(self) -> Result<Self, Failure> {
        if self.depth == DEEPEST {
            self.found.too_deep.set(true);
            return Err(Failure::custom("too deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(number)
            .map(Value::Number)
            .ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let item = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(item)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let member = self.deeper()?;
        let mut values = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(member)?;
            if values.contains_key(&name) {
                self.found.twice.set(Some(name.clone()));
            }
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode};

    use super::*;

    fn status(body: &[u8]) -> u16 {
        read(body)
            .map_or_else(|problem| problem.status(), |_| StatusCode::OK)
            .as_u16()
    }

    #[test]
    fn what_is_json_is_read() {
        for body in [
            "{}",
            "null",
            " [1, -2.5e3, true, \"\\u00e9\"] ",
            "{\"a\": {\"a\": 1}}",
            "18446744073709551615",
        ] {
            assert_eq!(
                read(body.as_bytes()).unwrap(),
                serde_json::from_str::<Value>(body).unwrap()
            );
        }
    }

    #[test]
    fn what_is_broken_is_400() {
        for body in [
            b"".as_slice(),
            b"{",
            b"{} {}",
            b"{\"a\":}",
            b"{'a':1}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            b"\"\\ud800\"",
            b"1e999",
            b"NaN",
            b"[1,]",
        ] {
            assert_eq!(status(body), 400, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn thirty_two_levels_are_read_and_one_more_is_400_wherever_it_lies() {
        let nested = |open: &str, close: &str, levels: usize| {
            format!("{}{}", open.repeat(levels), close.repeat(levels))
        };
        assert_eq!(status(nested("[", "]", 32).as_bytes()), 200);
        assert_eq!(status(nested("[", "]", 33).as_bytes()), 400);
        assert_eq!(
            status(format!("{{\"ignored\":{}}}", nested("[", "]", 31)).as_bytes()),
            200
        );
        assert_eq!(
            status(format!("{{\"ignored\":{}}}", nested("[", "]", 32)).as_bytes()),
            400
        );
        let objects =
            |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert_eq!(
            (
                status(objects(32).as_bytes()),
                status(objects(33).as_bytes())
            ),
            (200, 400)
        );
        assert_eq!(status(nested("[", "", 60_000).as_bytes()), 400);
    }

    #[test]
    fn a_member_that_is_said_twice_is_422_wherever_it_lies() {
        for body in [
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"\\u0061\":2}",
            "[{\"b\":{\"a\":1,\"a\":2}}]",
        ] {
            assert_eq!(status(body.as_bytes()), 422, "{body}");
        }
        assert_eq!(status(b"{\"a\":1,\"a\":2"), 400);
    }

    #[test]
    fn the_media_type_is_told_by_one_header() {
        let headers = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
            }
            headers
        };
        for values in [
            ["application/json"],
            ["Application/JSON; charset=utf-8"],
            ["application/json ;a"],
        ] {
            assert!(
                is_media_type(&headers(&values), "application/json"),
                "{values:?}"
            );
        }
        for values in [
            &["text/plain"][..],
            &["application/jsonp"],
            &[],
            &["application/json", "application/json"],
            &["application/problem+json"],
        ] {
            assert!(
                !is_media_type(&headers(values), "application/json"),
                "{values:?}"
            );
        }
    }

    fn members(body: &str) -> Members {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Members::read(&headers, body.as_bytes()).unwrap_or_else(|problem| panic!("{problem:?}"))
    }

    #[test]
    fn a_flag_is_true_or_false_or_not_there() {
        for (body, flag, is_fine) in [
            ("{}", true, true),
            (r#"{"remember": true}"#, true, true),
            (r#"{"remember": false}"#, false, true),
            (r#"{"remember": "false"}"#, true, false),
            (r#"{"remember": 0}"#, true, false),
        ] {
            let mut members = members(body);
            assert_eq!(members.flag("remember", true), flag, "{body}");
            assert_eq!(members.finish().is_ok(), is_fine, "{body}");
        }
    }

    #[test]
    fn what_need_not_be_there_must_still_be_text() {
        let mut without = members(r#"{"password": null}"#);
        assert_eq!(without.optional_text("password"), None);
        assert_eq!(without.optional_text("username"), None);
        assert!(without.finish().is_ok());
        let mut wrong = members(r#"{"username": 1}"#);
        wrong.optional_text("username");
        assert!(wrong.finish().is_err());
    }

    #[test]
    fn every_member_that_is_missing_or_wrong_is_told() {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let mut members = Members::read(&headers, b"{\"username\": 1, \"role\": \"admin\"}")
            .unwrap_or_else(|problem| panic!("{problem:?}"));
        members.text("username");
        members.text("email");
        let problem = members.finish().unwrap_err();
        assert_eq!(problem.field_errors().len(), 2);
    }
}
