//! The REST API, a file for each address, by what it promises to a client that means well.

mod confirm_sign_up;
mod login;
mod logout;
mod logout_all;
mod openapi;
mod profile;
mod refresh;
mod register;
mod remembering;
mod requests;
mod sign_in_link;
mod well_known;
