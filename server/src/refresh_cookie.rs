//! The cookie that holds the refresh token: the one reader and the one writer of it.
//!
//! The reader works on raw bytes and decodes nothing. A reader that decodes names takes `%5F%5FHost-…` for `__Host-…`, which a sibling
//! domain may set; and one that wants the whole header to be text is blinded by a single foreign byte in a neighbour.

use auth::{ExposeSecret, Grant, SecretString};
use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};

use crate::{
    host_cookie::{HostCookie, Purpose},
    settings::CookieKind,
};

/// Reads and writes the cookie of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefreshCookie {
    kind: CookieKind,
}

/// What a request's headers said of the cookie.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It did not come.
    Nothing,
    /// It came more than once. It counts as none, but there is something to clear.
    Twice,
    /// It came once, with bytes that no token has.
    Garbage,
    /// It came once.
    Token(SecretString),
}

impl Sent {
    /// Whether anything came by its name.
    pub(crate) const fn came(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// The token, if one can be told.
    pub(crate) fn token(self) -> Option<SecretString> {
        match self {
            Self::Token(token) => Some(token),
            Self::Nothing | Self::Twice | Self::Garbage => None,
        }
    }
}

impl RefreshCookie {
    /// The cookie that the settings name.
    pub(crate) const fn new(kind: CookieKind) -> Self {
        Self { kind }
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self.kind {
            CookieKind::Host => "__Host-refresh_token",
            CookieKind::Development => "latchkey-dev-refresh_token",
        }
    }

    /// Another cookie of the same kind.
    pub(crate) const fn beside(self, purpose: Purpose) -> HostCookie {
        HostCookie::new(self.kind, purpose)
    }

    /// What the `Cookie` headers say of it.
    pub(crate) fn read(self, headers: &HeaderMap) -> Sent {
        read_named(headers, self.name())
    }

    /// The `Set-Cookie` that gives a browser `token` for so many seconds, or until it is closed where no number is said; `None` if the token
    /// holds what no header can.
    pub(crate) fn set(self, token: &SecretString, max_age: Option<i64>) -> Option<HeaderValue> {
        let life = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        let mut header = HeaderValue::try_from(format!(
            "{}={}; {}{life}",
            self.name(),
            token.expose_secret(),
            self.kind.attributes()
        ))
        .ok()?;
        header.set_sensitive(true);
        Some(header)
    }

    /// Gives a browser what it was granted: the refresh token, and by what it is known again if it does not hold that yet. `None` if one of them
    /// holds what no header can.
    pub(crate) fn grant(self, grant: &Grant, headers: &mut HeaderMap) -> Option<()> {
        let refresh = self.set(&grant.refresh_token, grant.cookie_max_age())?;
        headers.append(SET_COOKIE, refresh);
        if let Some(key) = &grant.device_key {
            headers.append(SET_COOKIE, self.beside(Purpose::Device).set(key)?);
        }
        Some(())
    }

    /// The `Set-Cookie` that takes it from a browser. It repeats the attributes: browsers refuse a `__Host-` cookie without them.
    pub(crate) fn clear(self) -> HeaderValue {
        match self.kind {
            CookieKind::Host => HeaderValue::from_static(
                "__Host-refresh_token=; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=0",
            ),
            CookieKind::Development => HeaderValue::from_static(
                "latchkey-dev-refresh_token=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0",
            ),
        }
    }
}

impl CookieKind {
    /// What every cookie of ours says of itself.
    pub(crate) const fn attributes(self) -> &'static str {
        match self {
            Self::Host => "HttpOnly; Secure; SameSite=Lax; Path=/",
            Self::Development => "HttpOnly; SameSite=Lax; Path=/",
        }
    }
}

/// What the `Cookie` headers say of the cookie of this name. Two of the name count as none: one of them is not ours, and which can't be told.
pub(crate) fn read_named(headers: &HeaderMap, name: &str) -> Sent {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| value_of(pair, name.as_bytes()));
    match (values.next(), values.next()) {
        (None, _) => Sent::Nothing,
        (Some(_), Some(_)) => Sent::Twice,
        (Some(value), None) => match std::str::from_utf8(value) {
            Ok(token) if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Sent::Token(token.into())
            }
            _ => Sent::Garbage,
        },
    }
}

/// The value of `pair` if its name is exactly `name`.
fn value_of<'header>(pair: &'header [u8], name: &[u8]) -> Option<&'header [u8]> {
    let equals = pair.iter().position(|byte| *byte == b'=')?;
    (trimmed(&pair[..equals]) == name).then(|| trimmed(&pair[equals + 1..]))
}

/// Without the spaces and tabs around it.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_ink = |byte: &u8| !matches!(byte, b' ' | b'\t');
    match (
        bytes.iter().position(is_ink),
        bytes.iter().rposition(is_ink),
    ) {
        (Some(first), Some(last)) => &bytes[first..=last],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cookies: &[&[u8]]) -> Sent {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_bytes(cookie).unwrap());
        }
        RefreshCookie::new(CookieKind::Host).read(&headers)
    }

    fn token(cookies: &[&[u8]]) -> Option<String> {
        read(cookies)
            .token()
            .map(|token| token.expose_secret().to_owned())
    }

    #[test]
    fn it_is_found_among_others() {
        for cookies in [
            &[b"__Host-refresh_token=abc".as_slice()][..],
            &[b"a=b; __Host-refresh_token=abc; c=d"],
            &[b"a=b;\t__Host-refresh_token\t= abc "],
            &[b"a=b", b"__Host-refresh_token=abc"],
            &[b";;=;a;__Host-refresh_token=abc;;"],
        ] {
            assert_eq!(token(cookies).as_deref(), Some("abc"));
        }
    }

    #[test]
    fn a_foreign_byte_in_a_neighbour_does_not_hide_it() {
        assert_eq!(
            token(&[b"a=\xff\xfe; __Host-refresh_token=abc; \xe2\x80\x80=x"]).as_deref(),
            Some("abc")
        );
    }

    #[test]
    fn a_look_alike_is_not_it() {
        for cookie in [
            b"%5F%5FHost-refresh_token=evil".as_slice(),
            b"\xe2\x80\x80__Host-refresh_token=evil",
            b"__host-refresh_token=evil",
            b"__Host-refresh_tokens=evil",
            b"x__Host-refresh_token=evil",
            b"\"__Host-refresh_token\"=evil",
            b"__Host-refresh_token",
            b"a=__Host-refresh_token=evil",
            b"latchkey-dev-refresh_token=evil",
        ] {
            assert!(
                matches!(read(&[cookie]), Sent::Nothing),
                "{}",
                String::from_utf8_lossy(cookie)
            );
        }
    }

    #[test]
    fn two_of_them_count_as_none() {
        assert!(matches!(
            read(&[b"__Host-refresh_token=a; __Host-refresh_token=b"]),
            Sent::Twice
        ));
        assert!(matches!(
            read(&[b"__Host-refresh_token=a", b"__Host-refresh_token=a"]),
            Sent::Twice
        ));
    }

    #[test]
    fn a_value_that_no_token_has_is_garbage() {
        for cookie in [
            b"__Host-refresh_token=".as_slice(),
            b"__Host-refresh_token=a b",
            b"__Host-refresh_token=\xff",
        ] {
            assert!(matches!(read(&[cookie]), Sent::Garbage));
        }
    }

    #[test]
    fn without_a_number_of_seconds_it_goes_with_the_browser() {
        let set = RefreshCookie::new(CookieKind::Host).set(&"abc".into(), None);
        assert_eq!(
            set.unwrap(),
            "__Host-refresh_token=abc; HttpOnly; Secure; SameSite=Lax; Path=/"
        );
    }

    #[test]
    fn clearing_repeats_the_attributes() {
        for kind in [CookieKind::Host, CookieKind::Development] {
            let cookie = RefreshCookie::new(kind);
            let set = cookie.set(&"abc".into(), Some(9)).unwrap();
            assert_eq!(
                set.to_str()
                    .unwrap()
                    .replace("=abc;", "=;")
                    .replace("Max-Age=9", "Max-Age=0"),
                cookie.clear().to_str().unwrap()
            );
        }
    }
}
