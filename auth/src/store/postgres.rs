//! The connections to PostgreSQL: how they are opened, and how they are left behind when they hang.

use std::{
    io,
    str::FromStr as _,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
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

/// The pool of connections, which can be replaced by another. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<RwLock<PgPool>>);

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
        Ok(Self(Arc::new(RwLock::new(pool))))
    }

    /// The pool there is now.
    pub(super) fn pool(&self) -> PgPool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Leaves all connections behind, and opens others as they are needed.
    ///
    /// The pool asks a connection that is given back whether it is well, and waits for the answer without end. Where the machine at the other
    /// end has gone without a word, that is until the system gives the connection up, a quarter of an hour later, and its place is taken until
    /// then.
    pub(super) fn replace(&self) {
        let old = {
            let mut pool = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let options = (*pool.connect_options()).clone();
            let new = pool.options().clone().connect_lazy_with(options);
            std::mem::replace(&mut *pool, new)
        };
        tokio::spawn(async move {
            // Those that hang are not waited for.
            let _ = timeout(PATIENCE, old.close()).await;
        });
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
