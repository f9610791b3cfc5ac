//! A session as it stands in the list of its owner's devices. Nothing here is a secret: no token, no hash of one.

use serde::{Deserialize, Serialize};

/// A session that stands, as its owner sees it among the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSession {
    /// The session's id, a UUID: by which to end it.
    pub id: String,
    /// The browser in words, as it calls itself: "Firefox".
    pub browser: String,
    /// The system in words, as the browser tells it: "Windows".
    pub system: String,
    /// The network address at which it was last used.
    pub address: Option<String>,
    /// Where that address is. For a product that looks addresses up; Latchkey does not, and leaves it empty.
    pub place: Option<String>,
    /// When it began, RFC 3339 in UTC.
    pub created_at: String,
    /// When it was last used, RFC 3339 in UTC.
    pub last_seen_at: String,
    /// Whether it is the session of who asks.
    pub is_this: bool,
}
