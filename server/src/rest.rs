//! The REST API, for every client that is not the app itself: a file an endpoint.

mod answer;
mod health;
mod key_set;
mod login;
mod logout;
mod logout_all;
mod profile;
mod refresh;
mod register;

pub(crate) use self::{
    health::{live, ready},
    key_set::key_set,
    login::login,
    logout::logout,
    logout_all::logout_all,
    profile::profile,
    refresh::refresh,
    register::register,
};
