//! The bare limits of this machine: what no server can do without, and nothing around it. `tools/bench.sh` measures Latchkey beside them.
//!
//! `bare hash SECONDS` prints how many passwords all cores together hash a second. `bare serve` answers some addresses of Latchkey's API
//! with the least that each must cost, so that one load program drives both; it reads `LATCHKEY_DATABASE_URL` and `LATCHKEY_MASTER_SECRET`.

use std::{
    error::Error,
    io::{self, Write},
    time::Duration,
};

mod hash;
mod person;
mod rotation;
mod serve;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds an argument of its own.
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["hash", seconds] => {
            let rate = hash::per_second(Duration::from_secs(seconds.parse()?))?;
            writeln!(io::stdout(), "{rate:.2}")?;
        }
        ["serve"] => tokio::runtime::Runtime::new()?.block_on(serve::serve())?,
        _ => writeln!(io::stdout(), "usage: bare hash SECONDS | bare serve")?,
    }
    Ok(())
}
