//! The verbs: what a door of the program asks the engine to do. Each is one use case from its start to its end.

pub mod administration;
mod authenticate;
mod device;
mod grant;
mod notice;
mod refresh;
mod sign_in;
mod sign_out;
mod sign_up;
mod view;

pub use self::{
    authenticate::{Authenticated, authenticate, profile},
    device::Device,
    grant::Grant,
    notice::{dismiss_notice, dismiss_notice_by_cookie},
    refresh::refresh,
    sign_in::{SignIn, sign_in},
    sign_out::{sign_out, sign_out_everywhere},
    sign_up::{SignUp, sign_up},
    view::view,
};
