//! A session: one sign-in on one device, and what a page may know of it.

mod device_session;
mod view;

pub use self::{
    device_session::DeviceSession,
    view::{LastSignIn, Notice, NoticeKind, Outcome, SessionSummary, Viewer},
};

#[cfg(feature = "engine")]
mod proof;
#[cfg(feature = "engine")]
pub(crate) mod receipts;
#[cfg(feature = "engine")]
mod record;
#[cfg(feature = "engine")]
pub(crate) mod revocations;
#[cfg(feature = "engine")]
mod user_agent;
#[cfg(feature = "engine")]
pub use self::{
    proof::{Proof, UnknownProof},
    record::{EndReason, Presented, Remembered, Session, SessionId},
    user_agent::{browser_name, system_name},
};
