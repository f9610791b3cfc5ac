//! Where a person wanted to go before they were asked to sign in: the `next` of an address or of a form.
//!
//! Anyone can write a link with a `next`, so that it is taken only when it names a path of this site.

use std::fmt::Write as _;

use crate::routes::{DISMISS_NOTICE, LOGIN, LOGOUT, REGISTER};

/// The longest `next` that is carried along.
const LONGEST: usize = 1024;

/// Where it makes no sense to go on to: the forms that sign in, and the addresses that are no pages.
const NO_PLACES: [&str; 4] = [LOGIN, REGISTER, LOGOUT, DISMISS_NOTICE];
/// Below these there are no pages at all.
const NO_PAGES_BELOW: [&str; 2] = ["/fn/", "/api/"];

/// `next`, if it is a path of this site to go on to: one slash first, and no backslash and no control character anywhere.
///
/// `//elsewhere.example` and `/\elsewhere.example` are other sites to a browser, and a tab or a line break is left out by it before it
/// looks. A form for signing in would only be come to again.
pub fn safe(next: &str) -> Option<&str> {
    let of_this_site = next.len() <= LONGEST
        && next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    (of_this_site && is_place(path_of(next))).then_some(next)
}

/// The path of an address of this site, without query and fragment.
pub(crate) fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn is_place(path: &str) -> bool {
    !NO_PLACES.contains(&path) && !NO_PAGES_BELOW.iter().any(|folder| path.starts_with(folder))
}

/// The address of `page` with a `next` to go on to, or `page` alone where there is nothing worth carrying.
pub fn carried(page: &str, next: Option<&str>) -> String {
    match next.and_then(safe) {
        None | Some("/") => page.to_owned(),
        Some(next) => with_next(page, next),
    }
}

/// The address of `page` with `next` in its query.
pub(crate) fn with_next(page: &str, next: &str) -> String {
    let mut address = format!("{page}?next=");
    for byte in next.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_this_site_is_taken() {
        for path in [
            "/",
            "/profile",
            "/profile?tab=1&x=%2F",
            "/a//b",
            "/ä",
            "/a:b@c",
        ] {
            assert_eq!(safe(path), Some(path));
        }
    }

    #[test]
    fn another_site_is_not() {
        let refused = [
            "",
            "profile",
            "https://evil.example/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x",
            "/a\u{85}b",
            " /profile",
            "javascript:alert(1)",
            "/a\\b",
            "/a\0",
        ];
        for address in refused {
            assert_eq!(safe(address), None, "{address:?}");
        }
        assert_eq!(safe(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn a_path_that_is_no_page_to_go_on_to_is_not_taken() {
        for path in [
            "/login",
            "/login?next=/profile",
            "/register#main",
            "/logout",
            "/notices/dismiss",
            "/fn/refresh",
            "/api/v1/user/profile",
            "/api/",
        ] {
            assert_eq!(safe(path), None, "{path}");
        }
        for path in ["/logins", "/fnord", "/apiary", "/a?b=/login", "/a#/fn/x"] {
            assert_eq!(safe(path), Some(path));
        }
    }

    #[test]
    fn next_is_carried_escaped_and_only_when_it_says_something() {
        assert_eq!(
            carried("/login", Some("/profile?a=1&b=ä#x")),
            "/login?next=/profile%3Fa%3D1%26b%3D%C3%A4%23x"
        );
        assert_eq!(carried("/login", Some("/")), "/login");
        assert_eq!(carried("/login", Some("//evil.example")), "/login");
        assert_eq!(carried("/login", None), "/login");
    }
}
