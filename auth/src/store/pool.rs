//! How the pools of connections are used.

use sqlx::Pool;

use super::{Database, Store};

/// A pool of connections at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolState {
    /// What it is for: `writer` and `readers` of SQLite, or `postgres`.
    pub(crate) name: &'static str,
    /// Connections that are open.
    pub(crate) open: u32,
    /// Those of them that nobody uses.
    pub(crate) idle: u32,
    /// How many there may be.
    pub(crate) limit: u32,
}

impl PoolState {
    fn of<DB: sqlx::Database>(name: &'static str, pool: &Pool<DB>) -> Self {
        Self {
            name,
            open: pool.size(),
            idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
            limit: pool.options().get_max_connections(),
        }
    }
}

impl Store {
    /// The pools that there are, as they are now.
    pub(crate) fn pools(&self) -> Vec<PoolState> {
        match &self.0 {
            Database::Sqlite { writer, readers } => vec![
                PoolState::of("writer", writer),
                PoolState::of("readers", readers),
            ],
            Database::Postgres(connections) => vec![PoolState::of("postgres", &connections.pool())],
        }
    }
}
