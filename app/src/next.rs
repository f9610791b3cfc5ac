//! Where a person wanted to go before they were asked to sign in: the `next` of an address or of a form.
//!
//! Anyone can write a link with a `next`, so that it is taken only when it names a path of this site.

use std::fmt::Write as _;

/// The longest `next` that is carried along.
const LONGEST: usize = 1024;

/// `next`, if it is a path of this site: one slash first, and no backslash and no control character anywhere.
///
/// `//elsewhere.example` and `/\elsewhere.example` are other sites to a browser, and a tab or a line break is left out by it before it
/// looks.
pub fn safe(next: &str) -> Option<&str> {
    let of_this_site = next.len() <= LONGEST
        && next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    of_this_site.then_some(next)
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
