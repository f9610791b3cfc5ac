//! Slowing down who guesses passwords of one account: a delay that grows, and never a lock-out.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac::{self, HMAC_SHA256};

use crate::{
    account::Identifier, clock::Clock, master_secret::MasterSecret, store::Store,
    token::seal::SealError,
};

/// How wrong passwords slow the next try.
#[derive(Clone, Copy, Debug)]
pub struct ThrottleSettings {
    /// Wrong tries that cost no delay.
    pub free_tries: u32,
    /// The longest delay. The owner of an account that a stranger has tried a hundred times waits this long at most.
    pub longest_delay: Duration,
}

impl ThrottleSettings {
    /// After so long without a wrong try, all is forgotten.
    pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_mins(15);

    /// How long to wait after `failures` wrong tries: nothing at first, then a second, then twice as long each time.
    pub(crate) fn delay(&self, failures: i64) -> Duration {
        let beyond = failures.saturating_sub(i64::from(self.free_tries));
        if beyond <= 0 {
            return Duration::ZERO;
        }
        let doublings = u32::try_from(beyond - 1).unwrap_or(u32::MAX);
        let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(self.longest_delay)
    }
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            free_tries: 10,
            longest_delay: Duration::from_secs(30),
        }
    }
}

/// Under which name wrong tries are counted: what was typed, whether there is such an account or not, so that the delay tells nobody which
/// there are. Every spelling of one name or address counts as the same.
///
/// It is hashed under a key that is derived from the master secret: now and then somebody types a password in the place of their name, and
/// the database alone must not be enough to guess it.
#[derive(Debug)]
pub(crate) struct IdentifierKey(hmac::Key);

impl IdentifierKey {
    pub(crate) fn new(secret: &MasterSecret) -> Result<Self, SealError> {
        let key = secret
            .derived()
            .expand(&[b"names of sign-in tries"], HMAC_SHA256)
            .map_err(|_| SealError::Cipher)?
            .into();
        Ok(Self(key))
    }

    /// The name to count under.
    pub(crate) fn name(&self, identifier: &Identifier) -> Vec<u8> {
        hmac::sign(&self.0, identifier.key().as_bytes())
            .as_ref()
            .to_vec()
    }
}

/// How often old counts are looked for, and how many are deleted at one time, so that nobody waits for it.
const SWEEP: Duration = Duration::from_mins(1);
const BATCH: u32 = 1_000;

/// Deletes counts that are forgotten anyway, for as long as it is let run: whoever tries names that there are not would else fill the disk.
pub(crate) async fn sweep(store: Store, clock: Arc<dyn Clock>) {
    let mut turns = tokio::time::interval(SWEEP);
    loop {
        turns.tick().await;
        let forgotten = clock.now().minus(ThrottleSettings::FORGOTTEN_AFTER);
        loop {
            match store.delete_old_sign_in_failures(forgotten, BATCH).await {
                Ok(deleted) if deleted >= u64::from(BATCH) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "old counts of wrong passwords could not be deleted");
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &str) -> IdentifierKey {
        IdentifierKey::new(&MasterSecret::parse(secret).unwrap()).unwrap()
    }

    #[test]
    fn the_delay_grows_and_has_an_end() {
        let settings = ThrottleSettings {
            free_tries: 3,
            longest_delay: Duration::from_secs(30),
        };
        let delays: Vec<u64> = (0..=10)
            .map(|failures| settings.delay(failures).as_secs())
            .collect();
        assert_eq!(delays, [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(settings.delay(i64::MAX), Duration::from_secs(30));
    }

    #[test]
    fn two_spellings_of_one_name_are_counted_as_one() {
        let key = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let name = |typed| key.name(&Identifier::parse(typed));
        assert_eq!(name(" Ada "), name("ada"));
        assert_eq!(
            name("ada@bücher.example"),
            name("ADA@bu\u{308}cher.example")
        );
        assert_ne!(name("ada"), name("bob"));
        assert_ne!(name("no such@name"), name("no such@name either"));
    }

    #[test]
    fn without_the_master_secret_a_name_can_not_be_guessed() {
        let name = |secret| key(secret).name(&Identifier::parse("ada"));
        assert_ne!(
            name("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa"),
            name("another9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa")
        );
    }
}
