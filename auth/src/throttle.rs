//! Slowing down who guesses passwords of one account, or from one address: a delay that grows, and never a lock-out.

use std::{net::IpAddr, sync::Arc, time::Duration};

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use uuid::Uuid;

use crate::{
    account::{Identifier, UserId},
    clock::Clock,
    master_secret::MasterSecret,
    password::network,
    store::Store,
    token::seal::SealError,
};

/// How wrong passwords slow the next try.
#[derive(Clone, Copy, Debug)]
pub struct ThrottleSettings {
    /// Wrong tries for one account that cost no delay.
    pub free_tries: u32,
    /// Wrong tries from one network address that cost no delay, for whichever accounts.
    pub address_free_tries: u32,
    /// The longest delay. The owner of an account that a stranger has tried a hundred times waits this long at most.
    pub longest_delay: Duration,
}

impl ThrottleSettings {
    /// After so long without a wrong try, all is forgotten.
    pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_mins(15);

    /// How long to wait after `failures` wrong tries, of which the first `free` cost nothing: a second, then twice as long each time.
    pub(crate) fn delay(&self, failures: i64, free: u32) -> Duration {
        let beyond = failures.saturating_sub(i64::from(free));
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
            address_free_tries: 100,
            longest_delay: Duration::from_secs(30),
        }
    }
}

/// Under which names wrong tries are counted.
///
/// For an account it is what was typed, whether there is such an account or not, so that the delay tells nobody which there are. Every
/// spelling of one name or address counts as the same. Beside it there is a name for the network address; and a browser that is known to the
/// account has one of its own instead of both, so that no stranger slows the owner down (OWASP, "Slow Down Online Guessing Attacks with
/// Device Cookies").
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

    /// The name to count tries for an account under.
    pub(crate) fn name(&self, identifier: &Identifier) -> Vec<u8> {
        self.sign(identifier.key().as_bytes())
    }

    /// The name to count tries for an account under that come from who is signed in to it: no stranger slows them down.
    pub(crate) fn of_signed_in(&self, account: UserId) -> Vec<u8> {
        self.sign(&no_text("signed in", account.to_string().as_bytes()))
    }

    /// The name to count tries under for an account that waits to be made.
    pub(crate) fn of_sign_up(&self, pending: Uuid) -> Vec<u8> {
        self.sign(&no_text("sign-up ", pending.as_bytes()))
    }

    /// The name to count tries from a network address under: an IPv4 address, or an IPv6 network of 64 bits.
    pub(crate) fn of_address(&self, address: IpAddr) -> Vec<u8> {
        self.sign(&no_text("address", network(address).to_string().as_bytes()))
    }

    /// The name to count tries for an account under that come from a browser which is known to it.
    pub(crate) fn of_known_device(&self, account: UserId, device_hash: &[u8]) -> Vec<u8> {
        let name = format!("device of {account}:");
        self.sign(&no_text(&name, device_hash))
    }

    /// The name to count codes under that are typed: for each letter, or for what it would be about where there is none.
    pub(crate) fn of_code(&self, letter: Option<Uuid>, about: &str) -> Vec<u8> {
        let name = match letter {
            Some(letter) => no_text("code of letter ", letter.as_bytes()),
            None => no_text("code about ", about.as_bytes()),
        };
        self.sign(&name)
    }

    fn sign(&self, name: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, name).as_ref().to_vec()
    }
}

/// A name that nobody can type: no text begins with this byte.
fn no_text(kind: &str, name: &[u8]) -> Vec<u8> {
    [&[0xff], kind.as_bytes(), name].concat()
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
            longest_delay: Duration::from_secs(30),
            ..ThrottleSettings::default()
        };
        let delays: Vec<u64> = (0..=10)
            .map(|failures| settings.delay(failures, 3).as_secs())
            .collect();
        assert_eq!(delays, [0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(settings.delay(i64::MAX, 3), Duration::from_secs(30));
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
    fn an_address_is_counted_as_its_network_and_as_no_account() {
        let key = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let name = |address: &str| key.of_address(address.parse().unwrap());
        assert_eq!(name("2001:db8::1"), name("2001:db8::2"));
        assert_ne!(name("2001:db8::1"), name("2001:db8:0:1::1"));
        assert_eq!(name("::ffff:192.0.2.1"), name("192.0.2.1"));
        assert_ne!(name("192.0.2.1"), name("192.0.2.2"));
        assert_ne!(
            name("192.0.2.1"),
            key.name(&Identifier::parse("address192.0.2.1"))
        );
    }

    #[test]
    fn a_known_browser_is_counted_for_its_own_account_alone() {
        let key = key("k3Jx9vQ2mZ8pR5tW7yB1nC4dF6gH0sLa");
        let user = |number| UserId::from(Uuid::from_u128(number));
        let name = |user, hash: &[u8]| key.of_known_device(user, hash);
        assert_ne!(name(user(1), b"a"), name(user(2), b"a"));
        assert_ne!(name(user(1), b"a"), name(user(1), b"b"));
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
