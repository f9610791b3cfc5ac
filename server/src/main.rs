//! The program `latchkey`.

use std::process::ExitCode;

/// Gives the memory of password hashes back to the system once they are done.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::command_line::run()
}
