//! The trace that a request belongs to: the header `traceparent` of the W3C recommendation "Trace Context", section 3.2.
//!
//! It is read strictly, and what is malformed counts as not being there, as section 4.3 asks. `tracestate` is passed on to nobody, and so not read.

use axum::http::{HeaderMap, HeaderName};

/// The header.
const HEADER: HeaderName = HeaderName::from_static("traceparent");

/// How long a value of version 00 is: `VV-TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT-PPPPPPPPPPPPPPPP-FF`.
const LENGTH: usize = 55;

/// What a caller said of the trace that its call belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceParent {
    trace_id: String,
    #[cfg(feature = "opentelemetry")]
    parent_id: String,
    #[cfg(feature = "opentelemetry")]
    sampled: bool,
}

impl TraceParent {
    /// What the headers of a request say, if they say it well.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(&HEADER).iter();
        let value = values.next()?.to_str().ok()?;
        if values.next().is_some() {
            return None;
        }
        Self::parse(value)
    }

    fn parse(value: &str) -> Option<Self> {
        let known = value.get(..LENGTH)?;
        let mut parts = known.split('-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace_id = hexadecimal(parts.next()?, 32)?;
        let parent_id = hexadecimal(parts.next()?, 16)?;
        let flags = u8::from_str_radix(hexadecimal(parts.next()?, 2)?, 16).ok()?;
        let rest = &value[LENGTH..];
        let ends_well = match version {
            "ff" => false,
            "00" => rest.is_empty(),
            // A version that is not known yet is read as far as it is like this one.
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        (ends_well && !is_zero(trace_id) && !is_zero(parent_id))
            .then(|| Self::new(trace_id, parent_id, flags))
    }

    #[cfg(not(feature = "opentelemetry"))]
    fn new(trace_id: &str, _parent_id: &str, _flags: u8) -> Self {
        Self {
            trace_id: trace_id.to_owned(),
        }
    }

    #[cfg(feature = "opentelemetry")]
    fn new(trace_id: &str, parent_id: &str, flags: u8) -> Self {
        Self {
            trace_id: trace_id.to_owned(),
            parent_id: parent_id.to_owned(),
            sampled: flags & 1 == 1,
        }
    }

    /// The id of the trace: 32 lower-case hexadecimal digits, not all zero.
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The id of the caller's span: 16 lower-case hexadecimal digits, not all zero.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn parent_id(&self) -> &str {
        &self.parent_id
    }

    /// Whether the caller may have recorded its span.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn is_sampled(&self) -> bool {
        self.sampled
    }
}

/// A part of just this length, of lower-case digits.
fn hexadecimal(part: &str, length: usize) -> Option<&str> {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (part.len() == length && part.bytes().all(digit)).then_some(part)
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn trace_id(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        TraceParent::of(&headers).map(|parent| parent.trace_id().to_owned())
    }

    #[test]
    fn the_trace_of_the_caller_is_taken() {
        for value in [
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be-like",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        ] {
            assert_eq!(trace_id(&[value]).as_deref(), Some(TRACE), "{value}");
        }
    }

    #[test]
    fn what_is_malformed_counts_as_not_there() {
        for value in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "CC-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what",
            "00-0af7651916cd43dd8448eb211c80319cb7-ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-+1",
        ] {
            assert_eq!(trace_id(&[value]), None, "{value}");
        }
        let right = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(trace_id(&[right, right]), None, "two of them count as none");
    }
}
