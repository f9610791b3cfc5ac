//! Whether one asks for passwords that are known from a breach, and where.

use url::Url;

use super::{public_url::is_loopback, sources::Sources, table};

/// What stands before the five digits that are asked by, if anybody is asked.
pub(super) fn address(sources: &mut Sources) -> Option<Url> {
    let is_asked = sources.take_or(&table::BREACHED_PASSWORD_CHECK, false, |text| match text {
        "off" => Some(false),
        "have-i-been-pwned" => Some(true),
        _ => None,
    });
    sources
        .take(&table::BREACHED_PASSWORD_URL, range_search)
        .filter(|_| is_asked)
}

fn range_search(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        let is_private = match (url.scheme(), url.host()) {
            ("https", Some(_)) => true,
            ("http", Some(host)) => is_loopback(&host),
            _ => false,
        };
        is_private
            && url.path().ends_with('/')
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    const NONE: [(&str, &str); 0] = [];

    fn address(file: &str) -> Result<Option<String>, String> {
        Settings::from_sources(Some(file), NONE)
            .map(|settings| settings.breached_passwords.map(String::from))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn nobody_is_asked_unless_that_is_said() {
        assert_eq!(address(""), Ok(None));
        assert_eq!(address("breached_password_check = 'off'"), Ok(None));
        assert_eq!(
            address("breached_password_url = 'https://range.example/'"),
            Ok(None)
        );
        assert_eq!(
            address("breached_password_check = 'have-i-been-pwned'"),
            Ok(Some("https://api.pwnedpasswords.com/range/".to_owned()))
        );
    }

    #[test]
    fn what_is_asked_does_not_leave_the_machine_unencrypted() {
        let with = |url: &str| {
            address(&format!(
                "breached_password_check = 'have-i-been-pwned'\nbreached_password_url = '{url}'"
            ))
        };
        for taken in [
            "https://range.example/",
            "https://range.example:8443/a/range/",
            "http://127.0.0.1:8080/range/",
            "http://[::1]/",
            "http://localhost/range/",
        ] {
            assert_eq!(with(taken), Ok(Some(taken.to_owned())));
        }
        for refused in [
            "http://range.example/",
            "https://range.example/range",
            "https://range.example/?prefix=",
            "https://range.example/#",
            "https://user@range.example/",
            "ftp://range.example/",
            "range.example",
        ] {
            let refusal = with(refused).unwrap_err();
            assert!(refusal.contains("breached_password_url"), "{refusal}");
        }
        let refusal = address("breached_password_check = true").unwrap_err();
        assert!(
            refusal.contains("allowed is off or have-i-been-pwned"),
            "{refusal}"
        );
    }
}
