//! What is answered when a request is refused or fails: RFC 9457, and the one place that maps errors to HTTP.
//!
//! A [`Problem`] answers as `application/problem+json`, and rides along in the answer's extensions: at the doors of the pages and of the
//! server functions `middleware::presentation` puts it into the words of that door. Which kinds there are is said in [`app::problems`].

use std::{borrow::Cow, sync::Arc};

use app::problems::Kind;
use auth::error::{Field, FieldError};
use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::causes::with_causes;

/// How many seconds to wait for a database that does not answer: whoever comes sooner mostly comes in vain.
const MOMENT: u64 = 2;

/// A refusal or a failure, ready to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    retry_after: Option<u64>,
    challenge: Option<Challenge>,
}

/// What is wrong with one member of a body, or one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// The member's or field's name.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// What a 401 or 400 of a route that wants a bearer token says in `WWW-Authenticate` (RFC 6750, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Challenge {
    /// No token came: no error is told.
    Missing,
    /// The request is not one that could hold a token.
    Malformed,
    /// A token came, and it is wrong.
    Wrong,
    /// The token is good, and the proof behind it too old (RFC 9470, section 3).
    ProofTooOld,
}

impl Challenge {
    const fn header(self) -> HeaderValue {
        match self {
            Self::Missing => HeaderValue::from_static("Bearer"),
            Self::Malformed => HeaderValue::from_static(
                "Bearer error=\"invalid_request\", error_description=\"More than one Authorization header\"",
            ),
            Self::Wrong => HeaderValue::from_static(
                "Bearer error=\"invalid_token\", error_description=\"Invalid token\"",
            ),
            Self::ProofTooOld => HeaderValue::from_static(
                "Bearer error=\"insufficient_user_authentication\", error_description=\"A more recent authentication is required\", max_age=600",
            ),
        }
    }
}

/// What a 401 says in `WWW-Authenticate` where a bearer token is wanted, and one came or none.
pub(crate) const fn bearer_challenge(came: bool) -> HeaderValue {
    if came {
        Challenge::Wrong.header()
    } else {
        Challenge::Missing.header()
    }
}

/// What a 401 says there where the token is good, and the proof behind it too old.
pub(crate) const fn proof_challenge() -> HeaderValue {
    Challenge::ProofTooOld.header()
}

impl Problem {
    /// A problem of this kind, with a sentence for a person.
    fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            faults: Vec::new(),
            retry_after: None,
            challenge: None,
        }
    }

    /// The body's text can't be read at all.
    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::MalformedBody, detail)
    }

    /// The body can be read, but is not what was asked for.
    pub(crate) fn invalid(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            ..Self::new(Kind::InvalidRequest, "Some fields need another look")
        }
    }

    /// Nothing stands at this address.
    pub(crate) fn not_found() -> Self {
        Self::new(Kind::NotFound, "There is nothing at this address")
    }

    /// Something stands here, but not for this method. The router adds `Allow`.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            Kind::MethodNotAllowed,
            "This address does not take this method",
        )
    }

    /// The request comes from another site.
    pub(crate) fn cross_site() -> Self {
        Self::new(
            Kind::CrossSiteRequest,
            "This request did not come from this site",
        )
    }

    /// The body is longer than any that is read here.
    pub(crate) fn too_large() -> Self {
        Self::new(Kind::PayloadTooLarge, "The body is longer than 64 KiB")
    }

    /// The body is of a kind that is not read here.
    pub(crate) fn unsupported_media_type(wanted: &'static str) -> Self {
        Self::new(
            Kind::UnsupportedMediaType,
            format!("The body must be {wanted}"),
        )
    }

    /// The request asks for another host.
    pub(crate) fn misdirected() -> Self {
        Self::new(
            Kind::MisdirectedRequest,
            "This address does not answer for this host",
        )
    }

    /// The client took too long to send its request, or we to answer it.
    pub(crate) fn timed_out() -> Self {
        Self::new(Kind::RequestTimeout, "The request took too long")
    }

    /// An address asks too often.
    pub(crate) fn too_many_requests(seconds: u64) -> Self {
        let seconds = seconds.max(1);
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                Kind::TooManyRequests,
                format!("Too many requests from your address. Try again in {seconds} s"),
            )
        }
    }

    /// The database does not answer.
    pub(crate) fn unavailable() -> Self {
        Self {
            retry_after: Some(MOMENT),
            ..Self::new(
                Kind::Unavailable,
                "The service is not available just now. Try again in a moment",
            )
        }
    }

    /// Something that should not happen did.
    pub(crate) fn internal() -> Self {
        Self::new(Kind::InternalError, "Something went wrong on our side")
    }

    /// Two `Authorization` headers came.
    pub(crate) fn two_authorizations() -> Self {
        Self {
            challenge: Some(Challenge::Malformed),
            ..Self::new(
                Kind::AmbiguousAuthorization,
                "More than one Authorization header",
            )
        }
    }

    /// Maps an error of a route that wants a bearer token: its 401 says so by a challenge.
    pub(crate) fn at_bearer(error: auth::Error) -> Self {
        let challenge = match error {
            auth::Error::NotAuthenticated => Some(Challenge::Missing),
            auth::Error::InvalidToken => Some(Challenge::Wrong),
            auth::Error::ProofTooOld => Some(Challenge::ProofTooOld),
            _ => None,
        };
        Self {
            challenge,
            ..Self::from(error)
        }
    }

    /// The same with another sentence for a person.
    pub(crate) fn saying(self, detail: &'static str) -> Self {
        Self {
            detail: Cow::Borrowed(detail),
            ..self
        }
    }

    /// What it says on the wire.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::to_value(self.document()).unwrap_or_default()
    }

    fn document(&self) -> Document<'_> {
        Document {
            r#type: self.kind.path(),
            title: self.kind.title(),
            status: self.kind.status(),
            detail: &self.detail,
            errors: &self.faults,
        }
    }

    /// Its kind.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The status that it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// How many seconds to wait before the next try.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// Those faults that belong to a field that a person fills in.
    pub(crate) fn field_errors(&self) -> Vec<FieldError> {
        let field = |name: &str| Field::ALL.into_iter().find(|field| field.as_str() == name);
        self.faults
            .iter()
            .filter_map(|fault| Some(FieldError::new(field(&fault.field)?, &fault.message)))
            .collect()
    }
}

impl Fault {
    /// Says what is wrong with a field.
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl From<auth::Error> for Problem {
    fn from(error: auth::Error) -> Self {
        let detail = error.to_string();
        let refused = |kind| Self::new(kind, detail.clone());
        let wait = |kind, retry_after| Self {
            retry_after: Some(auth::error::whole_seconds(retry_after)),
            ..refused(kind)
        };
        match &error {
            auth::Error::Invalid(fields) => Self::invalid(
                fields
                    .iter()
                    .map(|fault| Fault::new(fault.field.as_str(), &fault.message))
                    .collect(),
            ),
            auth::Error::WrongCredentials => refused(Kind::InvalidCredentials),
            auth::Error::RefreshTokenNotFound => refused(Kind::RefreshTokenNotFound),
            auth::Error::InvalidToken => refused(Kind::InvalidToken),
            auth::Error::NotAuthenticated => refused(Kind::NotAuthenticated),
            auth::Error::ProofTooOld => refused(Kind::InsufficientUserAuthentication),
            auth::Error::InvalidLink => refused(Kind::InvalidLink),
            auth::Error::WrongCode => refused(Kind::WrongCode),
            auth::Error::NoMail => refused(Kind::NoMail),
            auth::Error::NotFound => refused(Kind::NotFound),
            auth::Error::TooManyTries { retry_after } => wait(Kind::TooManyTries, *retry_after),
            auth::Error::Busy { retry_after } => wait(Kind::Busy, *retry_after),
            auth::Error::Unavailable(cause) => {
                tracing::error!(error = with_causes(cause), "The database does not answer");
                Self::unavailable()
            }
            auth::Error::Internal(cause) => {
                tracing::error!(error = with_causes(&**cause), "A request failed");
                Self::internal()
            }
        }
    }
}

/// The members of a problem on the wire.
///
/// `type` is a path, not a whole URL, so that it is the same text at every deployment and a client can compare it as it is. RFC 9457,
/// section 3.1.1, allows that where the reference holds the full path: against the address that was asked it leads to the page about it.
#[derive(Serialize)]
struct Document<'problem> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'problem str,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'problem [Fault],
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(
            serde_json::to_vec(&self.document()).unwrap_or_default(),
        ));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge.header());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_status_and_its_words() {
        for (error, status, detail) in [
            (
                auth::Error::WrongCredentials,
                401,
                "Invalid username or password",
            ),
            (
                auth::Error::RefreshTokenNotFound,
                401,
                "Refresh token not found",
            ),
            (auth::Error::InvalidToken, 401, "Invalid token"),
            (auth::Error::NotAuthenticated, 401, "Not authenticated"),
        ] {
            let problem = Problem::from(error);
            assert_eq!(
                (problem.status().as_u16(), &*problem.detail),
                (status, detail)
            );
        }
    }

    #[test]
    fn each_kind_is_answered_with_its_status_and_leads_to_its_page() {
        for kind in Kind::ALL {
            let problem = Problem::new(kind, "A sentence");
            assert_eq!(problem.status().as_u16(), kind.status());
            assert_eq!(kind.path(), format!("/problems/{}", kind.slug()));
        }
    }

    #[test]
    fn a_bearer_route_challenges_and_tells_no_error_where_no_token_came() {
        let challenge =
            |error| Problem::at_bearer(error).into_response().headers()[WWW_AUTHENTICATE].clone();
        assert_eq!(challenge(auth::Error::NotAuthenticated), "Bearer");
        assert_eq!(
            challenge(auth::Error::InvalidToken),
            "Bearer error=\"invalid_token\", error_description=\"Invalid token\""
        );
    }
}
