//! Lets the program's memory follow what it does.
//!
//! A password hash takes many megabytes for some milliseconds, and the engine frees them when no more people sign in. The program's
//! allocator, mimalloc, hands freed memory back to the system a second later, but only when the next large piece is asked of it; in a
//! server that has nothing to do that may be never. So a large piece is asked of it from time to time, and never touched.

use std::{hint::black_box, time::Duration};

/// How often.
const TURN: Duration = Duration::from_secs(5);

/// How much. Smaller pieces come out of pages that the allocator keeps.
const LARGE: usize = 4 * 1024 * 1024;

/// Nudges the allocator for as long as it is polled.
pub(crate) async fn give_back() {
    let mut turns = tokio::time::interval(TURN);
    loop {
        turns.tick().await;
        drop(black_box(Vec::<u8>::with_capacity(LARGE)));
    }
}
