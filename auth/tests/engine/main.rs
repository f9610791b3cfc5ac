//! The engine from outside, on a real database: SQLite, or PostgreSQL where `LATCHKEY_TEST_POSTGRES_URL` names a server.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, as it should"
)]

mod abandoned;
mod accounts;
mod audit;
mod cleaning;
mod interleavings;
mod keys;
mod letters;
mod locks;
mod model;
mod password_reset;
mod plans;
mod rotation;
mod sessions;
mod support;
mod upgrade;
mod verification;
