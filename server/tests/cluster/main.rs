//! Many processes of the real program on one PostgreSQL, behind a round-robin, while they are killed and cut off.
//!
//! `LATCHKEY_TEST_POSTGRES_URL` names a PostgreSQL server whose user may make databases; `tools/postgres.sh` starts one. The tests take turns,
//! since they measure times.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that can't go on has failed, and what it measured is to be seen"
)]

mod address;
mod browser;
mod chance;
mod database;
mod following;
mod http;
mod load;
mod program;
mod relay;

use tokio::sync::Mutex;

/// Held by the test whose turn it is.
static TURN: Mutex<()> = Mutex::const_new(());
