//! The REST API, a file for each address, by what it promises to a client that means well.

mod account_changes;
mod account_events;
mod account_leaving;
mod account_sessions;
mod confirm_email;
mod confirm_sign_up;
mod forgot_password;
mod login;
mod logout;
mod logout_all;
mod not_me;
mod openapi;
mod profile;
mod refresh;
mod register;
mod remembering;
mod requests;
mod reset_password;
mod sign_in_link;
mod verify_email;
mod well_known;
