//! Latchkey from the outside: real HTTP to a server in this process, a real database, and a clock that the tests turn. No test sleeps.
//!
//! Each test has a server and a database of its own, so that any may run beside any other. `LATCHKEY_TEST_POSTGRES_URL` names a PostgreSQL
//! server whose user may make databases; without it all run on SQLite.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod attacks;
mod breached_passwords;
mod command_line;
#[cfg(feature = "opentelemetry")]
mod export;
mod faults;
mod functions;
mod log;
mod mail;
mod metrics;
mod pages;
mod processes;
mod rest;
mod sessions;
mod settings;
mod support;
