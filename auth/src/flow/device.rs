//! Who is asking: what is known of the other end of the connection.

use std::net::IpAddr;

/// The device that a request came from, as far as it can be told. Neither part is proof of anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// The network address.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// The most characters of a user agent that are kept.
const LONGEST_USER_AGENT: usize = 256;

impl Device {
    /// The device at `address` that calls itself `user_agent`. Of an overlong name the start is kept, and of control characters nothing.
    pub fn new(address: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let printable = |name: &str| {
            name.chars()
                .filter(|character| !character.is_control())
                .take(LONGEST_USER_AGENT)
                .collect()
        };
        Self {
            address,
            user_agent: user_agent.map(printable),
        }
    }

    pub(crate) fn address_text(&self) -> Option<String> {
        self.address
            .map(|address| address.to_canonical().to_string())
    }
}
