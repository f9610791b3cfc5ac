//! Tries that may be wrong: under which names each is counted, and whether it must wait for those before it.

use std::time::Duration;

use uuid::Uuid;

use super::{Device, known_device::Browser};
use crate::{
    Engine, Error,
    account::{Identifier, UserId},
    audit::{Actor, AuditKind},
    clock::Timestamp,
    store::Failures,
    throttle::ThrottleSettings,
};

/// A try that is let through, and what was written down under each of its names before it.
#[derive(Debug)]
pub(super) struct Try(Vec<Count>);

#[derive(Debug)]
struct Count {
    name: Vec<u8>,
    free_tries: u32,
    /// Whether all is forgotten once the right password comes. What is written down of an address is not: whoever guesses may have an account
    /// of their own.
    ends_with_success: bool,
    before: Before,
}

impl Count {
    /// That of an account, under the name that its tries of this kind are counted by.
    fn of_account(engine: &Engine, name: Vec<u8>) -> Self {
        Self {
            name,
            free_tries: engine.parts().settings.throttle.free_tries,
            ends_with_success: true,
            before: Before::Nothing,
        }
    }

    /// That of where a device is in the network, if that is known.
    fn of_address(engine: &Engine, device: &Device) -> Option<Self> {
        let parts = engine.parts();
        Some(Self {
            name: parts.identifier_key.of_address(device.address?),
            free_tries: parts.settings.throttle.address_free_tries,
            ends_with_success: false,
            before: Before::Nothing,
        })
    }
}

/// What is written down of wrong tries before this one.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// Nothing.
    Nothing,
    /// Some, and none that slows this one.
    Some,
    /// So many that this try must be counted ahead of its answer.
    Many(Failures),
    /// So many, and this try was counted at that moment.
    Counted(Failures, Timestamp),
}

impl Try {
    /// Lets a try for an account through, unless it comes too soon after wrong ones; then nothing is hashed. Once there is a delay, one try is
    /// let through at its end, however many come at once.
    ///
    /// A browser that is known to the account is counted by itself: a stranger slows nobody down in it.
    pub(super) async fn begin(
        engine: &Engine,
        identifier: &Identifier,
        browser: &Browser,
        device: &Device,
    ) -> Result<Self, Error> {
        let key = &engine.parts().identifier_key;
        let mut counts = Vec::new();
        if let Some(account) = browser.known_to() {
            let name = key.of_known_device(account, browser.hash());
            counts.push(Count::of_account(engine, name));
        } else {
            counts.push(Count::of_account(engine, key.name(identifier)));
            counts.extend(Count::of_address(engine, device));
        }
        Self::let_through(engine, counts).await
    }

    /// Lets a try of one who is signed in to the account through, or not, as [`Self::begin`] does.
    pub(super) async fn begin_signed_in(engine: &Engine, account: UserId) -> Result<Self, Error> {
        let name = engine.parts().identifier_key.of_signed_in(account);
        Self::let_through(engine, vec![Count::of_account(engine, name)]).await
    }

    /// Lets a try for an account that waits to be made through, or not, as [`Self::begin`] does.
    pub(super) async fn begin_sign_up(
        engine: &Engine,
        pending: Uuid,
        device: &Device,
    ) -> Result<Self, Error> {
        let name = engine.parts().identifier_key.of_sign_up(pending);
        let mut counts = vec![Count::of_account(engine, name)];
        counts.extend(Count::of_address(engine, device));
        Self::let_through(engine, counts).await
    }

    /// Lets a try for whichever account through, or not, by where it comes from alone.
    pub(super) async fn begin_from(engine: &Engine, device: &Device) -> Result<Self, Error> {
        let counts = Count::of_address(engine, device).into_iter().collect();
        Self::let_through(engine, counts).await
    }

    async fn let_through(engine: &Engine, mut counts: Vec<Count>) -> Result<Self, Error> {
        let parts = engine.parts();
        let throttle = &parts.settings.throttle;
        let now = engine.now();
        let mut wait = Duration::ZERO;
        for count in &mut counts {
            if let Some(failures) = parts.store.sign_in_failures(&count.name).await? {
                count.before =
                    judge(throttle, count.free_tries, failures, now).unwrap_or_else(|longer| {
                        wait = wait.max(longer);
                        Before::Some
                    });
            }
        }
        if !wait.is_zero() {
            return Err(Error::TooManyTries { retry_after: wait });
        }
        for count in &mut counts {
            if let Before::Many(failures) = count.before {
                if !parts
                    .store
                    .count_sign_in_try(&count.name, failures, now)
                    .await?
                {
                    let retry_after = throttle.delay(failures.failures, count.free_tries);
                    return Err(Error::TooManyTries { retry_after });
                }
                count.before = Before::Counted(failures, now);
            }
        }
        Ok(Self(counts))
    }

    /// Counts the try as wrong, where it was not counted ahead, and writes it down: by the same statements whether there is such an account or
    /// not.
    pub(super) async fn failed(
        self,
        engine: &Engine,
        account: Option<UserId>,
        device: &Device,
    ) -> Result<(), Error> {
        let now = engine.now();
        let event = engine
            .new_event(AuditKind::SignInFailed, Actor::Anonymous, now)?
            .concerning(account)
            .at_device(device);
        let names: Vec<&[u8]> = self
            .0
            .iter()
            .filter(|count| !matches!(count.before, Before::Counted(..)))
            .map(|count| count.name.as_slice())
            .collect();
        let forgotten = now.minus(ThrottleSettings::FORGOTTEN_AFTER);
        engine
            .parts()
            .store
            .count_sign_in_failure(&names, forgotten, &event)
            .await?;
        Ok(())
    }

    /// Forgets the wrong tries for the account: its owner has come.
    pub(super) async fn succeeded(self, engine: &Engine) -> Result<(), Error> {
        let store = &engine.parts().store;
        for count in self.0 {
            match count.before {
                Before::Some | Before::Many(_) | Before::Counted(..) if count.ends_with_success => {
                    store.forget_sign_in_failures(&count.name).await?;
                }
                Before::Counted(before, at) => {
                    store.take_back_sign_in_try(&count.name, before, at).await?;
                }
                Before::Nothing | Before::Some | Before::Many(_) => {}
            }
        }
        Ok(())
    }
}

/// What wrong tries mean for one that comes at `now`; if it must wait, for how long.
fn judge(
    throttle: &ThrottleSettings,
    free_tries: u32,
    failures: Failures,
    now: Timestamp,
) -> Result<Before, Duration> {
    let delay = throttle.delay(failures.failures, free_tries);
    // What lies further ahead than anybody is made to wait was written before the clock was put back: it makes nobody wait until then.
    let ahead = failures.last_failure_at.since(now);
    let waited = if ahead > throttle.longest_delay {
        delay
    } else {
        now.since(failures.last_failure_at)
    };
    if delay.is_zero() || waited >= ThrottleSettings::FORGOTTEN_AFTER {
        Ok(Before::Some)
    } else if waited < delay {
        Err(delay.saturating_sub(waited))
    } else {
        Ok(Before::Many(failures))
    }
}
