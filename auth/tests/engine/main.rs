//! The engine from outside, on a real database: SQLite, or PostgreSQL where `LATCHKEY_TEST_POSTGRES_URL` names a server.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, as it should"
)]

mod abandoned;
mod accounts;
mod addresses;
mod audit;
mod breached_passwords;
mod cleaning;
mod deletion;
mod devices;
mod distrust;
mod export;
mod interleavings;
mod keys;
mod letters;
mod locks;
mod model;
mod password_change;
mod password_reset;
mod plans;
mod proofs;
mod required_verification;
mod rotation;
mod sessions;
mod sign_in_links;
mod signing_in;
mod support;
mod upgrade;
mod verification;
