//! The REST API, a file for each address, by what it promises to a client that means well.

mod login;
mod logout;
mod logout_all;
mod openapi;
mod profile;
mod refresh;
mod register;
mod requests;
mod well_known;
