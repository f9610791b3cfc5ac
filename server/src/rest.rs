//! The REST API, for every client that is not the app itself: a file an endpoint, which says beside its handler what is told of it.

mod answer;
mod confirm_sign_up;
mod description;
mod health;
mod key_set;
mod login;
mod logout;
mod logout_all;
mod profile;
mod refresh;
mod register;
mod sign_in_link;
mod use_sign_in_link;

use crate::openapi;

pub(crate) use self::{
    confirm_sign_up::confirm_sign_up,
    description::description,
    health::{live, ready},
    key_set::key_set,
    login::login,
    logout::logout,
    logout_all::logout_all,
    profile::profile,
    refresh::refresh,
    register::register,
    sign_in_link::sign_in_link,
    use_sign_in_link::use_sign_in_link,
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
        refresh::refresh,
        logout::logout,
        logout_all::logout_all,
        profile::profile,
        key_set::key_set,
        health::live,
        health::ready,
        description::description,
    ),
    components(schemas(openapi::Problem, openapi::Fault))
)]
pub(crate) struct Operations;
