//! What an account shows of itself to its owner.

use serde::{Deserialize, Serialize};

/// The account of the one who asks, as the API and the pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id, a UUID: the `sub` of their tokens.
    pub id: String,
    /// The name, as it was typed at registration.
    pub username: String,
    /// The address, in its stored form.
    pub email: String,
    /// Whether it was proven that the address is theirs.
    pub email_verified: bool,
    /// Whether there is a password. There is none after it was taken away, since somebody else may know it, until the owner chooses another.
    pub has_password: bool,
    /// What the user may do, in words of the product built on Latchkey. Empty for a new user.
    pub roles: Vec<String>,
    /// The teams that the user belongs to. Empty for a new user.
    pub groups: Vec<String>,
    /// When the account was made, RFC 3339 in UTC.
    pub created_at: String,
    /// When the account is deleted, if its owner has asked for it; RFC 3339 in UTC.
    pub deletes_at: Option<String>,
}
