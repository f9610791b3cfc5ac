//! What goes on beside the requests: reading what other processes have done, keeping the schedule of the keys, and deleting what is past.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    cleaning::{Cleaner, keep_clean},
    clock::{Clock, Timestamp},
    measure,
    session::revocations::RevocationSet,
    store::{Store, StoreError},
    throttle,
    token::keys::Keys,
};

/// How often the store is asked what other processes did.
const POLL: Duration = Duration::from_millis(500);
/// How far each poll reaches back over the one before: rows are not committed in the order of their times.
const OVERLAP: Duration = Duration::from_secs(30);
/// How long a poll may take, and a look at the schedule of the keys.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long to wait after the schedule of the keys could not be kept.
const PAUSE: Duration = Duration::from_secs(30);

/// What is kept in step with the store.
#[derive(Clone)]
struct Followers {
    store: Store,
    clock: Arc<dyn Clock>,
    revocations: Arc<RevocationSet>,
    keys: Arc<Keys>,
    wake: Arc<Notify>,
    /// Told when the connections to the database were left behind.
    left_behind: Arc<Notify>,
    listening: Arc<AtomicBool>,
}

/// How this process follows what others revoke, and which keys they make or take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Following {
    /// Whether the database tells of each change at once. If not, it is asked twice a second.
    pub listening: bool,
    /// How long ago all that there was to know was known here. Past five seconds a token's row is asked instead.
    pub age: Duration,
}

/// What goes on beside the requests. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Background {
    revocations: Arc<RevocationSet>,
    listening: Arc<AtomicBool>,
    _tasks: JoinSet<()>,
}

impl Background {
    /// Begins all of it.
    pub(crate) fn start(
        store: &Store,
        clock: &Arc<dyn Clock>,
        revocations: &Arc<RevocationSet>,
        keys: &Arc<Keys>,
        cleaner: &Cleaner,
    ) -> Self {
        let listening = Arc::new(AtomicBool::new(false));
        let followers = Followers {
            store: store.clone(),
            clock: Arc::clone(clock),
            revocations: Arc::clone(revocations),
            keys: Arc::clone(keys),
            wake: Arc::default(),
            left_behind: Arc::default(),
            listening: Arc::clone(&listening),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(follow(followers.clone()));
        tasks.spawn(listen(followers));
        tasks.spawn(throttle::sweep(store.clone(), Arc::clone(clock)));
        tasks.spawn(keep_clean(cleaner.clone()));
        Self {
            revocations: Arc::clone(revocations),
            listening,
            _tasks: tasks,
        }
    }

    /// How what others do is followed just now.
    pub(crate) fn following(&self) -> Following {
        Following {
            listening: self.listening.load(Ordering::Relaxed),
            age: self.revocations.age(),
        }
    }
}

/// Reads what other processes revoked and which keys they made or took back: twice a second, and whenever the database tells of it.
async fn follow(followers: Followers) {
    let mut ticks = interval(POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = followers.clock.now();
    let mut schedule_rests_until = None;
    let mut hangs = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = followers.wake.notified() => {}
        }
        let now = followers.clock.now();
        let since = followers.revocations.reach(last, now, OVERLAP);
        let read = timeout(PATIENCE, catch_up(&followers, since, now)).await;
        match &read {
            Ok(Ok(())) => last = now,
            Ok(Err(error)) => {
                measure::poll_failed();
                tracing::warn!(%error, "what other processes did could not be read");
            }
            Err(_) => {
                measure::poll_failed();
                tracing::warn!("what other processes did could not be read in time");
            }
        }
        if hangs && read.is_err() && followers.store.replace_connections() {
            tracing::warn!(
                "the database does not answer: its connections are left behind for others"
            );
            followers.left_behind.notify_one();
        }
        hangs = read.is_err();
        if schedule_rests_until.is_some_and(|until| Instant::now() < until) {
            continue;
        }
        // A database that hangs must not keep the next poll from being tried.
        match timeout(PATIENCE, followers.keys.keep_schedule()).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the signing keys could not be rotated; they go on as they are for now");
            }
            Err(_) => tracing::warn!(
                "the signing keys could not be rotated in time; they go on as they are for now"
            ),
        }
        measure::rotation_failed();
        schedule_rests_until = Some(Instant::now() + PAUSE);
    }
}

async fn catch_up(
    followers: &Followers,
    since: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let asked = Instant::now();
    followers
        .revocations
        .read_since(&followers.store, since, now)
        .await?;
    followers.keys.read_again().await?;
    followers.revocations.is_up_to_date_as_of(asked);
    Ok(())
}

/// Where the database can tell of a change, has it read at once. A connection that is lost is made anew; the poll goes on meanwhile.
async fn listen(followers: Followers) {
    // Said once, not at each try: an engine that knows no LISTEN refuses it for good.
    let mut refusal_was_told = false;
    loop {
        match followers.store.listen().await {
            Ok(Some(mut changes)) => {
                refusal_was_told = false;
                followers.listening.store(true, Ordering::Relaxed);
                // What was told before is read now.
                followers.wake.notify_one();
                let lost = loop {
                    tokio::select! {
                        change = changes.next() => match change {
                            Ok(()) => followers.wake.notify_one(),
                            Err(error) => break Some(error),
                        },
                        // The connection that listens hangs as the others did, and would never say so.
                        () = followers.left_behind.notified() => break None,
                    }
                };
                followers.listening.store(false, Ordering::Relaxed);
                if let Some(error) = lost {
                    tracing::warn!(%error, "changes are no longer told; the poll goes on");
                }
            }
            Ok(None) => return,
            Err(error) if !refusal_was_told => {
                refusal_was_told = true;
                tracing::warn!(%error, "not listening for changes just now; the poll goes on");
            }
            Err(error) => tracing::debug!(%error, "still not listening for changes"),
        }
        tokio::time::sleep(POLL).await;
    }
}
