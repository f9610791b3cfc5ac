//! What came back, and what every answer of a kind must be.

use app::problems::Kind;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{COOKIE, DEVICE_COOKIE, SetCookie};

/// A whole answer.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads an answer to its end, if it comes to one.
    pub(crate) async fn of(response: reqwest::Response) -> reqwest::Result<Self> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        Ok(Self {
            status,
            headers,
            body: response.bytes().await?.to_vec(),
        })
    }

    /// Reads an answer as it came over the wire, without chunks.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':')?;
            headers.append(
                HeaderName::try_from(name).ok()?,
                HeaderValue::try_from(value.trim()).ok()?,
            );
        }
        Some(Self {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The one header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} came twice: {self:?}");
        first
    }

    /// What a comma-separated header lists, however many times it came.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let values = self
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap());
        values
            .flat_map(|value| value.split(','))
            .map(|item| item.trim().to_ascii_lowercase())
            .collect()
    }

    pub(crate) fn set_cookies(&self) -> Vec<SetCookie> {
        self.headers
            .get_all("set-cookie")
            .iter()
            .map(|value| SetCookie::parse(value.to_str().unwrap()))
            .collect()
    }

    /// The refresh cookie that is set. Beside it stands at most that by which a browser is known again, and a pending sign-up's that is
    /// taken away.
    pub(crate) fn refresh_cookie(&self) -> Option<SetCookie> {
        let (mut cookies, others): (Vec<_>, Vec<_>) = self
            .set_cookies()
            .into_iter()
            .partition(|cookie| cookie.name == COOKIE);
        let is_known =
            |cookie: &SetCookie| matches!(&*cookie.name, DEVICE_COOKIE | "__Host-pending");
        assert!(
            cookies.len() <= 1 && others.iter().all(is_known),
            "{cookies:?} {others:?}"
        );
        cookies.pop()
    }

    /// The cookie of this name that is set.
    pub(crate) fn cookie(&self, name: &str) -> Option<SetCookie> {
        let mut cookies = self.set_cookies().into_iter();
        cookies.find(|cookie| cookie.name == name)
    }

    /// Asserts that no cookie is set or cleared.
    pub(crate) fn assert_no_cookie(&self) {
        assert!(!self.headers.contains_key("set-cookie"), "{self:?}");
    }

    /// Asserts that the refresh cookie is cleared, with the attributes that it was set with.
    pub(crate) fn assert_cookie_cleared(&self) {
        let cookie = self
            .refresh_cookie()
            .unwrap_or_else(|| panic!("no cookie: {self:?}"));
        assert_eq!(cookie.value, "", "{cookie:?}");
        assert_eq!(cookie.max_age, Some(0));
        cookie.assert_attributes();
    }

    /// Asserts that this is a problem of RFC 9457 with just this status, and this sentence for a person.
    pub(crate) fn assert_problem(&self, status: u16, detail: &str) {
        self.assert_any_problem(status);
        assert_eq!(self.json()["detail"], detail, "{self:?}");
    }

    /// Asserts that this is a problem of RFC 9457 with just this status.
    pub(crate) fn assert_any_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let problem = self.json();
        assert_eq!(problem["status"], status, "{self:?}");
        for member in ["title", "detail"] {
            assert!(
                problem[member]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{member}: {self:?}"
            );
        }
        let kind = self.kind();
        assert_eq!(kind.status(), status, "{self:?}");
        assert_eq!(problem["title"], kind.title(), "{self:?}");
        self.assert_says_nothing_of_the_inside();
    }

    /// The kind of the problem that this is.
    pub(crate) fn kind(&self) -> Kind {
        let problem = self.json();
        let path = problem["type"].as_str().unwrap_or_default();
        Kind::ALL
            .into_iter()
            .find(|kind| kind.path() == path)
            .unwrap_or_else(|| panic!("no kind of problem: {self:?}"))
    }

    /// Asserts that this refuses the fields named, and no other.
    pub(crate) fn assert_invalid(&self, fields: &[&str]) {
        self.assert_any_problem(422);
        let problem = self.json();
        let errors = problem["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no list of errors: {self:?}"));
        let named: Vec<_> = errors
            .iter()
            .map(|error| error["field"].as_str().unwrap())
            .collect();
        assert_eq!(named, fields, "{self:?}");
        for error in errors {
            assert!(
                error["message"]
                    .as_str()
                    .is_some_and(|message| !message.is_empty()),
                "{self:?}"
            );
        }
    }

    /// Asserts that nothing of the program's inside is told: no source path, no panic, no SQL.
    pub(crate) fn assert_says_nothing_of_the_inside(&self) {
        let text = self.text();
        for word in [
            "panicked",
            ".rs:",
            "stack backtrace",
            "sqlx",
            "SELECT ",
            "rustc",
        ] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }

    /// Asserts that nobody may keep this answer.
    pub(crate) fn assert_not_stored(&self) {
        assert!(
            self.list("cache-control").contains(&"no-store".to_owned()),
            "{self:?}"
        );
    }

    /// Asserts that this sends the browser to `location`, with nothing in the body.
    pub(crate) fn assert_redirect(&self, location: &str) {
        assert_eq!(self.status, 303, "{self:?}");
        assert_eq!(self.header("location"), Some(location), "{self:?}");
        assert_eq!(self.text(), "");
    }

    /// Asserts that this is an HTML page with just this status.
    pub(crate) fn assert_page(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(
            self.header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html")),
            "{self:?}"
        );
        self.assert_says_nothing_of_the_inside();
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(
                formatter,
                "{name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            )?;
        }
        let text = self.text();
        write!(
            formatter,
            "\n{}",
            text.chars().take(4_000).collect::<String>()
        )
    }
}
