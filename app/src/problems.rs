//! The kinds of problem that the server answers with: what each is called, which status it has, and what to do about it.
//!
//! The one list of them. An answer names its kind by the address of a page ([`Kind::path`]), and that page says what stands here; so do the
//! API's description and its document.

/// A kind of problem, the `type` of RFC 9457.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The body can't be read.
    MalformedBody,
    /// More than one `Authorization` header came.
    AmbiguousAuthorization,
    /// An unknown user, a wrong password or a disabled account.
    InvalidCredentials,
    /// A bearer token is needed, and none came.
    NotAuthenticated,
    /// A token came, and it is not good.
    InvalidToken,
    /// A refresh without a refresh token.
    RefreshTokenNotFound,
    /// The password is asked for again.
    InsufficientUserAuthentication,
    /// Another site's page caused the request.
    CrossSiteRequest,
    /// Nothing is at the address.
    NotFound,
    /// The address does not take the method.
    MethodNotAllowed,
    /// Reading the request and answering it took too long.
    RequestTimeout,
    /// The body is too long.
    PayloadTooLarge,
    /// The body is of another kind than is read here.
    UnsupportedMediaType,
    /// The address does not answer for the host that was asked.
    MisdirectedRequest,
    /// The body can be read, but is not what was asked for.
    InvalidRequest,
    /// A link of a letter can't be used any more.
    InvalidLink,
    /// A code is not the letter's.
    WrongCode,
    /// A letter is needed, and none is sent here.
    NoMail,
    /// An address asks too often.
    TooManyRequests,
    /// An account has seen too many wrong passwords.
    TooManyTries,
    /// More passwords wait to be checked than can be soon.
    Busy,
    /// A failure of ours.
    InternalError,
    /// The database does not answer.
    Unavailable,
}

/// What is told of a kind.
struct About {
    slug: &'static str,
    status: u16,
    title: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

impl Kind {
    /// Where the pages about them are: the index at this path, each kind one level below.
    pub const INDEX: &str = "/problems";

    /// All of them, by status.
    pub const ALL: [Self; 23] = [
        Self::MalformedBody,
        Self::AmbiguousAuthorization,
        Self::InvalidCredentials,
        Self::NotAuthenticated,
        Self::InvalidToken,
        Self::RefreshTokenNotFound,
        Self::InsufficientUserAuthentication,
        Self::CrossSiteRequest,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::MisdirectedRequest,
        Self::InvalidRequest,
        Self::InvalidLink,
        Self::WrongCode,
        Self::NoMail,
        Self::TooManyRequests,
        Self::TooManyTries,
        Self::Busy,
        Self::InternalError,
        Self::Unavailable,
    ];

    /// The kind of this name, if there is one.
    pub fn by_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Its name, the last part of its address.
    pub const fn slug(self) -> &'static str {
        self.about().slug
    }

    /// The path of the page about it, which is its `type` in an answer.
    pub fn path(self) -> String {
        format!("{}/{}", Self::INDEX, self.slug())
    }

    /// The status that it is answered with.
    pub const fn status(self) -> u16 {
        self.about().status
    }

    /// What it is called, the same each time.
    pub const fn title(self) -> &'static str {
        self.about().title
    }

    /// What has happened.
    pub const fn meaning(self) -> &'static str {
        self.about().meaning
    }

    /// What a client does about it.
    pub const fn remedy(self) -> &'static str {
        self.about().remedy
    }

    #[expect(clippy::too_many_lines, reason = "a table, which is read line by line")]
    const fn about(self) -> About {
        match self {
            Self::MalformedBody => About {
                slug: "malformed-body",
                status: 400,
                title: "The body can't be read",
                meaning: "The body breaks off, is not UTF-8, is no JSON or no percent-encoded form, lies deeper than 32 levels, or has more than 64 fields. Nothing of it was used.",
                remedy: "Send JSON as a JSON library writes it, or a form as a browser writes it. The same request again is refused again.",
            },
            Self::AmbiguousAuthorization => About {
                slug: "ambiguous-authorization",
                status: 400,
                title: "More than one Authorization header",
                meaning: "The request has two Authorization headers or more. Which of them counts can't be told, so none did.",
                remedy: "Send the header once. Where a proxy adds one of its own, let it take the other away.",
            },
            Self::InvalidCredentials => About {
                slug: "invalid-credentials",
                status: 401,
                title: "The username or the password is wrong",
                meaning: "There is no such user, the password is another, or the account is disabled. Which of these it is, is not told.",
                remedy: "Ask for both again. Further tries for the same account soon have to wait.",
            },
            Self::NotAuthenticated => About {
                slug: "not-authenticated",
                status: 401,
                title: "A bearer token is needed",
                meaning: "The address answers the signed-in alone, and the request has no bearer token. A cookie is not enough here.",
                remedy: "Sign in or refresh, and send the access token: `Authorization: Bearer …`.",
            },
            Self::InvalidToken => About {
                slug: "invalid-token",
                status: 401,
                title: "The token is not good",
                meaning: "The token has expired, was taken back, is of the other kind, was used before, or was never made here.",
                remedy: "With an access token: refresh once, and try once more with the new one. When the refresh token itself is refused, the session has ended: sign in again.",
            },
            Self::RefreshTokenNotFound => About {
                slug: "refresh-token-not-found",
                status: 401,
                title: "There is no refresh token",
                meaning: "A refresh was asked for, and the request has no cookie with a refresh token, or has two of the name.",
                remedy: "Send the cookie that signing in has set, once. Without one, sign in.",
            },
            Self::InsufficientUserAuthentication => About {
                slug: "insufficient-user-authentication",
                status: 401,
                title: "The password is asked for again",
                meaning: "What was asked for needs a proof of who one is that is at most 10 minutes old (RFC 9470), and the password was given longer ago. The token itself is good, and a refresh does not help: it never renews that proof.",
                remedy: "Ask for the password, send it to `/api/v1/auth/reauthenticate`, and try again with the access token that it answers.",
            },
            Self::CrossSiteRequest => About {
                slug: "cross-site-request",
                status: 403,
                title: "The request comes from another site",
                meaning: "By its headers (Sec-Fetch-Site, or else Origin) a page of another site made a browser send this. Nothing was done.",
                remedy: "Call from a page of this site. A client that is no browser leaves both headers out.",
            },
            Self::NotFound => About {
                slug: "not-found",
                status: 404,
                title: "There is nothing at this address",
                meaning: "No page, file or operation is at this address. Case and slashes count.",
                remedy: "Compare the address with the description of the API.",
            },
            Self::MethodNotAllowed => About {
                slug: "method-not-allowed",
                status: 405,
                title: "The address does not take this method",
                meaning: "There is something at this address, but not for this method. The header Allow names those that it takes.",
                remedy: "Use a method that Allow names.",
            },
            Self::RequestTimeout => About {
                slug: "request-timeout",
                status: 408,
                title: "The request took too long",
                meaning: "The request did not arrive whole in time, or could not be answered in time. The connection is closed.",
                remedy: "Try again. Whether something was done before the time was up can't be told from this answer.",
            },
            Self::PayloadTooLarge => About {
                slug: "payload-too-large",
                status: 413,
                title: "The body is too long",
                meaning: "No body of more than 64 KiB is read here, however it is sent.",
                remedy: "Send less. The same request again is refused again.",
            },
            Self::UnsupportedMediaType => About {
                slug: "unsupported-media-type",
                status: 415,
                title: "The body is of a kind that is not read here",
                meaning: "The header Content-Type is missing, came twice, or names another kind of body than this address reads.",
                remedy: "Send `Content-Type: application/json`; signing in takes `application/x-www-form-urlencoded` too.",
            },
            Self::MisdirectedRequest => About {
                slug: "misdirected-request",
                status: 421,
                title: "The address does not answer for this host",
                meaning: "The letters of a server in development are shown to who asks by the public URL or by localhost, 127.0.0.1 or [::1], and the request names another host or none. Else any name that is made to lead here could read them.",
                remedy: "Ask by the address that the server prints when it starts.",
            },
            Self::InvalidRequest => About {
                slug: "invalid-request",
                status: 422,
                title: "Some fields need another look",
                meaning: "The body could be read, but a field is missing, of a wrong kind, said twice, or holds what can't be taken: a name that somebody has, a password that anyone would guess. `errors` names each, with a sentence to put beside it.",
                remedy: "Show each sentence beside its field, and let the person mend it.",
            },
            Self::InvalidLink => About {
                slug: "invalid-link",
                status: 422,
                title: "The link can't be used any more",
                meaning: "A link from a letter works once and for a while. This one was used, is too old, was followed by a newer one, or what it was for has changed meanwhile. Which of these it is, is not told.",
                remedy: "Ask for another letter, and use the link in the newest.",
            },
            Self::WrongCode => About {
                slug: "wrong-code",
                status: 422,
                title: "The code is not the letter's",
                meaning: "The code is another than that of the newest letter. After five wrong codes none is taken any more, the right one neither; the letter's link still works.",
                remedy: "Compare it with the newest letter, or ask for another.",
            },
            Self::NoMail => About {
                slug: "no-mail",
                status: 422,
                title: "This service sends no mail",
                meaning: "What was asked for needs a letter, and whoever runs this service has not set up how mail is sent.",
                remedy: "Ask whoever runs the service. They can do the same by the command line.",
            },
            Self::TooManyRequests => About {
                slug: "too-many-requests",
                status: 429,
                title: "Too many requests from one address",
                meaning: "The client's network address has used up what it may ask in a while. All who share the address share this budget.",
                remedy: "Wait as many seconds as the header Retry-After says, then go on more slowly.",
            },
            Self::TooManyTries => About {
                slug: "too-many-tries",
                status: 429,
                title: "Too many tries for one account",
                meaning: "The account has seen wrong passwords, one after the other, and each further try has to wait longer, the right password too. Or more letters were asked for than are sent to one address in a minute or in an hour, or its data was taken along ten times within an hour.",
                remedy: "Wait as many seconds as the header Retry-After says. After wrong passwords, a sign-in ends the waiting.",
            },
            Self::Busy => About {
                slug: "busy",
                status: 429,
                title: "Many people are signing in just now",
                meaning: "More passwords wait to be checked than can be soon. The request was not begun.",
                remedy: "Wait as many seconds as the header Retry-After says, and try again.",
            },
            Self::InternalError => About {
                slug: "internal-error",
                status: 500,
                title: "Something went wrong on our side",
                meaning: "A failure that should not have happened. It was written to the server's log; the answer tells nothing of it.",
                remedy: "Try again later. If it stays so, tell who runs the server when it happened.",
            },
            Self::Unavailable => About {
                slug: "unavailable",
                status: 503,
                title: "The service is not available just now",
                meaning: "The database does not answer, so that nothing could be judged. Nobody is signed out by this.",
                remedy: "Keep both tokens and try again in a moment.",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_name_and_a_title_of_its_own() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(Kind::by_slug(kind.slug()), Some(kind));
            for other in &Kind::ALL[..index] {
                assert!(kind != *other && kind.title() != other.title(), "{kind:?}");
            }
        }
        assert_eq!(Kind::by_slug(""), None);
    }

    #[test]
    fn a_name_is_in_lower_case_with_dashes() {
        for kind in Kind::ALL {
            assert!(
                kind.slug()
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn they_are_listed_by_status_and_each_is_an_error() {
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.status()));
        assert!(
            Kind::ALL
                .iter()
                .all(|kind| (400..600).contains(&kind.status()))
        );
    }
}
