//! A session: one sign-in on one device, and what a page may know of it.

mod view;

pub use self::view::{Notice, NoticeKind, Outcome, SessionSummary, Viewer};

#[cfg(feature = "engine")]
pub(crate) mod receipts;
#[cfg(feature = "engine")]
mod record;
#[cfg(feature = "engine")]
pub(crate) mod revocations;
#[cfg(feature = "engine")]
pub use self::record::{EndReason, Presented, Session, SessionId};
