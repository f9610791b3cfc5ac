//! Where the engine has its chance from. It is passed in, so that a test can repeat it.

use std::fmt;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use thiserror::Error;
use uuid::{Builder, Uuid};

use crate::clock::Timestamp;

/// A source of bytes that nobody can foresee.
pub trait Randomness: fmt::Debug + Send + Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`RandomnessError`], when the source has failed; nothing may be made of the bytes then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}

/// The source of randomness has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the system's source of randomness failed")]
pub struct RandomnessError;

/// The operating system's source.
#[derive(Debug, Default)]
pub struct SystemRandomness {
    source: SystemRandom,
}

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        self.source.fill(bytes).map_err(|_| RandomnessError)
    }
}

/// `N` bytes of chance.
pub(crate) fn bytes<const N: usize>(
    randomness: &dyn Randomness,
) -> Result<[u8; N], RandomnessError> {
    let mut bytes = [0; N];
    randomness.fill(&mut bytes)?;
    Ok(bytes)
}

/// A new id (UUID version 7, RFC 9562): those made later sort later, so that an index stays compact.
pub(crate) fn id(now: Timestamp, randomness: &dyn Randomness) -> Result<Uuid, RandomnessError> {
    Ok(Builder::from_unix_timestamp_millis(millis(now), &bytes(randomness)?).into_uuid())
}

/// No id of this moment or of a later one sorts before this, and every id of an earlier millisecond does.
pub(crate) fn first_id(moment: Timestamp) -> Uuid {
    Builder::from_unix_timestamp_millis(millis(moment), &[0; 10]).into_uuid()
}

fn millis(moment: Timestamp) -> u64 {
    u64::try_from(moment.unix_micros() / 1_000).unwrap_or(0)
}
