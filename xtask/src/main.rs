//! `cargo xtask build`: builds Latchkey without cargo-leptos, which takes minutes to compile where this takes seconds.
//!
//! What is made is what `cargo leptos build` makes (a server binary and a site folder), under the same names.
//!
//! `cargo xtask common-passwords`: makes the engine's file of common passwords out of their list.
#![expect(
    clippy::print_stdout,
    reason = "a command line program tells what it does by printing"
)]

mod arguments;
mod build;
mod common_passwords;
mod halves;
mod house;
mod site;
mod style;
mod wasm;

use arguments::Command;
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match arguments::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            println!("{}", arguments::HELP);
            Ok(())
        }
        Ok(Command::Build(wanted)) => build::run(&wanted),
        Ok(Command::CommonPasswords(list)) => common_passwords::run(&list),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
