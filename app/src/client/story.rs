//! What has happened to the session since the page was opened, as its owner is told.

use auth::session::Outcome;

use super::clock;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Happening {
    /// The time of day where the person is; empty until the browser has looked at its clock.
    pub(crate) at: String,
    /// What it was.
    pub(crate) what: What,
}

/// The kinds of [`Happening`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The page came rendered for its user, without a token.
    Rendered,
    /// A password was given in this tab.
    SignedIn,
    /// A new access token, and the next generation of the refresh token.
    Rotated {
        /// The generation that the refresh token is of now.
        generation: i64,
    },
    /// A new access token of the same generation: an answer was lost, or two tabs asked at once.
    MintedAgain {
        /// The generation that the refresh token is still of.
        generation: i64,
    },
    /// Another tab was refreshing, so that this one waited for its turn.
    Waited,
    /// Another tab told that it rotated the refresh token.
    RotatedElsewhere,
    /// The server answered a call with the token.
    Answered,
    /// The access token was taken for void, so that a new one was asked for.
    Refused,
    /// There was no answer.
    Unreachable,
    /// The page came back from the back/forward cache.
    Restored,
}

impl Happening {
    /// What happened just now.
    pub(super) fn now(what: What) -> Self {
        Self {
            at: clock::time_of_day(),
            what,
        }
    }
}

impl What {
    /// How a pair of tokens came about.
    pub(super) fn minted(outcome: Outcome, generation: i64) -> Self {
        match outcome {
            Outcome::SignedIn => Self::SignedIn,
            Outcome::Rotated => Self::Rotated { generation },
            Outcome::MintedAgain => Self::MintedAgain { generation },
        }
    }

    /// Whether it brought a new access token.
    pub(super) const fn is_minting(self) -> bool {
        matches!(
            self,
            Self::SignedIn | Self::Rotated { .. } | Self::MintedAgain { .. }
        )
    }

    /// In a sentence.
    pub(crate) fn sentence(self) -> String {
        let fixed = match self {
            Self::Rotated { generation } => {
                return format!(
                    "Access token minted, refresh token rotated to generation {generation}"
                );
            }
            Self::MintedAgain { generation } => {
                return format!(
                    "Access token minted again, refresh token still of generation {generation}"
                );
            }
            Self::Rendered => "Page opened: rendered signed in, with no token in it",
            Self::SignedIn => {
                "Signed in: first access token minted, refresh token put into its cookie"
            }
            Self::Waited => "Another tab was refreshing, so this one waited for its turn",
            Self::RotatedElsewhere => "Another tab told: it has rotated the refresh token",
            Self::Answered => "The server took the access token, and has proof that it arrived",
            Self::Refused => "The access token was refused, so a new one was asked for",
            Self::Unreachable => {
                "The server could not be asked: still signed in, to be tried again"
            }
            Self::Restored => {
                "Page restored by the browser: its token was dropped when it was left"
            }
        };
        fixed.to_owned()
    }

    /// Whether it was another tab's doing, or nothing new.
    pub(crate) const fn is_aside(self) -> bool {
        matches!(self, Self::Waited | Self::RotatedElsewhere | Self::Restored)
    }
}
