//! What happened to an account, as its owner is shown it.

use serde::{Deserialize, Serialize};

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvent {
    /// Its id, a UUID: by which to say that it was somebody else's doing.
    pub id: String,
    /// When it happened, RFC 3339 in UTC.
    pub at: String,
    /// What happened, in the word of the audit log: `signed_in`, `password_changed` and so on. A newer server may know others.
    pub kind: String,
    /// The browser in words, if one is known.
    pub browser: Option<String>,
    /// The system in words, if a browser is known.
    pub system: Option<String>,
    /// The network address that it was done from.
    pub address: Option<String>,
    /// Who did it: `user`, `operator`, `system`, or `anonymous` for who did not prove who they are.
    pub by: String,
    /// The session in which it was done, or to which.
    pub session: Option<String>,
}

/// A part of what happened to an account, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPage {
    /// The events.
    pub events: Vec<AccountEvent>,
    /// Before which event to go on reading. Nothing, where these are the oldest.
    pub next: Option<String>,
}
