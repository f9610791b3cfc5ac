//! What the browser is told of a session. Nothing here is a secret: no token, no hash of one.

use serde::{Deserialize, Serialize};

use crate::account::Profile;

/// The session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// The session's id, a UUID: the `sid` of its tokens.
    pub id: String,
    /// A hash of the id, by which tabs of one browser tell each other which session they mean.
    pub tag: String,
    /// How often the refresh token has been rotated: 0 in the first pair.
    pub generation: i64,
    /// When the session began, RFC 3339 in UTC.
    pub created_at: String,
    /// When its user last proved who they are, by a password or a letter; RFC 3339 in UTC. A refresh never renews it.
    pub auth_time: String,
    /// When the refresh token was last rotated, RFC 3339 in UTC; absent before the first rotation.
    pub rotated_at: Option<String>,
    /// When the session ends if it is not used, RFC 3339 in UTC.
    pub expires_at: String,
    /// When the session ends however much it is used, RFC 3339 in UTC.
    pub absolute_expires_at: String,
    /// Seconds until `expires_at`, counted by the server's clock.
    pub expires_in: i64,
    /// Seconds that `expires_in` begins with after each use.
    pub idle_lifetime: i64,
}

/// Something that the owner of an account must be told, until they dismiss it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// By which to dismiss it.
    pub id: String,
    /// What happened.
    pub kind: NoticeKind,
    /// When it happened, RFC 3339 in UTC.
    pub at: String,
}

/// The kinds of [`Notice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// An old refresh token came back: somebody had a copy of it. The session was ended (RFC 9700, section 4.14.2).
    SessionReused,
}

/// When the user signed in before, as it is told to them after signing in (OWASP ASVS 5.0, 6.3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastSignIn {
    /// When that was, RFC 3339 in UTC.
    pub at: String,
    /// How many wrong passwords have come since. No more than [`Self::MOST`] are counted.
    pub failures: i64,
}

impl LastSignIn {
    /// Where counting ends.
    pub const MOST: i64 = 100;
}

/// Who looks at a page, told from the refresh cookie: what the page may show, and no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Their account.
    pub profile: Profile,
    /// Their session in this browser.
    pub session: SessionSummary,
    /// What they have not dismissed yet, the newest first.
    pub notices: Vec<Notice>,
    /// When they signed in before, where they have just signed in again.
    pub last_sign_in: Option<LastSignIn>,
}

/// How a pair of tokens came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its owner proved who they are.
    SignedIn,
    /// The refresh token was exchanged for the next generation.
    Rotated,
    /// The same generation once more: an answer was lost, or two tabs asked at once.
    MintedAgain,
}
