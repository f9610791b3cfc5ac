//! How the server and the browser write to each other: as JSON.
//!
//! What the browser reads, it reads by its own JSON reader: the one that serde would bring is a seventh of all that a page has to load.
//! [`shapes`] lists what it reads; what is sent to the server is read there by serde, as usual.

mod shapes;

use bytes::Bytes;
use js_sys::{Array, JSON, Reflect};
use leptos::server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// A POST whose body the server reads.
pub(crate) type Question = Post<JsonEncoding>;
/// What the browser reads in return.
pub(crate) type Answer = Post<JsonAnswer>;

/// JSON that the browser reads.
pub struct JsonAnswer;

/// What was read is no JSON, or not of the shape that was expected.
#[derive(Debug, thiserror::Error)]
#[error("not the JSON that was expected")]
pub struct Unexpected;

impl ContentType for JsonAnswer {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonAnswer {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonAnswer {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: Read> Decodes<T> for JsonAnswer {
    type Error = Unexpected;

    fn decode(json: Bytes) -> Result<T, Self::Error> {
        std::str::from_utf8(&json)
            .ok()
            .and_then(read)
            .ok_or(Unexpected)
    }
}

impl<T: Serialize> codee::Encoder<T> for JsonAnswer {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: Read> codee::Decoder<T> for JsonAnswer {
    type Error = Unexpected;
    type Encoded = str;

    fn decode(json: &str) -> Result<T, Self::Error> {
        read(json).ok_or(Unexpected)
    }
}

/// Reads JSON in the browser.
pub(crate) fn read<T: Read>(json: &str) -> Option<T> {
    T::read(&JSON::parse(json).ok()?)
}

/// What can be read from JSON.
pub trait Read: Sized {
    /// Reads it, or nothing where the shape is another.
    fn read(value: &impl Value) -> Option<Self>;
}

/// A JSON value that was read already.
pub trait Value: Sized {
    /// The member of that name; null where there is none.
    #[must_use]
    fn member(&self, name: &str) -> Self;
    /// The text, if it is one.
    fn text(&self) -> Option<String>;
    /// The number, if it is one.
    fn number(&self) -> Option<f64>;
    /// Whether it is true, if it is true or false.
    fn truth(&self) -> Option<bool>;
    /// The items, if it is a list.
    fn items(&self) -> Option<Vec<Self>>;
    /// Whether there is nothing.
    fn is_nothing(&self) -> bool;
}

impl Value for JsValue {
    fn member(&self, name: &str) -> Self {
        Reflect::get(self, &name.into()).unwrap_or(Self::NULL)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Array::is_array(self).then(|| Array::from(self).iter().collect())
    }

    fn is_nothing(&self) -> bool {
        self.is_null() || self.is_undefined()
    }
}
