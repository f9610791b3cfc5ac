//! The problems that operations answer instead of what they were asked for.

use std::{collections::BTreeMap, time::Duration};

use app::problems::Kind;
use utoipa::openapi::{
    AllOfBuilder, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response,
    ResponseBuilder, Type, example::ExampleBuilder,
};

use crate::problem::{Fault, Problem};

/// Responses by their status, as utoipa takes them.
pub(crate) type Responses = BTreeMap<String, RefOr<Response>>;

/// What is answered as.
const MEDIA_TYPE: &str = "application/problem+json";

/// What any operation may answer: the layers around all of them do.
const ANY: [Kind; 4] = [
    Kind::MalformedBody,
    Kind::RequestTimeout,
    Kind::PayloadTooLarge,
    Kind::InternalError,
];

/// The responses of an operation that refuses with these kinds, besides those that any does.
pub(crate) fn refused_with(own: &[Kind]) -> Responses {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in Kind::ALL {
        if ANY.contains(&kind) || own.contains(&kind) {
            by_status.entry(kind.status()).or_default().push(kind);
        }
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| (status.to_string(), response(status, &kinds).into()))
        .collect()
}

/// One response, for all kinds of one status.
fn response(status: u16, kinds: &[Kind]) -> ResponseBuilder {
    let links: Vec<String> = kinds
        .iter()
        .map(|kind| format!("[{}]({})", kind.title(), kind.path()))
        .collect();
    let examples = kinds.iter().map(|kind| {
        let example = ExampleBuilder::new()
            .summary(kind.title())
            .value(Some(example(*kind).json()));
        (kind.slug(), example)
    });
    let content = ContentBuilder::new()
        .schema(Some(schema(status, kinds)))
        .examples_from_iter(examples);
    let response = ResponseBuilder::new()
        .description(links.join(". "))
        .content(MEDIA_TYPE, content.build())
        .header("Cache-Control", text("`no-store`"));
    let response = match status {
        429 | 503 => response.header("Retry-After", seconds()),
        _ => response,
    };
    let response = if kinds.contains(&Kind::RefreshTokenNotFound) {
        response.header(
            "Set-Cookie",
            text("If a cookie came that is refused: it is taken away"),
        )
    } else {
        response
    };
    if kinds.contains(&Kind::NotAuthenticated) || kinds.contains(&Kind::AmbiguousAuthorization) {
        response.header(
            "WWW-Authenticate",
            text("`Bearer`, and what was wrong with the token if one came (RFC 6750)"),
        )
    } else {
        response
    }
}

/// A problem of just these kinds.
fn schema(status: u16, kinds: &[Kind]) -> AllOfBuilder {
    let kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(kinds.iter().map(|kind| kind.path())));
    let status = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .enum_values(Some([status]));
    let narrower = ObjectBuilder::new()
        .property("type", kind)
        .property("status", status);
    // Others of its status name no fields.
    let narrower = if kinds == [Kind::InvalidRequest] {
        narrower.required("errors")
    } else {
        narrower
    };
    AllOfBuilder::new()
        .item(Ref::from_schema_name("Problem"))
        .item(narrower)
}

fn text(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(description))
        .build()
}

fn seconds() -> Header {
    HeaderBuilder::new()
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1)),
        ))
        .description(Some("How many seconds to wait"))
        .build()
}

/// An answer of this kind, made as the program makes it.
fn example(kind: Kind) -> Problem {
    let retry_after = Duration::from_secs(7);
    match kind {
        Kind::MalformedBody => Problem::malformed("The body is not JSON"),
        Kind::AmbiguousAuthorization => Problem::two_authorizations(),
        Kind::InvalidCredentials => auth::Error::WrongCredentials.into(),
        Kind::NotAuthenticated => auth::Error::NotAuthenticated.into(),
        Kind::InvalidToken => auth::Error::InvalidToken.into(),
        Kind::RefreshTokenNotFound => auth::Error::RefreshTokenNotFound.into(),
        Kind::InsufficientUserAuthentication => auth::Error::ProofTooOld.into(),
        Kind::CrossSiteRequest => Problem::cross_site(),
        Kind::NotFound => Problem::not_found(),
        Kind::MethodNotAllowed => Problem::method_not_allowed(),
        Kind::RequestTimeout => Problem::timed_out(),
        Kind::PayloadTooLarge => Problem::too_large(),
        Kind::UnsupportedMediaType => Problem::unsupported_media_type(crate::json::MEDIA_TYPE),
        Kind::MisdirectedRequest => Problem::misdirected(),
        Kind::InvalidRequest => {
            Problem::invalid(vec![Fault::new("username", "This username is taken")])
        }
        Kind::InvalidLink => auth::Error::InvalidLink.into(),
        Kind::WrongCode => auth::Error::WrongCode.into(),
        Kind::NoMail => auth::Error::NoMail.into(),
        Kind::TooManyRequests => Problem::too_many_requests(7),
        Kind::TooManyTries => auth::Error::TooManyTries { retry_after }.into(),
        Kind::Busy => auth::Error::Busy { retry_after }.into(),
        Kind::InternalError => Problem::internal(),
        Kind::Unavailable => Problem::unavailable(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_is_shown_by_an_answer_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(example(kind).kind(), kind);
        }
    }

    #[test]
    fn kinds_of_one_status_are_one_response() {
        let responses = refused_with(&[Kind::TooManyTries, Kind::Busy]);
        let statuses: Vec<&str> = responses.keys().map(String::as_str).collect();
        assert_eq!(statuses, ["400", "408", "413", "429", "500"]);
        let response = serde_json::to_value(&responses["429"]).unwrap();
        let content = &response["content"][MEDIA_TYPE];
        assert_eq!(
            content["schema"]["allOf"][1]["properties"]["type"]["enum"],
            json!(["/problems/too-many-tries", "/problems/busy"])
        );
        assert_eq!(content["examples"]["busy"]["value"]["status"], 429);
        assert!(response["headers"]["Retry-After"].is_object());
    }
}
