//! Chance, and waiting for as long as it says.

use std::{ops::Range, time::Duration};

use auth::random::{Randomness as _, SystemRandomness};

/// A number below `limit`.
pub(crate) fn below(limit: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemRandomness::default().fill(&mut bytes).unwrap();
    u64::from_ne_bytes(bytes) % limit
}

/// Waits some milliseconds.
pub(crate) async fn pause(milliseconds: Range<u64>) {
    let length = milliseconds.end - milliseconds.start;
    tokio::time::sleep(Duration::from_millis(milliseconds.start + below(length))).await;
}
