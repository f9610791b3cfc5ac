//! Slowing down who guesses passwords of one account: a delay that grows, and never a lock-out.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};

use crate::account::Identifier;

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

/// Under which name wrong tries are counted: the account's, whether there is such an account or not, so that the delay tells nobody which
/// there are. Every spelling of one name or address counts as the same.
pub(crate) fn key(identifier: &Identifier) -> Vec<u8> {
    digest(&SHA256, format!("sign-in:{}", identifier.key()).as_bytes())
        .as_ref()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let key = |typed| key(&Identifier::parse(typed));
        assert_eq!(key(" Ada "), key("ada"));
        assert_eq!(key("ada@bücher.example"), key("ADA@bu\u{308}cher.example"));
        assert_ne!(key("ada"), key("bob"));
        assert_ne!(key("no such@name"), key("no such@name either"));
    }
}
