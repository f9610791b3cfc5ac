//! The mailbox of who develops: the last letters, in memory, to be read at `/dev/mail` and nowhere else.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use auth::{ExposeSecret as _, Letter};
use serde::Serialize;
use uuid::Uuid;

use super::words::Words;

/// How many letters are kept.
const KEPT: usize = 200;

/// A letter that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct KeptLetter {
    /// Its id.
    pub(crate) id: String,
    /// To whom.
    pub(crate) to: String,
    /// What it is about.
    pub(crate) subject: String,
    /// Why it was sent.
    pub(crate) occasion: &'static str,
    /// Its text.
    pub(crate) text: String,
    /// The same as HTML.
    pub(crate) html: String,
    /// Where its links lead to.
    pub(crate) links: Vec<String>,
    /// Its code, if it has one.
    pub(crate) code: Option<String>,
    /// When that happened which it tells of; RFC 3339 in UTC.
    pub(crate) at: String,
}

impl KeptLetter {
    /// A letter in these words.
    pub(super) fn new(letter: &Letter, words: Words) -> Self {
        let code = letter.code.as_ref();
        Self {
            id: letter.id.to_string(),
            to: letter.to.clone(),
            subject: words.subject,
            occasion: letter.occasion.as_str(),
            links: links(&words.text),
            text: words.text,
            html: words.html,
            code: code.map(|code| code.expose_secret().to_owned()),
            at: letter.at.to_rfc3339(),
        }
    }

    /// When that happened, in words.
    pub(super) fn moment(&self) -> String {
        app::words::moment(&self.at)
    }
}

/// The addresses in a text that stand on lines of their own and hold a token.
fn links(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| line.contains("://") && line.contains("?token="))
        .map(str::to_owned)
        .collect()
}

/// The last letters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox(Arc<Mutex<VecDeque<KeptLetter>>>);

impl Mailbox {
    /// Keeps a letter; the oldest goes where there are too many.
    pub(super) fn keep(&self, letter: KeptLetter) {
        let mut letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.truncate(KEPT - 1);
        letters.push_front(letter);
    }

    /// All of them, the newest first.
    pub(super) fn letters(&self) -> Vec<KeptLetter> {
        let letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters.iter().cloned().collect()
    }

    /// One of them.
    pub(super) fn letter(&self, id: Uuid) -> Option<KeptLetter> {
        let letters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        letters
            .iter()
            .find(|letter| letter.id == id.to_string())
            .cloned()
    }
}
