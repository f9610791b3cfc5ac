//! Mail: takes the letters that the engine has written down, puts them into words, and hands them to whoever carries them.

mod courier;
mod development;
mod mailbox;
mod outcome;
mod smtp;
mod transport;
mod words;

pub(crate) use self::{
    courier::Courier,
    development::routes as development_routes,
    mailbox::Mailbox,
    outcome::describe,
    transport::{Transport, TransportError},
};
