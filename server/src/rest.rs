//! The REST API, for every client that is not the app itself: a file an endpoint, which says beside its handler what is told of it.

mod answer;
mod description;
mod health;
mod key_set;
mod login;
mod logout;
mod logout_all;
mod profile;
mod refresh;
mod register;

use crate::openapi;

pub(crate) use self::{
    description::description,
    health::{live, ready},
    key_set::key_set,
    login::login,
    logout::logout,
    logout_all::logout_all,
    profile::profile,
    refresh::refresh,
    register::register,
};

/// What is told of each endpoint. A test of the table of routes finds one that is missing here.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        register::register,
        login::login,
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
