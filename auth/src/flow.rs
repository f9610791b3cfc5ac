//! The verbs: what a door of the program asks the engine to do. Each is one use case from its start to its end.

pub mod administration;
mod authenticate;
mod device;
mod forgot_password;
mod grant;
mod link;
mod notice;
mod refresh;
mod sign_in;
mod sign_out;
mod sign_up;
mod verify_email;
mod view;

pub use self::{
    authenticate::{Authenticated, authenticate, profile},
    device::Device,
    forgot_password::{forgot_password, reset_password},
    grant::Grant,
    link::look_at_link,
    notice::{dismiss_notice, dismiss_notice_by_cookie},
    refresh::refresh,
    sign_in::{SignIn, sign_in},
    sign_out::{sign_out, sign_out_everywhere},
    sign_up::{SignUp, sign_up},
    verify_email::{ask_to_verify_email, verify_email, verify_email_by_code},
    view::view,
};
