//! What the components see of the session. It holds no token.

use auth::{
    session::{Notice, SessionSummary, Viewer},
    token::AccessClaims,
};
use leptos::prelude::*;

use super::story::{Happening, What};
use crate::error::ApiError;

/// The most entries of the story that are kept beside the first.
const LONGEST_STORY: usize = 12;

/// What may be shown of the access token that is held.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TokenFacts {
    /// What it says.
    pub(crate) claims: AccessClaims,
    /// The key that signed it.
    pub(crate) key_id: String,
    /// The algorithm that signed it.
    pub(crate) algorithm: String,
    /// Its whole life, in seconds.
    pub(crate) lifetime: i64,
    /// When its life ends, by [`super::now`].
    pub(crate) ends_at: f64,
}

impl TokenFacts {
    /// The seconds that are left at `now`.
    pub(crate) fn left(&self, now: f64) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "a token's life is minutes, and a cast of a float saturates")]
        let left = ((self.ends_at - now) / 1000.0).ceil() as i64;
        left.clamp(0, self.lifetime)
    }
}

/// The session as the components see it: signals, in the context of the whole app.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// Who is signed in.
    pub(crate) viewer: RwSignal<Option<Viewer>>,
    /// The access token that this tab holds.
    pub(crate) token: RwSignal<Option<TokenFacts>>,
    /// What has happened since the page was opened.
    pub(crate) story: RwSignal<Vec<Happening>>,
    /// Why the last call got no answer; none since one did.
    pub(crate) trouble: RwSignal<Option<ApiError>>,
    /// Whether another tab has rotated the refresh token since this one did.
    pub(crate) rotated_elsewhere: RwSignal<bool>,
    /// Whether somebody is signed in; changes with that alone.
    pub(crate) signed_in: Memo<bool>,
    /// Whether this page is about to be replaced, so that nothing on it should act any more.
    pub(crate) leaving: RwSignal<bool>,
}

impl Session {
    pub(crate) fn new(viewer: Option<Viewer>) -> Self {
        let story = viewer.iter().map(|_| Happening { at: String::new(), what: What::Rendered }).collect();
        let viewer = RwSignal::new(viewer);
        Self {
            viewer,
            token: RwSignal::new(None),
            story: RwSignal::new(story),
            trouble: RwSignal::new(None),
            rotated_elsewhere: RwSignal::new(false),
            signed_in: Memo::new(move |_| viewer.with(Option::is_some)),
            leaving: RwSignal::new(false),
        }
    }

    /// The session of the app that this runs in.
    pub(crate) fn of_app() -> Self {
        use_context().unwrap_or_else(|| Self::new(None))
    }

    /// A text of the viewer, which changes only when that text does.
    pub(crate) fn told(self, text: impl Fn(&Viewer) -> String + Send + Sync + 'static) -> Memo<String> {
        Memo::new(move |_| self.viewer.with(|viewer| viewer.as_ref().map(&text).unwrap_or_default()))
    }

    /// What the user has to be told.
    pub(crate) fn notices(self) -> Memo<Vec<Notice>> {
        Memo::new(move |_| self.viewer.with(|viewer| viewer.as_ref().map(|viewer| viewer.notices.clone()).unwrap_or_default()))
    }

    /// Whether the session is the one of `tag`.
    pub(super) fn is(self, tag: &str) -> bool {
        self.summary(|session| session.tag == tag).unwrap_or(false)
    }

    pub(super) fn summary<T>(self, look: impl FnOnce(&SessionSummary) -> T) -> Option<T> {
        self.viewer.with_untracked(|viewer| viewer.as_ref().map(|viewer| look(&viewer.session)))
    }

    pub(super) fn tell(self, what: What) {
        self.story.update(|story| {
            story.push(Happening::now(what));
            if story.len() > LONGEST_STORY {
                story.remove(1);
            }
        });
    }
}
