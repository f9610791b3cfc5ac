//! The address by which browsers reach the server.

use std::{fmt, net::SocketAddr, sync::Arc};

use url::{Host, Url};

/// An origin: scheme, host and port, without a path. https, or http on loopback alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: Arc<str>,
    security: Security,
}

/// Whether what is sent to the public URL is kept from others on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// https.
    Encrypted,
    /// http, which does not leave the machine.
    Loopback,
}

impl PublicUrl {
    /// Reads a public URL, if `text` is one.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !text.contains('\\');
        let security = match (url.scheme(), url.host()?) {
            ("https", _) => Security::Encrypted,
            ("http", host) if is_loopback(&host) => Security::Loopback,
            _ => return None,
        };
        bare.then(|| Self {
            origin: url.origin().ascii_serialization().into(),
            security,
        })
    }

    /// The address for a server that listens on loopback at `address`. `localhost` rather than the number: that is what people type.
    pub fn for_loopback(address: SocketAddr) -> Option<Self> {
        address.ip().is_loopback().then(|| Self {
            origin: format!("http://localhost:{}", address.port()).into(),
            security: Security::Loopback,
        })
    }

    /// The origin, as browsers write it in `Origin`: no slash at its end.
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Its host and its port, if that is not the scheme's: as browsers write it in `Host`.
    pub fn authority(&self) -> &str {
        let (_, authority) = self.origin.split_once("://").unwrap_or_default();
        authority
    }

    /// Its host; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            _ => authority,
        }
    }

    /// Whether it is https.
    pub fn security(&self) -> Security {
        self.security
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

/// Whether a host never leaves the machine.
pub(super) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_is_taken_and_written_as_an_origin() {
        assert_eq!(
            PublicUrl::parse("https://Example.COM:443/")
                .unwrap()
                .as_str(),
            "https://example.com"
        );
        assert_eq!(
            PublicUrl::parse("https://example.com:8443")
                .unwrap()
                .as_str(),
            "https://example.com:8443"
        );
    }

    #[test]
    fn its_host_is_without_a_port_and_its_authority_with_one() {
        for (text, host, authority) in [
            ("https://example.com", "example.com", "example.com"),
            ("https://example.com:443", "example.com", "example.com"),
            (
                "https://example.com:8443",
                "example.com",
                "example.com:8443",
            ),
            ("http://[::1]:3000", "[::1]", "[::1]:3000"),
            ("http://[::1]", "[::1]", "[::1]"),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.host(), url.authority()), (host, authority));
        }
    }

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for text in [
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "http://app.localhost",
        ] {
            assert_eq!(
                PublicUrl::parse(text).unwrap().security(),
                Security::Loopback,
                "{text}"
            );
        }
        for text in [
            "http://example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_origin_has_no_path_no_query_and_no_user() {
        for text in [
            "https://example.com/app",
            "https://example.com?a",
            "https://example.com#a",
            "https://a@example.com",
            "https://",
            "example.com",
            "",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
