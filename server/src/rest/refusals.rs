//! What several operations answer instead of what they were asked for. An operation with refusals of its own declares them beside its handler.

use app::problems::Kind;
use utoipa::IntoResponses;

use crate::openapi::{Responses, refused_with};

/// Refusals that several operations share.
macro_rules! refusals {
    ($($(#[doc = $about:literal])+ $name:ident: $($kind:ident)+;)+) => {
        $(
            $(#[doc = $about])+
            pub(super) enum $name {}

            impl IntoResponses for $name {
                fn responses() -> Responses {
                    refused_with(&[$(Kind::$kind),+])
                }
            }
        )+
    };
}

refusals! {
    /// What is answered instead by what a link of a letter is for.
    OfLinks: InvalidRequest InvalidLink UnsupportedMediaType CrossSiteRequest TooManyRequests Unavailable;
    /// What the signed-in are answered instead, where they change something.
    OfMembers: AmbiguousAuthorization NotAuthenticated InvalidToken CrossSiteRequest TooManyRequests Unavailable;
    /// The same, where they name something that must be theirs.
    OfMembersNaming: AmbiguousAuthorization NotAuthenticated InvalidToken NotFound CrossSiteRequest TooManyRequests Unavailable;
    /// What they are answered instead, where nothing changes.
    OfMembersReading: AmbiguousAuthorization NotAuthenticated InvalidToken TooManyRequests Unavailable;
    /// What they are answered instead, where they give their password.
    OfPasswords: AmbiguousAuthorization NotAuthenticated InvalidToken InvalidRequest UnsupportedMediaType CrossSiteRequest TooManyRequests TooManyTries Busy Unavailable;
}
