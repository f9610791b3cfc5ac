//! The browser's side of a session. It compiles natively too, where nothing of it is ever called: effects and events run in a browser only.
//!
//! [`session`] alone holds the access token. The rest is what it stands on: how requests are sent, one refresh at a time among all tabs,
//! the password asked for again, what tabs tell each other, and the page's own coming and going.

mod clock;
mod fetch;
mod locks;
pub(crate) mod page;
pub(crate) mod proof;
pub(crate) mod session;
mod state;
mod story;
mod tabs;
mod transport;

pub use self::transport::{HeldTokenClient, OpenClient, RefreshClient, SessionClient};
pub(crate) use self::{
    state::{Fate, Session, TokenFacts},
    story::Happening,
};
