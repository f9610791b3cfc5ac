//! Taking back stateless tokens: the sessions and security versions that ended of late, kept in memory.
//!
//! An entry is kept until the last access token that it concerns has expired. What other processes end is read from the store twice a second,
//! or at once where the database can tell (PostgreSQL's NOTIFY), by [`crate::background`]. A set that is full, or has not been brought up to date for five seconds,
//! does not guess: it says that it can't tell, and the caller asks the row.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use super::SessionId;
use crate::{
    account::{SecurityVersion, UserId},
    clock::Timestamp,
    store::{Revoked, Store, StoreError},
};

/// How old the view may be before it is no longer trusted.
const STALE: Duration = Duration::from_secs(5);
/// How many entries of each kind are kept.
const CAPACITY: usize = 100_000;

/// What the set knows of a token's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing against it.
    Good,
    /// The session has ended, or the user's security version has been raised.
    Revoked,
    /// The set can't tell: ask the row.
    Unknown,
}

#[derive(Debug, Default)]
struct Entries {
    sessions: HashMap<SessionId, Timestamp>,
    users: HashMap<UserId, (SecurityVersion, Timestamp)>,
    /// Until when entries that found no room would have been kept.
    incomplete_until: Option<Timestamp>,
    /// The latest that the clock has shown. If it is put back, tokens of before are good once it has come so far again.
    latest: Option<Timestamp>,
}

/// The set of what was revoked.
#[derive(Debug)]
pub(crate) struct RevocationSet {
    entries: RwLock<Entries>,
    brought_up_to_date: Mutex<Instant>,
    retention: Duration,
    capacity: usize,
}

impl RevocationSet {
    /// Fills a set from the store. Entries are kept for `retention`: the longest that an access token minted meanwhile can be good.
    pub(crate) async fn fill(
        store: &Store,
        now: Timestamp,
        retention: Duration,
    ) -> Result<Self, StoreError> {
        let set = Self::new(retention, CAPACITY);
        set.read_since(store, now.minus(retention), now).await?;
        Ok(set)
    }

    fn new(retention: Duration, capacity: usize) -> Self {
        Self {
            entries: RwLock::default(),
            brought_up_to_date: Mutex::new(Instant::now()),
            retention,
            capacity,
        }
    }

    /// Remembers that `session` has ended.
    pub(crate) fn end_session(&self, session: SessionId, now: Timestamp) {
        self.absorb(
            Revoked {
                sessions: vec![session],
                users: Vec::new(),
            },
            now,
        );
    }

    /// Remembers that tokens of `user` below `version` are void.
    pub(crate) fn raise_version(&self, user: UserId, version: SecurityVersion, now: Timestamp) {
        self.absorb(
            Revoked {
                sessions: Vec::new(),
                users: vec![(user, version)],
            },
            now,
        );
    }

    /// Remembers that no token of `user` is good any more: they are deleted.
    pub(crate) fn delete_user(&self, user: UserId, now: Timestamp) {
        self.raise_version(user, SecurityVersion::LAST, now);
    }

    /// What is known of a token of `session`, minted for `user` at `version`.
    pub(crate) fn standing(
        &self,
        session: SessionId,
        user: UserId,
        version: SecurityVersion,
        now: Timestamp,
    ) -> Standing {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        if entries.sessions.contains_key(&session)
            || entries
                .users
                .get(&user)
                .is_some_and(|(least, _)| version < *least)
        {
            Standing::Revoked
        } else if entries.incomplete_until.is_some_and(|until| now < until) || self.is_stale() {
            Standing::Unknown
        } else {
            Standing::Good
        }
    }

    /// Whether the set has not been brought up to date for so long that it can't tell.
    pub(crate) fn is_stale(&self) -> bool {
        self.age() > STALE
    }

    /// How long ago the set held all that there was to know.
    pub(crate) fn age(&self) -> Duration {
        self.brought_up_to_date
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }

    /// How many entries there are of sessions, and how many of users.
    pub(crate) fn size(&self) -> (usize, usize) {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        (entries.sessions.len(), entries.users.len())
    }

    /// From when on to read what was revoked, if all was read at `last`, with an overlap. Where the clock was put back since, tokens are good
    /// again that had expired by it, and entries that concern them were let go: so all is read that may matter.
    pub(crate) fn reach(&self, last: Timestamp, now: Timestamp, overlap: Duration) -> Timestamp {
        if now < last {
            now.minus(self.retention.max(overlap))
        } else {
            last.minus(overlap)
        }
    }

    /// Reads what was revoked since a moment.
    pub(crate) async fn read_since(
        &self,
        store: &Store,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let revoked = store.revoked_since(since, self.capacity + 1).await?;
        self.absorb(revoked, now);
        Ok(())
    }

    /// Notes that all that there was to know at `asked` is known here.
    pub(crate) fn is_up_to_date_as_of(&self, asked: Instant) {
        *self
            .brought_up_to_date
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = asked;
    }

    fn absorb(&self, revoked: Revoked, now: Timestamp) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let latest = entries.latest.map_or(now, |latest| latest.max(now));
        entries.latest = Some(latest);
        let until = latest.plus(self.retention);
        entries.sessions.retain(|_, kept_until| now < *kept_until);
        entries.users.retain(|_, (_, kept_until)| now < *kept_until);
        for session in revoked.sessions {
            if entries.sessions.len() < self.capacity || entries.sessions.contains_key(&session) {
                entries.sessions.entry(session).or_insert(until);
            } else {
                entries.incomplete_until = Some(until);
            }
        }
        for (user, version) in revoked.users {
            if entries.users.len() < self.capacity || entries.users.contains_key(&user) {
                let entry = entries.users.entry(user).or_insert((version, until));
                if entry.0 < version {
                    *entry = (version, until);
                }
            } else {
                entries.incomplete_until = Some(until);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_micros(1_800_000_000_000_000);
    const RETENTION: Duration = Duration::from_secs(665);

    fn session(number: u128) -> SessionId {
        Uuid::from_u128(number).into()
    }

    fn standing(set: &RevocationSet, number: u128, now: Timestamp) -> Standing {
        set.standing(
            session(number),
            Uuid::from_u128(7).into(),
            SecurityVersion::FIRST,
            now,
        )
    }

    #[test]
    fn an_ended_session_is_revoked_until_its_last_token_has_expired() {
        let set = RevocationSet::new(RETENTION, 10);
        set.end_session(session(1), NOW);
        assert_eq!(standing(&set, 1, NOW), Standing::Revoked);
        assert_eq!(standing(&set, 2, NOW), Standing::Good);
        set.end_session(session(2), NOW.plus(RETENTION));
        assert_eq!(standing(&set, 1, NOW.plus(RETENTION)), Standing::Good);
    }

    #[test]
    fn a_clock_that_is_put_back_shortens_no_revocation() {
        let set = RevocationSet::new(RETENTION, 10);
        set.end_session(session(1), NOW);
        let put_back = NOW.minus(Duration::from_hours(1));
        set.end_session(session(2), put_back);
        set.end_session(session(3), NOW);
        for number in 1..=3 {
            assert_eq!(standing(&set, number, put_back), Standing::Revoked);
            assert_eq!(standing(&set, number, NOW), Standing::Revoked);
        }
        set.end_session(session(4), NOW.plus(RETENTION));
        for number in 1..=3 {
            let later = standing(&set, number, NOW.plus(RETENTION));
            assert_eq!(later, Standing::Good);
        }
    }

    #[test]
    fn after_the_clock_was_put_back_all_is_read_that_may_matter() {
        let set = RevocationSet::new(RETENTION, 10);
        let (second, overlap) = (Duration::from_secs(1), Duration::from_secs(30));
        let reach = |last, now| set.reach(last, now, overlap);
        assert_eq!(reach(NOW, NOW.plus(second)), NOW.minus(overlap));
        assert_eq!(reach(NOW, NOW), NOW.minus(overlap));
        assert_eq!(reach(NOW.plus(second), NOW), NOW.minus(RETENTION));
    }

    #[test]
    fn a_raised_version_voids_the_tokens_below_it_alone() {
        let set = RevocationSet::new(RETENTION, 10);
        let user = Uuid::from_u128(7).into();
        set.raise_version(user, SecurityVersion::from_claim(3), NOW);
        set.raise_version(user, SecurityVersion::from_claim(2), NOW);
        let standing =
            |version| set.standing(session(1), user, SecurityVersion::from_claim(version), NOW);
        assert_eq!(standing(2), Standing::Revoked);
        assert_eq!(standing(3), Standing::Good);
    }

    #[test]
    fn a_full_set_forgets_nothing_and_says_that_it_cannot_tell() {
        let set = RevocationSet::new(RETENTION, 2);
        for number in 1..=3 {
            set.end_session(session(number), NOW);
        }
        assert_eq!(standing(&set, 1, NOW), Standing::Revoked);
        assert_eq!(standing(&set, 3, NOW), Standing::Unknown);
        assert_eq!(standing(&set, 9, NOW), Standing::Unknown);
        assert_eq!(standing(&set, 9, NOW.plus(RETENTION)), Standing::Good);
    }

    #[test]
    fn an_old_view_cannot_tell() {
        let set = RevocationSet::new(RETENTION, 2);
        *set.brought_up_to_date.lock().unwrap() = Instant::now()
            .checked_sub(STALE + Duration::from_secs(1))
            .unwrap();
        assert_eq!(standing(&set, 1, NOW), Standing::Unknown);
    }
}
