//! The verbs: what a door of the program asks the engine to do. Each is one use case from its start to its end.

mod activity;
pub mod administration;
mod asking;
mod authenticate;
mod beginning;
mod change_email;
mod change_password;
mod change_username;
mod confirm_sign_up;
mod deletion;
mod device;
mod devices;
mod export;
mod forgot_password;
mod grant;
mod known_device;
mod last_sign_in;
mod link;
mod new_password;
mod not_me;
mod notice;
mod reauthenticate;
mod refresh;
mod sign_in;
mod sign_in_link;
mod sign_out;
mod sign_up;
mod tries;
mod typed_code;
mod verify_email;
mod view;

pub use self::{
    activity::my_events,
    authenticate::{Authenticated, authenticate, profile},
    beginning::SignInWay,
    change_email::{change_email, confirm_new_email, undo_email_change},
    change_password::change_password,
    change_username::change_username,
    confirm_sign_up::{ConfirmSignUp, FromLetter, confirm_sign_up},
    deletion::{cancel_deletion, plan_deletion},
    device::Device,
    devices::{end_my_session, end_other_sessions, my_sessions},
    export::{Export, ExportedDevice, ExportedNotice, ExportedSession, ExportedUser, export},
    forgot_password::{forgot_password, reset_password},
    grant::Grant,
    link::look_at_link,
    not_me::{distrust_event, it_was_not_me},
    notice::{dismiss_notice, dismiss_notice_by_cookie},
    reauthenticate::{reauthenticate, require_recent_proof},
    refresh::refresh,
    sign_in::{SignIn, sign_in},
    sign_in_link::{ask_for_sign_in_link, sign_in_by_code, sign_in_by_link},
    sign_out::{sign_out, sign_out_everywhere},
    sign_up::{SignUp, SignedUp, sign_up},
    verify_email::{
        ask_to_verify_email, ask_to_verify_email_by_cookie, verify_email, verify_email_by_code,
        verify_email_by_code_and_cookie,
    },
    view::view,
};
