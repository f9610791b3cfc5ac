//! The cookies beside that of the refresh token: by what a browser is known again, what it holds while its sign-up waits, the token of a link
//! that was opened, which leaves the address that way, and which page has just used one. Each is read by the reader of the
//! refresh cookie, and has the same attributes.

use auth::{ExposeSecret, SecretString};
use axum::{
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::Response,
};

use crate::{problem::Problem, refresh_cookie::read_named, settings::CookieKind};

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Knowing the browser again.
    Device,
    /// Making the account in the browser that asked for it.
    PendingSignUp,
    /// The link of a letter by which to sign in.
    SignInLink,
    /// The link of a letter by which an account is made.
    ConfirmSignUp,
    /// The link of a letter by which an address is proven.
    VerifyEmail,
    /// The link of a letter by which another password is chosen.
    ResetPassword,
    /// The link of a letter by which an account gets another address.
    ConfirmEmail,
    /// The link of a letter by which it gets the former one back.
    UndoEmailChange,
    /// The link of a letter by which its reader says that they did not do what it tells of.
    NotMe,
    /// Which page has used a link in this browser.
    LinkUsed,
}

impl Purpose {
    /// Its name, without what stands before it by the kind.
    const fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::PendingSignUp => "pending",
            Self::SignInLink => "sign_in_link",
            Self::ConfirmSignUp => "confirm_sign_up",
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ConfirmEmail => "confirm_email",
            Self::UndoEmailChange => "undo_email_change",
            Self::NotMe => "not_me",
            Self::LinkUsed => "link_used",
        }
    }
}

/// Reads and writes one of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostCookie {
    kind: CookieKind,
    purpose: Purpose,
}

impl HostCookie {
    /// The cookie for a purpose, of the kind that the settings name.
    pub(crate) const fn new(kind: CookieKind, purpose: Purpose) -> Self {
        Self { kind, purpose }
    }

    /// Its name.
    fn name(self) -> String {
        let prefix = match self.kind {
            CookieKind::Host => "__Host-",
            CookieKind::Development => "latchkey-dev-",
        };
        format!("{prefix}{}", self.purpose.word())
    }

    /// How long a browser keeps it, in seconds.
    const fn max_age(self) -> u32 {
        const DAY: u32 = 24 * 60 * 60;
        match self.purpose {
            Purpose::Device => 365 * DAY,
            // As long as what waits.
            Purpose::PendingSignUp => 4 * DAY,
            // The link of a letter until its button is pressed, or that it was.
            _ => 30 * 60,
        }
    }

    /// What a request's `Cookie` headers hold of it. Two of the name count as none.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<SecretString> {
        read_named(headers, &self.name()).token()
    }

    /// The `Set-Cookie` that gives it to a browser; `None` if `value` holds what no header can.
    pub(crate) fn set(self, value: &SecretString) -> Option<HeaderValue> {
        self.header(value.expose_secret(), self.max_age())
    }

    /// The `Set-Cookie` that takes it from a browser. It repeats the attributes: browsers refuse a `__Host-` cookie without them.
    pub(crate) fn clear(self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    /// Gives it to a browser with an answer.
    ///
    /// # Errors
    /// An internal problem, if `value` holds what no header can.
    pub(crate) fn give(
        self,
        value: &SecretString,
        mut response: Response,
    ) -> Result<Response, Problem> {
        let cookie = self.set(value).ok_or_else(Problem::internal)?;
        response.headers_mut().append(SET_COOKIE, cookie);
        Ok(response)
    }

    fn header(self, value: &str, max_age: u32) -> Option<HeaderValue> {
        let mut header = HeaderValue::try_from(format!(
            "{}={value}; {}; Max-Age={max_age}",
            self.name(),
            self.kind.attributes()
        ))
        .ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    const PURPOSES: [Purpose; 10] = [
        Purpose::Device,
        Purpose::PendingSignUp,
        Purpose::SignInLink,
        Purpose::ConfirmSignUp,
        Purpose::VerifyEmail,
        Purpose::ResetPassword,
        Purpose::ConfirmEmail,
        Purpose::UndoEmailChange,
        Purpose::NotMe,
        Purpose::LinkUsed,
    ];

    #[test]
    fn each_is_read_by_its_own_name_alone() {
        for kind in [CookieKind::Host, CookieKind::Development] {
            for purpose in PURPOSES {
                let mut headers = HeaderMap::new();
                let cookie = HostCookie::new(kind, purpose);
                let pair = format!("a=b; {}=abc", cookie.name());
                headers.insert(COOKIE, HeaderValue::try_from(pair).unwrap());
                for other in PURPOSES {
                    let value = HostCookie::new(kind, other).read(&headers);
                    assert_eq!(value.is_some(), other == purpose);
                }
            }
        }
    }

    #[test]
    fn it_is_for_this_host_and_no_script() {
        let cookie = HostCookie::new(CookieKind::Host, Purpose::Device);
        assert_eq!(
            cookie.set(&"abc".into()).unwrap(),
            "__Host-device=abc; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=31536000"
        );
        assert_eq!(
            cookie.clear().unwrap(),
            "__Host-device=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0"
        );
        assert!(cookie.set(&"a\r\nb".into()).is_none());
    }
}
