//! The connections to PostgreSQL: how they are opened, and how they are left behind when they hang.

use std::{
    io,
    str::FromStr as _,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

use super::{PATIENCE, StoreError};

/// How long a connection may have been idle before it is asked whether it is still there.
const QUESTIONABLE: Duration = Duration::from_secs(1);
/// How many there are at most.
const MOST: u32 = 10;
/// How many are left behind at most within the time that the system takes to give one up.
const MOST_LEFT_BEHIND: u32 = 2 * MOST;
/// How long the system takes to give a connection up on which nobody answers.
const GIVEN_UP_AFTER: Duration = Duration::from_mins(15);

/// The pool of connections, which can be replaced by another. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<RwLock<Pools>>);

#[derive(Debug)]
struct Pools {
    present: PgPool,
    left_behind: LeftBehind,
}

/// How many connections were left behind of late, and when.
///
/// They may not hang but wait, as all do while somebody holds a lock on a table. The database goes on with what they asked, so that each is one
/// of those that it allows, whether anybody still waits for it or not. Without a bound a lock that is held for a minute would use them all up.
#[derive(Debug, Default)]
struct LeftBehind(Vec<(Instant, u32)>);

impl LeftBehind {
    /// Whether so many more may be left behind. If so, they are counted.
    fn take(&mut self, more: u32, now: Instant) -> bool {
        self.0
            .retain(|(when, _)| now.saturating_duration_since(*when) < GIVEN_UP_AFTER);
        let before: u32 = self.0.iter().map(|(_, many)| many).sum();
        if before + more > MOST_LEFT_BEHIND {
            return false;
        }
        if more > 0 {
            self.0.push((now, more));
        }
        true
    }
}

impl Connections {
    /// Opens a pool to the database at `url`.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let options = super::logging_statements(options(url)?);
        knock(&options).await?;
        let pool = PgPoolOptions::new()
            .max_connections(MOST)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, use_of_it| {
                Box::pin(async move {
                    if use_of_it.idle_for > QUESTIONABLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self(Arc::new(RwLock::new(Pools {
            present: pool,
            left_behind: LeftBehind::default(),
        }))))
    }

    /// The pool there is now.
    pub(super) fn pool(&self) -> PgPool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .present
            .clone()
    }

    /// Leaves all connections behind, and opens others as they are needed, unless too many were left behind of late. Answers whether it did.
    ///
    /// The pool asks a connection that is given back whether it is well, and waits for the answer without end. Where the machine at the other
    /// end has gone without a word, that is until the system gives the connection up, a quarter of an hour later, and its place is taken until
    /// then.
    pub(super) fn replace(&self) -> bool {
        let old = {
            let mut pools = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let open = pools.present.size();
            if !pools.left_behind.take(open, Instant::now()) {
                return false;
            }
            let options = (*pools.present.connect_options()).clone();
            let new = pools.present.options().clone().connect_lazy_with(options);
            std::mem::replace(&mut pools.present, new)
        };
        tokio::spawn(async move {
            // Those that hang are not waited for.
            let _ = timeout(PATIENCE, old.close()).await;
        });
        true
    }
}

/// Where the database at `url` is, without the user and the password. Nothing, if it is no address of PostgreSQL.
pub(super) fn place(url: &str) -> Option<String> {
    let options = options(url).ok()?;
    let database = options.get_database().unwrap_or_default();
    Some(match options.get_socket() {
        Some(folder) => format!("{} (database {database})", folder.display()),
        None => format!(
            "{}:{} (database {database})",
            options.get_host(),
            options.get_port()
        ),
    })
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Address("not a PostgreSQL URL".to_owned()))
}

/// Opens one connection beside the pool, which would try again for seconds by itself, and then not say what stood in the way.
async fn knock(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let connection = timeout(PATIENCE, options.connect())
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    connection.close().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_left_behind_than_the_database_can_bear() {
        let begin = Instant::now();
        let mut left_behind = LeftBehind::default();
        assert!(left_behind.take(MOST, begin));
        assert!(left_behind.take(0, begin));
        assert!(left_behind.take(MOST, begin + PATIENCE));
        assert!(!left_behind.take(1, begin + 2 * PATIENCE));
        assert!(left_behind.take(0, begin + 2 * PATIENCE));
        assert!(left_behind.take(MOST, begin + GIVEN_UP_AFTER));
        assert!(!left_behind.take(1, begin + GIVEN_UP_AFTER));
    }
}
