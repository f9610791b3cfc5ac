//! The REST API, for every client that is not the app itself: a file an endpoint, which says beside its handler what is told of it.

mod answer;
mod cancel_deletion;
mod change_email;
mod change_password;
mod change_username;
mod confirm_email;
mod confirm_sign_up;
mod description;
mod distrust_event;
mod end_other_sessions;
mod end_session;
mod events;
mod export;
mod forgot_password;
mod health;
mod key_set;
mod link_token;
mod login;
mod logout;
mod logout_all;
mod named;
mod not_me;
mod plan_deletion;
mod profile;
mod reauthenticate;
mod refresh;
mod refusals;
mod register;
mod reset_password;
mod send_verification;
mod sessions;
mod sign_in_link;
mod undo_email_change;
mod use_sign_in_link;
mod verify_email;

use crate::openapi;

pub(crate) use self::{
    cancel_deletion::cancel_deletion,
    change_email::change_email,
    change_password::change_password,
    change_username::change_username,
    confirm_email::confirm_email,
    confirm_sign_up::confirm_sign_up,
    description::description,
    distrust_event::distrust_event,
    end_other_sessions::end_other_sessions,
    end_session::end_session,
    events::events,
    export::export,
    forgot_password::forgot_password,
    health::{live, ready},
    key_set::key_set,
    login::login,
    logout::logout,
    logout_all::logout_all,
    not_me::not_me,
    plan_deletion::plan_deletion,
    profile::profile,
    reauthenticate::reauthenticate,
    refresh::refresh,
    register::register,
    reset_password::reset_password,
    send_verification::send_verification,
    sessions::sessions,
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
        reauthenticate::reauthenticate,
        profile::profile,
        change_username::change_username,
        change_email::change_email,
        change_password::change_password,
        sessions::sessions,
        end_session::end_session,
        end_other_sessions::end_other_sessions,
        events::events,
        distrust_event::distrust_event,
        plan_deletion::plan_deletion,
        cancel_deletion::cancel_deletion,
        export::export,
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
