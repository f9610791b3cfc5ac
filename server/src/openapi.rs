//! The description of the REST API, made from the code: OpenAPI 3.1.
//!
//! What is told of an operation stands beside its handler, in [`crate::rest`]. Here is what they share: the shapes of bodies ([`schemas`]),
//! the problems that they answer ([`refusals`]), and what is told of the API as a whole.

mod refusals;
mod schemas;

use std::sync::LazyLock;

use axum::body::Bytes;
use utoipa::{
    OpenApi as _,
    openapi::{
        Info, License, OpenApi, Server, Tag,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

pub(crate) use self::{
    refusals::{Responses, refused_with},
    schemas::{
        Accepted, Address, Credentials, Events, Export, Fault, Health, JsonWebKeySet, LinkToken,
        NewPassword, PasswordChange, PasswordForm, PasswordProof, Problem, Profile, Readiness,
        Registered, Registration, Sessions, SignInLetter, SignUpLetter, Tokens, UsernameChange,
        VerificationLetter,
    },
};
use crate::rest;

/// Operations that sign people in and out.
pub(crate) const AUTHENTICATION: &str = "Authentication";
/// Operations about the account of the caller.
pub(crate) const ACCOUNT: &str = "Account";
/// Operations for other programs: who checks tokens, who watches over this one.
pub(crate) const OPERATION: &str = "Operation";

/// What is told of the whole.
const ABOUT: &str = "\
Registers people, signs them in, keeps them signed in and signs them out.

There are two tokens. The **access token** comes in the body and lives for minutes: send it as `Authorization: Bearer …`. The **refresh \
token** comes in a cookie that no script can read, and buys the next pair. Each refresh replaces it; an old one that comes back ends the \
session.

What is refused or fails is answered as a problem of RFC 9457, `application/problem+json`. Its `type` is the path of a page that says what \
it means and what to do; [/problems](/problems) lists all. Besides what the operations name: an address that is none is \
[404](/problems/not-found), a method that an address does not take is [405](/problems/method-not-allowed) and `Allow` names those that it \
takes. A path with a GET takes HEAD too.";

/// The description of the API.
pub fn document() -> OpenApi {
    let mut document = rest::Operations::openapi();
    document.info = Info::builder()
        .title("Latchkey")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(
            License::builder()
                .name("MIT")
                .identifier(Some("MIT"))
                .build(),
        ))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    document.tags = Some(vec![
        tag(AUTHENTICATION, "Signing in, staying signed in, signing out"),
        tag(
            ACCOUNT,
            "Who the caller is, where they are signed in, what happened to their account, and what becomes of it",
        ),
        tag(OPERATION, "Keys, health, and this description"),
    ]);
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", bearer());
    components.add_security_scheme("refresh_cookie", refresh_cookie());
    document
}

/// The description as it is served.
pub(crate) fn json() -> Bytes {
    static JSON: LazyLock<Bytes> =
        LazyLock::new(|| serde_json::to_vec(&document()).unwrap_or_default().into());
    JSON.clone()
}

fn tag(name: &str, description: &str) -> Tag {
    Tag::builder()
        .name(name)
        .description(Some(description))
        .build()
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http(
        Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The access token: a JWT of RFC 9068 (`typ: at+jwt`)."))
            .build(),
    )
}

fn refresh_cookie() -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-refresh_token",
        "The refresh token, in a cookie that a browser sends by itself: `HttpOnly; Secure; SameSite=Lax; Path=/`. Where the settings choose \
         the development cookie it is called `latchkey-dev-refresh_token`.",
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Each operation with its method and path.
    fn operations(document: &Value) -> Vec<(String, &Value)> {
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                operations.push((format!("{method} {path}"), operation));
            }
        }
        operations
    }

    fn written() -> Value {
        serde_json::from_slice(&json()).unwrap()
    }

    fn is_text(value: &Value) -> bool {
        value.as_str().is_some_and(|text| !text.is_empty())
    }

    /// Whether a kind of content is shown by an example.
    fn is_shown(content: &Value) -> bool {
        content.as_object().unwrap().values().all(|media_type| {
            media_type
                .get("example")
                .or(media_type.get("examples"))
                .is_some()
        })
    }

    #[test]
    fn every_operation_is_told_in_full() {
        let document = written();
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = Vec::new();
        for (name, operation) in operations(&document) {
            for member in ["summary", "description", "operationId"] {
                assert!(is_text(&operation[member]), "{name} has no {member}");
            }
            let id = operation["operationId"].as_str().unwrap();
            assert!(!ids.contains(&id), "{id} is said twice");
            ids.push(id);
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
            if let Some(body) = operation.get("requestBody") {
                assert!(is_text(&body["description"]), "{name}");
                assert!(
                    is_shown(&body["content"]),
                    "{name}: no example of a request"
                );
            }
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                assert!(is_text(&response["description"]), "{name} {status}");
                assert!(
                    response.get("content").is_none_or(is_shown),
                    "{name} {status}: no example"
                );
                assert!(
                    response["headers"].get("Cache-Control").is_some(),
                    "{name} {status}: Cache-Control"
                );
            }
            assert!(
                responses.values().any(|response| response["content"]
                    .get("application/problem+json")
                    .is_some()),
                "{name} tells of no problem"
            );
        }
    }

    #[test]
    fn everything_that_is_referred_to_is_there() {
        fn look(value: &Value, document: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                        let pointer = target.strip_prefix('#').unwrap();
                        assert!(document.pointer(pointer).is_some(), "{target}");
                    }
                    members.values().for_each(|member| look(member, document));
                }
                Value::Array(items) => items.iter().for_each(|item| look(item, document)),
                _ => {}
            }
        }
        let document = written();
        look(&document, &document);
        let operations = operations(&document);
        let is_there = |id: &Value| {
            operations
                .iter()
                .any(|(_, operation)| operation["operationId"] == *id)
        };
        for (name, operation) in &operations {
            for response in operation["responses"].as_object().unwrap().values() {
                for link in response["links"].as_object().into_iter().flatten() {
                    assert!(is_there(&link.1["operationId"]), "{name}: {}", link.0);
                }
            }
            for scheme in operation["security"].as_array().into_iter().flatten() {
                for name in scheme.as_object().unwrap().keys() {
                    assert!(
                        document["components"]["securitySchemes"]
                            .get(name)
                            .is_some(),
                        "{name}"
                    );
                }
            }
        }
    }
}
