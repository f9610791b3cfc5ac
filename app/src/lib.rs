//! What people see: pages, components, the server functions that pages call, and the browser's session client.
//!
//! The server renders [`App`] inside [`shell()`], the browser hydrates it. Both run this code; the feature `ssr` adds what the server alone
//! needs. There is no SQL here and no HTTP: [`door`] says what the server hands in.

mod check;
pub mod client;
mod components;
pub mod error;
pub mod json;
pub mod next;
mod opening;
pub mod page;
mod pages;
mod root;
pub mod routes;
pub mod server_fns;
mod text;
mod whole;
pub mod words;

#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
pub mod problems;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use self::shell::{AssetNames, problem_shell, shell};
pub use self::{root::App, routes::title_for};
