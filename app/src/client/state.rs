//! What the components see of the session. It holds no token.

use auth::{
    session::{SessionSummary, Viewer},
    token::AccessClaims,
};
use leptos::prelude::*;

use super::story::{Happening, What};
use crate::{
    error::ApiError,
    text::{Text, text},
    words,
};

/// The most entries of the story that are kept.
const LONGEST_STORY: usize = 12;

/// What may be shown of the access token that is held.
pub(crate) struct TokenFacts {
    /// What it says.
    pub(crate) claims: AccessClaims,
    /// The key that signed it.
    pub(crate) key_id: String,
    /// The algorithm that signed it.
    pub(crate) algorithm: String,
    /// Its whole life, in seconds.
    pub(crate) lifetime: i64,
    /// When its life ends, by [`super::clock::now`].
    pub(crate) ends_at: f64,
}

impl TokenFacts {
    /// The seconds that are left at `now`.
    fn left(&self, now: f64) -> i64 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a token's life is minutes, and a cast of a float saturates"
        )]
        let left = ((self.ends_at - now) / 1000.0).ceil() as i64;
        left.clamp(0, self.lifetime)
    }
}

/// What is to become of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays.
    Stays,
    /// It is deleted on a day that has not come, and can be kept.
    Goes,
    /// The day has come.
    IsGoing,
}

impl Fate {
    /// That of the viewer's account, when the server last told of their session: it is its clock that counts.
    fn of(viewer: &Viewer) -> Self {
        let session = &viewer.session;
        let now = words::timestamp(&session.expires_at).map(|end| end - session.expires_in);
        let Some(day) = &viewer.profile.deletes_at else {
            return Self::Stays;
        };
        let has_come = words::timestamp(day)
            .zip(now)
            .is_some_and(|(day, now)| day <= now);
        if has_come { Self::IsGoing } else { Self::Goes }
    }
}

/// What is known of the session.
#[derive(Default)]
pub(crate) struct Known {
    /// Who is signed in.
    pub(crate) viewer: Option<Viewer>,
    /// The access token that this tab holds.
    pub(crate) token: Option<TokenFacts>,
    /// What has happened since the page was opened.
    pub(crate) story: Vec<Happening>,
    /// Why the last call got no answer; none since one did.
    pub(crate) trouble: Option<ApiError>,
    /// Whether another tab has rotated the refresh token since this one did.
    pub(crate) rotated_elsewhere: bool,
    /// Whether this page is about to be replaced, so that nothing on it should act any more.
    pub(crate) leaving: bool,
}

impl Known {
    /// Notes what happened just now. The first entry, of how it all began, is always kept.
    pub(super) fn tell(&mut self, what: What) {
        self.story.push(Happening::now(what));
        if self.story.len() > LONGEST_STORY {
            self.story.remove(1);
        }
    }

    /// Whether no call has been answered with the latest token so far. Another tab may have told something since it came.
    pub(super) fn awaits_proof(&self) -> bool {
        self.story
            .iter()
            .rev()
            .map(|happening| happening.what)
            .find(|what| what.is_minting() || *what == What::Answered)
            .is_some_and(What::is_minting)
    }

    /// The session, if it is the one of `tag`.
    pub(super) fn is(&self, tag: &str) -> bool {
        self.session().is_some_and(|session| session.tag == tag)
    }

    pub(super) fn session(&self) -> Option<&SessionSummary> {
        self.viewer.as_ref().map(|viewer| &viewer.session)
    }
}

/// The session as the components see it, in the context of the whole app.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// What is known of it.
    pub(crate) known: RwSignal<Known>,
    /// The browser's clock, looked at each second while somebody attends; see [`super::clock::now`].
    pub(crate) now: RwSignal<f64>,
    /// Whether somebody is signed in; changes with that alone.
    pub(crate) signed_in: Memo<bool>,
    /// Whether the account has a password; changes with that alone.
    pub(crate) has_password: Memo<bool>,
    /// Whether a call waits for the password to be given again.
    pub(crate) asks_for_proof: RwSignal<bool>,
}

impl Session {
    pub(crate) fn new(viewer: Option<Viewer>) -> Self {
        let story = viewer
            .iter()
            .map(|_| Happening {
                at: String::new(),
                what: What::Rendered,
            })
            .collect();
        let known = RwSignal::new(Known {
            viewer,
            story,
            ..Known::default()
        });
        Self {
            known,
            now: RwSignal::new(0.0),
            signed_in: Memo::new(move |_| known.with(|known| known.viewer.is_some())),
            has_password: Memo::new(move |_| {
                known.with(|known| {
                    let viewer = known.viewer.as_ref();
                    viewer.is_none_or(|viewer| viewer.profile.has_password)
                })
            }),
            asks_for_proof: RwSignal::new(false),
        }
    }

    /// The session of the app that this runs in.
    pub(crate) fn of_app() -> Self {
        use_context().unwrap_or_else(|| Self::new(None))
    }

    /// What is to become of the viewer's account.
    pub(crate) fn fate(self) -> Memo<Fate> {
        Memo::new(move |_| {
            self.known
                .with(|known| known.viewer.as_ref().map_or(Fate::Stays, Fate::of))
        })
    }

    /// A text about the viewer.
    pub(crate) fn told(self, tell: fn(&Viewer) -> String) -> Text {
        text(move || {
            self.known
                .with(|known| known.viewer.as_ref().map(tell).unwrap_or_default())
        })
    }

    /// A text about the access token; an ellipsis while there is none.
    pub(crate) fn of_token(self, tell: fn(&TokenFacts) -> String) -> Text {
        text(move || {
            self.known
                .with(|known| known.token.as_ref().map_or_else(|| "…".to_owned(), tell))
        })
    }

    /// The seconds that the access token has left to live, and those that it had at first.
    pub(crate) fn life(self) -> Option<(i64, i64)> {
        let now = self.now.get();
        self.known.with(|known| {
            known
                .token
                .as_ref()
                .map(|token| (token.left(now), token.lifetime))
        })
    }

    /// Whether this page is about to be replaced.
    pub(crate) fn is_leaving(self) -> bool {
        self.known.with_untracked(|known| known.leaving)
    }
}
