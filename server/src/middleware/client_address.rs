//! Tells from which address a request comes.

use std::net::{IpAddr, SocketAddr};

use auth::Device;
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State as FromState},
    http::{HeaderMap, HeaderValue, header::USER_AGENT, request::Parts},
    middleware::Next,
    response::Response,
};

use crate::{problem::Problem, settings::ClientAddressSource, state::State};

/// The client's address, an IPv4 address in IPv6's clothes undressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl ClientAddress {
    fn tell(source: &ClientAddressSource, headers: &HeaderMap, peer: IpAddr) -> Self {
        let told = match source {
            ClientAddressSource::Connection => None,
            ClientAddressSource::Header { name, proxies } => {
                // Bytes, since what the client wrote further left may be anything.
                let values: Vec<&[u8]> = headers
                    .get_all(name)
                    .iter()
                    .map(HeaderValue::as_bytes)
                    .collect();
                values
                    .join(&b',')
                    .rsplit(|byte| *byte == b',')
                    .nth(proxies - 1)
                    .and_then(|value| address(std::str::from_utf8(value).ok()?))
            }
        };
        Self(told.unwrap_or(peer).to_canonical())
    }

    /// The network that counts as one client: all of an IPv4 address, the first 64 bits of an IPv6 one, of which anybody is given 2^64.
    pub(crate) fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(_) => self.0,
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        }
    }
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare().or_else(with_port).or_else(in_brackets)
}

/// Puts the client's address into the request, for the rate limits and for [`Asker`].
pub(crate) async fn tell(
    FromState(state): FromState<State>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(ConnectInfo(peer)) = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .copied()
    {
        let address = ClientAddress::tell(&state.client_address, request.headers(), peer.ip());
        request.extensions_mut().insert(address);
    }
    next.run(request).await
}

/// Who asks, as the engine is told.
pub(crate) struct Asker(pub(crate) Device);

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let address = parts
            .extensions
            .get::<ClientAddress>()
            .map(|address| address.0);
        let user_agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|name| name.to_str().ok());
        Ok(Self(Device::new(address, user_agent)))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn told(proxies: usize, values: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let source = ClientAddressSource::Header {
            name: HeaderName::from_static("x-forwarded-for"),
            proxies,
        };
        ClientAddress::tell(&source, &headers, IpAddr::from([10, 0, 0, 1]))
            .0
            .to_string()
    }

    #[test]
    fn the_value_that_the_outermost_proxy_wrote_is_taken() {
        assert_eq!(told(1, &["6.6.6.6, 1.2.3.4"]), "1.2.3.4");
        assert_eq!(told(1, &["6.6.6.6", "1.2.3.4:567"]), "1.2.3.4");
        assert_eq!(told(2, &["6.6.6.6, 1.2.3.4, 10.0.0.2"]), "1.2.3.4");
        assert_eq!(told(1, &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(told(1, &["::ffff:1.2.3.4"]), "1.2.3.4");
    }

    #[test]
    fn foreign_bytes_that_the_client_wrote_do_not_hide_what_the_proxy_wrote() {
        for bytes in [b"\xff, 1.2.3.4".as_slice(), b"\xc3\xa9,1.2.3.4"] {
            let value = HeaderValue::from_bytes(bytes).unwrap();
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static("x-forwarded-for"), value)]);
            let source = ClientAddressSource::Header {
                name: HeaderName::from_static("x-forwarded-for"),
                proxies: 1,
            };
            let told = ClientAddress::tell(&source, &headers, IpAddr::from([10, 0, 0, 1]));
            assert_eq!(told.0.to_string(), "1.2.3.4");
        }
    }

    #[test]
    fn where_the_header_does_not_tell_the_connection_counts() {
        assert_eq!(told(1, &[]), "10.0.0.1");
        assert_eq!(told(1, &["unknown"]), "10.0.0.1");
        assert_eq!(told(3, &["1.2.3.4"]), "10.0.0.1");
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static("1.2.3.4"),
        )]);
        assert_eq!(
            ClientAddress::tell(
                &ClientAddressSource::Connection,
                &headers,
                IpAddr::from([10, 0, 0, 1])
            )
            .0
            .to_string(),
            "10.0.0.1"
        );
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let network = |text: &str| ClientAddress(text.parse().unwrap()).network().to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("1.2.3.4"), "1.2.3.4");
    }
}
