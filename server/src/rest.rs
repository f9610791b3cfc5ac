//! The REST API, for every client that is not the app itself: a file an endpoint, which says beside its handler what is told of it.

mod answer;
mod confirm_email;
mod confirm_sign_up;
mod description;
mod forgot_password;
mod health;
mod key_set;
mod login;
mod logout;
mod logout_all;
mod not_me;
mod profile;
mod refresh;
mod register;
mod reset_password;
mod send_verification;
mod sign_in_link;
mod undo_email_change;
mod use_sign_in_link;
mod verify_email;

use crate::openapi;

pub(crate) use self::{
    confirm_email::confirm_email,
    confirm_sign_up::confirm_sign_up,
    description::description,
    forgot_password::forgot_password,
    health::{live, ready},
    key_set::key_set,
    login::login,
    logout::logout,
    logout_all::logout_all,
    not_me::not_me,
    profile::profile,
    refresh::refresh,
    register::register,
    reset_password::reset_password,
    send_verification::send_verification,
    sign_in_link::sign_in_link,
    undo_email_change::undo_email_change,
    use_sign_in_link::use_sign_in_link,
    verify_email::verify_email,
};

/// What is told of each endpoint. A test of the table of routes finds one that is missing here.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        register::register,
        confirm_sign_up::confirm_sign_up,
        login::login,
        sign_in_link::sign_in_link,
        use_sign_in_link::use_sign_in_link,
        forgot_password::forgot_password,
        reset_password::reset_password,
        refresh::refresh,
        logout::logout,
        logout_all::logout_all,
        profile::profile,
        verify_email::verify_email,
        send_verification::send_verification,
        confirm_email::confirm_email,
        undo_email_change::undo_email_change,
        not_me::not_me,
        key_set::key_set,
        health::live,
        health::ready,
        description::description,
    ),
    components(schemas(openapi::Problem, openapi::Fault))
)]
pub(crate) struct Operations;
