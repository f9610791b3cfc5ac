//! The program around the engine and the app: settings, the table of routes, three doors and their middleware.
//!
//! The doors are the REST API ([`rest`]), the app's server functions ([`functions`]) and the pages with their form posts ([`pages`]). Each
//! reads a request strictly, calls one flow of `auth`, and answers. What goes wrong at any of them is a [`problem::Problem`]; [`middleware`]
//! turns it into what that door speaks.

// A page's view is one type with every element in it, and the compiler goes down into all of it.
#![recursion_limit = "512"]

mod api_docs;
mod assets;
mod bearer;
mod breached_passwords;
mod causes;
pub mod command_line;
mod form;
mod functions;
mod host_cookie;
mod json;
mod listener;
mod mail;
mod master_secret;
mod measure;
mod memory;
mod middleware;
mod open_files;
pub mod openapi;
mod pages;
mod problem;
mod random_hex;
mod refresh_cookie;
mod rest;
mod routes;
mod serve;
pub mod settings;
mod site;
mod state;
mod telemetry;
#[cfg(feature = "test-clock")]
pub mod test_clock;

pub use self::{
    master_secret::NoMasterSecret,
    serve::{RunningServer, Server, Sources, StartError},
};
