//! Letters on their way to a real mail server, which drops connections and says no when it is told to.
//!
//! `LATCHKEY_TEST_SMTP_PYTHON` names a Python that can run that server; `tools/smtp.sh` brings one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod encryption;
mod letters;
mod mail_server;
mod sender;
