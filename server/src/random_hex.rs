//! Chance as text, for what must be a label that nobody else has.

use std::fmt::Write as _;

use auth::random::{Randomness, RandomnessError};

/// `N` bytes of chance in lower-case hexadecimal.
pub(crate) fn draw<const N: usize>(randomness: &dyn Randomness) -> Result<String, RandomnessError> {
    let mut bytes = [0_u8; N];
    randomness.fill(&mut bytes)?;
    let mut text = String::with_capacity(2 * N);
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
