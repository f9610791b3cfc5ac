//! Deleting what is past, in batches so small that nobody waits for one. Any number of processes may do it at once: whoever comes second finds
//! nothing.
//!
//! The answer to a token is the same whether the row of its ended session is there or not, so that no row need stay for ever.

mod due_accounts;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    Engine, EngineSettings, Error,
    clock::{Clock, Timestamp},
    random::Randomness,
    store::{Store, StoreError},
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How long a session's row stays after its end, for whoever asks what became of it. Far longer than processes need to hear of the end.
const ENDED_SESSIONS_KEPT: Duration = DAY.saturating_mul(30);
/// How long a notice stays after it was dismissed.
const DISMISSED_NOTICES_KEPT: Duration = DAY.saturating_mul(30);
/// How long the word of a deleted user stays beyond the last of their access tokens.
const DELETIONS_KEPT: Duration = DAY;

/// How long a browser is known in which nobody has signed in again: as long as it keeps its cookie.
const KNOWN_DEVICES_KEPT: Duration = DAY.saturating_mul(365);

/// How long a link stays that is too old. Longer than a letter waits between two attempts to send it: the next makes its link good again, where
/// there is one.
const LINKS_KEPT: Duration = DAY;

/// How long it is remembered that letters were asked for. Longer than any wait that follows from it.
const MAIL_COUNTS_KEPT: Duration = DAY;

/// How many rows of a kind are deleted at one time.
const BATCH: u32 = 500;
/// How long to wait between two batches.
const PAUSE: Duration = Duration::from_millis(200);
/// How often, and how long after the start for the first time.
const PERIOD: Duration = HOUR;
/// How far the clock may move beside the time that passes, or be ahead of the database's, and still be believed.
const TOLERANCE: Duration = Duration::from_mins(5);
/// How long nothing is deleted after the clock has leapt.
const REST: Duration = DAY;

/// How many rows were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Sessions that had ended.
    pub sessions: u64,
    /// Events of the audit log.
    pub audit_events: u64,
    /// Accounts that were to be deleted, with all that was theirs.
    pub users: u64,
    /// Words of users who were deleted.
    pub deletions: u64,
    /// Notices that were dismissed.
    pub notices: u64,
    /// Links of letters that are too old.
    pub links: u64,
    /// Counts of letters that were asked for.
    pub mail_counts: u64,
    /// Browsers that were known, and were not seen again.
    pub known_devices: u64,
    /// Those who asked for an account and never proved their address.
    pub sign_ups: u64,
}

impl Cleaned {
    /// All of them.
    pub const fn total(self) -> u64 {
        self.sessions
            + self.audit_events
            + self.users
            + self.deletions
            + self.notices
            + self.links
            + self.mail_counts
            + self.known_devices
            + self.sign_ups
    }

    const fn and(self, more: Self) -> Self {
        Self {
            sessions: self.sessions + more.sessions,
            audit_events: self.audit_events + more.audit_events,
            users: self.users + more.users,
            deletions: self.deletions + more.deletions,
            notices: self.notices + more.notices,
            links: self.links + more.links,
            mail_counts: self.mail_counts + more.mail_counts,
            known_devices: self.known_devices + more.known_devices,
            sign_ups: self.sign_ups + more.sign_ups,
        }
    }
}

/// Who deletes what is past.
#[derive(Clone, Debug)]
pub(crate) struct Cleaner {
    store: Store,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    sends_mail: bool,
    audit_retention: Option<Duration>,
    deletions_kept: Duration,
}

impl Cleaner {
    /// `voided_for` is how long processes must be able to read that tokens are void.
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        settings: &EngineSettings,
        voided_for: Duration,
    ) -> Self {
        Self {
            store,
            clock,
            randomness,
            sends_mail: settings.sends_mail,
            audit_retention: settings.audit_retention,
            deletions_kept: DELETIONS_KEPT + voided_for,
        }
    }

    /// One batch of each kind of what is past at `now`.
    async fn clean_batch(&self, now: Timestamp) -> Result<Cleaned, Error> {
        let store = &self.store;
        let ended = now.minus(ENDED_SESSIONS_KEPT);
        let audit_events = match self.audit_retention {
            Some(kept) => {
                store
                    .delete_old_audit_events(now.minus(kept), BATCH)
                    .await?
            }
            None => 0,
        };
        Ok(Cleaned {
            sessions: store.delete_ended_sessions(ended, BATCH).await?
                + store.delete_expired_sessions(ended, BATCH).await?,
            audit_events,
            users: self.delete_due_accounts(now).await?,
            deletions: store
                .delete_old_deletions(now.minus(self.deletions_kept), BATCH)
                .await?,
            notices: store
                .delete_dismissed_notices(now.minus(DISMISSED_NOTICES_KEPT), BATCH)
                .await?,
            links: store.delete_old_links(now.minus(LINKS_KEPT), BATCH).await?,
            mail_counts: store
                .delete_old_mail_counts(now.minus(MAIL_COUNTS_KEPT), BATCH)
                .await?,
            known_devices: store
                .delete_old_known_devices(now.minus(KNOWN_DEVICES_KEPT), BATCH)
                .await?,
            sign_ups: store.delete_old_sign_ups(now, BATCH).await?,
        })
    }

    /// Batch after batch, until nothing is left that is past at `now`, whatever the clock does meanwhile.
    async fn clean(&self, now: Timestamp) -> Result<Cleaned, Error> {
        let mut all = Cleaned::default();
        loop {
            let batch = self.clean_batch(now).await?;
            if batch == Cleaned::default() {
                return Ok(all);
            }
            all = all.and(batch);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The present moment, if this clock may say what is past: one that is wrong must not delete what stands.
    async fn trusted_now(&self, watch: &mut Watch) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now();
        if !watch.trusts(now, Instant::now()) {
            tracing::warn!(
                "the clock has leapt: nothing that is past is deleted for a day, in case it is wrong"
            );
            return Ok(None);
        }
        let theirs = self.store.database_time().await?;
        if theirs.is_some_and(|theirs| now > theirs.plus(TOLERANCE)) {
            tracing::warn!("the clock is ahead of the database's: nothing that is past is deleted");
            return Ok(None);
        }
        Ok(Some(now))
    }
}

/// Deletes what is past every hour, for as long as it is let run.
pub(crate) async fn keep_clean(cleaner: Cleaner) {
    let mut watch = Watch::new(cleaner.clock.now(), Instant::now());
    loop {
        tokio::time::sleep(PERIOD).await;
        let done = match cleaner.trusted_now(&mut watch).await {
            Ok(Some(now)) => cleaner.clean(now).await,
            Ok(None) => continue,
            Err(error) => Err(error.into()),
        };
        match done {
            Ok(done) if done.total() == 0 => {}
            Ok(done) => tracing::info!(
                sessions = done.sessions,
                audit_events = done.audit_events,
                users = done.users,
                deletions = done.deletions,
                notices = done.notices,
                links = done.links,
                mail_counts = done.mail_counts,
                known_devices = done.known_devices,
                sign_ups = done.sign_ups,
                "what is past was deleted"
            ),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, cause, "what is past could not be deleted; the next turn tries again");
            }
        }
    }
}

/// Compares the clock with the time that passes.
#[derive(Debug)]
struct Watch {
    clock: Timestamp,
    looked: Instant,
    rests_until: Option<Instant>,
}

impl Watch {
    const fn new(clock: Timestamp, looked: Instant) -> Self {
        Self {
            clock,
            looked,
            rests_until: None,
        }
    }

    /// Whether the clock has moved with the time since the last look, and for a day before. That it was set back deletes nothing.
    fn trusts(&mut self, clock: Timestamp, looked: Instant) -> bool {
        let passed = looked.saturating_duration_since(self.looked);
        if clock.since(self.clock) > passed + TOLERANCE {
            self.rests_until = Some(looked + REST);
        }
        (self.clock, self.looked) = (clock, looked);
        self.rests_until.is_none_or(|until| looked >= until)
    }
}

impl Engine {
    /// Deletes what is past, at most some hundred rows of each kind. Answers how many it were: none, if nothing is due.
    ///
    /// # Errors
    /// [`Error::Unavailable`], when the database does not answer.
    pub async fn clean_once(&self) -> Result<Cleaned, Error> {
        self.parts().cleaner.clean_batch(self.now()).await
    }

    /// Deletes all that is past, batch after batch.
    pub(crate) async fn clean(&self) -> Result<Cleaned, Error> {
        self.parts().cleaner.clean(self.now()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_micros(1_800_000_000_000_000);

    #[test]
    fn a_clock_that_goes_with_the_time_is_believed() {
        let begin = Instant::now();
        let mut watch = Watch::new(NOW, begin);
        assert!(watch.trusts(NOW.plus(HOUR), begin + HOUR));
        assert!(watch.trusts(NOW.plus(2 * HOUR + TOLERANCE), begin + 2 * HOUR));
    }

    #[test]
    fn one_that_leaps_ahead_is_not_for_a_day_even_if_it_leaps_back() {
        let begin = Instant::now();
        let mut watch = Watch::new(NOW, begin);
        assert!(!watch.trusts(NOW.plus(365 * DAY), begin + HOUR));
        assert!(!watch.trusts(NOW.plus(365 * DAY + HOUR), begin + 2 * HOUR));
        assert!(!watch.trusts(NOW.plus(3 * HOUR), begin + 3 * HOUR));
        assert!(watch.trusts(NOW.plus(25 * HOUR), begin + 25 * HOUR));
    }

    #[test]
    fn one_that_was_set_back_is_believed() {
        let begin = Instant::now();
        let mut watch = Watch::new(NOW, begin);
        assert!(watch.trusts(NOW.minus(HOUR), begin + HOUR));
    }
}
