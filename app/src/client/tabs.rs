//! What the tabs of one browser tell each other: an event, and the tag of the session that it concerns. Never a token.

use std::cell::RefCell;

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

const CHANNEL: &str = "latchkey session";
const EVENT: &str = "event";
const SESSION: &str = "session";

/// What one tab tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Somebody signed in here.
    SignedIn,
    /// The user signed out.
    SignedOut,
    /// The server would not continue the session.
    Ended,
    /// The refresh token was rotated.
    Rotated,
}

impl News {
    const ALL: [Self; 4] = [Self::SignedIn, Self::SignedOut, Self::Ended, Self::Rotated];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::Ended => "ended",
            Self::Rotated => "rotated",
        }
    }

    fn from_str(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|news| news.as_str() == text)
    }
}

thread_local! {
    static OPEN: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

/// Begins to listen, for as long as the page lives. `hear` is given the news and the tag of its session.
pub(super) fn listen(hear: impl Fn(News, &str) + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else {
        return;
    };
    let heard = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        let member = |name: &str| {
            Reflect::get(&message.data(), &name.into())
                .ok()?
                .as_string()
        };
        if let (Some(news), Some(tag)) = (
            member(EVENT).as_deref().and_then(News::from_str),
            member(SESSION),
        ) {
            hear(news, &tag);
        }
    });
    channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    OPEN.replace(Some(channel));
}

/// Tells the other tabs. A browser without such channels has tabs that find out by themselves.
pub(super) fn tell(news: News, tag: &str) {
    OPEN.with_borrow(|open| {
        if let Some(channel) = open {
            let message = Object::new();
            let put = |name: &str, value: &str| {
                Reflect::set(&message, &JsValue::from(name), &JsValue::from(value))
            };
            if put(EVENT, news.as_str()).is_ok() && put(SESSION, tag).is_ok() {
                // A channel that was closed has nobody to tell.
                _ = channel.post_message(&message);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_is_understood_by_the_name_that_it_is_told_by() {
        for news in News::ALL {
            assert_eq!(News::from_str(news.as_str()), Some(news));
        }
        assert_eq!(News::from_str("token"), None);
    }
}
