//! Moving everything from one database to another, of either kind, and proving that it arrived.
//!
//! Rows go over in the order of their keys, each batch by one statement, which is there as a whole or not at all: so whoever was cut goes on
//! behind the last key that arrived. What is there already is never written over. In the end both sides are read again, and compared by
//! count and checksum.

use aws_lc_rs::digest::{Context, SHA256};
use sqlx::{QueryBuilder, Row as _};
use thiserror::Error;
use uuid::Uuid;

use super::{Store, StoreError, reading, writing};
use crate::clock::Timestamp;

/// A table, as both kinds of database have it.
struct Table {
    name: &'static str,
    /// The first is the key.
    columns: &'static [(&'static str, Kind)],
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Id,
    Text,
    Integer,
    Time,
    Bytes,
}

/// What a row holds in one column.
enum Cell {
    Id(Option<Uuid>),
    Text(Option<String>),
    Integer(Option<i64>),
    Time(Option<Timestamp>),
    Bytes(Option<Vec<u8>>),
}

/// All that is moved: those first that others refer to, and the keys before all, as by them a copy is known for what it is.
const TABLES: [Table; 12] = [
    Table {
        name: "signing_keys",
        columns: &[
            ("id", Kind::Text),
            ("ring", Kind::Text),
            ("serial", Kind::Integer),
            ("algorithm", Kind::Text),
            ("public_key", Kind::Bytes),
            ("sealed_private_key", Kind::Bytes),
            ("created_at", Kind::Time),
            ("signs_from", Kind::Time),
            ("retired_at", Kind::Time),
        ],
    },
    Table {
        name: "users",
        columns: &[
            ("id", Kind::Id),
            ("username", Kind::Text),
            ("username_key", Kind::Text),
            ("email", Kind::Text),
            ("password_hash", Kind::Text),
            ("role_names", Kind::Text),
            ("group_names", Kind::Text),
            ("security_version", Kind::Integer),
            ("security_version_raised_at", Kind::Time),
            ("disabled_at", Kind::Time),
            ("created_at", Kind::Time),
            ("email_verified_at", Kind::Time),
            ("deletes_at", Kind::Time),
        ],
    },
    Table {
        name: "sessions",
        columns: &[
            ("id", Kind::Id),
            ("user_id", Kind::Id),
            ("generation", Kind::Integer),
            ("confirmed_generation", Kind::Integer),
            ("created_at", Kind::Time),
            ("rotated_at", Kind::Time),
            ("last_seen_at", Kind::Time),
            ("expires_at", Kind::Time),
            ("absolute_expires_at", Kind::Time),
            ("auth_time", Kind::Time),
            ("amr", Kind::Text),
            ("revoked_at", Kind::Time),
            ("end_reason", Kind::Text),
            ("user_agent", Kind::Text),
            ("address", Kind::Text),
            ("remembered", Kind::Integer),
        ],
    },
    Table {
        name: "sign_in_failures",
        columns: &[
            ("identifier_hash", Kind::Bytes),
            ("failures", Kind::Integer),
            ("last_failure_at", Kind::Time),
        ],
    },
    Table {
        name: "notices",
        columns: &[
            ("id", Kind::Id),
            ("user_id", Kind::Id),
            ("kind", Kind::Text),
            ("at", Kind::Time),
            ("dismissed_at", Kind::Time),
        ],
    },
    Table {
        name: "audit_events",
        columns: &[
            ("id", Kind::Id),
            ("at", Kind::Time),
            ("kind", Kind::Text),
            ("actor", Kind::Text),
            ("operator_name", Kind::Text),
            ("user_id", Kind::Id),
            ("session_id", Kind::Id),
            ("detail", Kind::Text),
            ("user_agent", Kind::Text),
            ("address", Kind::Text),
        ],
    },
    Table {
        name: "deletions",
        columns: &[("user_id", Kind::Id), ("deleted_at", Kind::Time)],
    },
    Table {
        name: "letters",
        columns: &[
            ("id", Kind::Id),
            ("occasion", Kind::Text),
            ("user_id", Kind::Id),
            ("recipient", Kind::Text),
            ("detail", Kind::Text),
            ("due_at", Kind::Time),
            ("attempts", Kind::Integer),
            ("linked_at", Kind::Time),
        ],
    },
    Table {
        name: "pending_sign_ups",
        columns: &[
            ("id", Kind::Id),
            ("username", Kind::Text),
            ("email", Kind::Text),
            ("password_hash", Kind::Text),
            ("browser_hash", Kind::Bytes),
            ("expires_at", Kind::Time),
        ],
    },
    Table {
        name: "links",
        columns: &[
            ("id", Kind::Id),
            ("purpose", Kind::Text),
            ("user_id", Kind::Id),
            ("pending_id", Kind::Id),
            ("email", Kind::Text),
            ("session_id", Kind::Id),
            ("token_hash", Kind::Bytes),
            ("code_hash", Kind::Bytes),
            ("code_expires_at", Kind::Time),
            ("tries", Kind::Integer),
            ("security_version", Kind::Integer),
            ("expires_at", Kind::Time),
        ],
    },
    Table {
        name: "mail_counts",
        columns: &[
            ("address_hash", Kind::Bytes),
            ("letters", Kind::Integer),
            ("began_at", Kind::Time),
            ("last_at", Kind::Time),
        ],
    },
    Table {
        name: "known_devices",
        columns: &[
            ("id", Kind::Id),
            ("user_id", Kind::Id),
            ("device_hash", Kind::Bytes),
            ("last_seen_at", Kind::Time),
        ],
    },
];

/// The most values that one statement may carry: SQLite takes 32,766.
const MOST_VALUES: usize = 30_000;

impl Table {
    fn key(&self) -> &'static str {
        self.columns[0].0
    }

    /// How many rows go over at once.
    fn batch(&self) -> usize {
        MOST_VALUES / self.columns.len()
    }

    fn column_names(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }
}

/// A table that was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: &'static str,
    /// How many rows it has, on both sides.
    pub rows: u64,
    /// How many of them this run brought; the others were there from one that was cut.
    pub brought: u64,
    /// The sum of the rows' SHA-256 hashes, each cut to 16 bytes, on both sides.
    pub checksum: u128,
}

/// Why a copy was not made, or is not good.
#[derive(Debug, Error)]
pub enum CopyError {
    /// One of the databases did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is there did not come from here.
    #[error("the other database holds data of another Latchkey. Name an empty one")]
    Foreign,
    /// The two sides differ.
    #[error(
        "the table {table} differs: {here} rows here, {there} there. Something wrote to one of the databases meanwhile. Stop all servers, and \
         copy to an empty database"
    )]
    Differs {
        /// Where.
        table: &'static str,
        /// How many rows the source has.
        here: u64,
        /// How many the copy.
        there: u64,
    },
}

/// How many rows a table has, and the sum of their hashes, in whatever order they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fingerprint {
    rows: u64,
    checksum: u128,
}

/// Binds what a row holds, for whichever database.
macro_rules! push_cell {
    ($query:expr, $cell:expr) => {
        match $cell {
            Cell::Id(id) => $query.push_bind(*id),
            Cell::Text(text) => $query.push_bind(text.clone()),
            Cell::Integer(integer) => $query.push_bind(*integer),
            Cell::Time(time) => $query.push_bind(*time),
            Cell::Bytes(bytes) => $query.push_bind(bytes.clone()),
        }
    };
}

/// What the columns of a row hold, for whichever database.
macro_rules! read_cells {
    ($table:expr, $row:expr) => {
        $table
            .columns
            .iter()
            .enumerate()
            .map(|(index, (_, kind))| {
                Ok(match kind {
                    Kind::Id => Cell::Id($row.try_get(index)?),
                    Kind::Text => Cell::Text($row.try_get(index)?),
                    Kind::Integer => Cell::Integer($row.try_get(index)?),
                    Kind::Time => Cell::Time($row.try_get(index)?),
                    Kind::Bytes => Cell::Bytes($row.try_get(index)?),
                })
            })
            .collect::<Result<Vec<Cell>, sqlx::Error>>()
    };
}

impl Store {
    /// Copies everything to another database, whose tables are up to date, and compares the two. `told` hears how many rows of a table have
    /// been looked at. Nothing else may write to either meanwhile.
    ///
    /// # Errors
    /// [`CopyError`]. After [`CopyError::Store`] another call goes on where this one was cut.
    pub async fn copy_to(
        &self,
        to: &Self,
        told: &mut (dyn FnMut(&'static str, u64) + Send),
    ) -> Result<Vec<CopiedTable>, CopyError> {
        self.recognize(to).await?;
        let mut brought = Vec::new();
        for table in &TABLES {
            brought.push(self.copy_table(to, table, told).await?);
        }
        let mut copied = Vec::new();
        for (table, brought) in TABLES.iter().zip(brought) {
            let (here, there) = (self.fingerprint(table).await?, to.fingerprint(table).await?);
            if here != there {
                return Err(CopyError::Differs {
                    table: table.name,
                    here: here.rows,
                    there: there.rows,
                });
            }
            copied.push(CopiedTable {
                name: table.name,
                rows: here.rows,
                brought,
                checksum: here.checksum,
            });
        }
        Ok(copied)
    }

    /// Refuses a database that is neither empty nor an unfinished copy of this one: all its keys are ours, or there is nothing.
    async fn recognize(&self, copy: &Self) -> Result<(), CopyError> {
        let (ours, theirs) = (self.keys().await?, copy.keys().await?);
        if theirs
            .iter()
            .any(|key| ours.iter().all(|own| own.id != key.id))
        {
            return Err(CopyError::Foreign);
        }
        for table in TABLES.iter().filter(|_| theirs.is_empty()) {
            if !copy.rows(table, None, 1).await?.is_empty() {
                return Err(CopyError::Foreign);
            }
        }
        Ok(())
    }

    /// Brings what is not yet there. Answers how many rows that were.
    async fn copy_table(
        &self,
        to: &Self,
        table: &'static Table,
        told: &mut (dyn FnMut(&'static str, u64) + Send),
    ) -> Result<u64, StoreError> {
        let mut last = to.last_key(table).await?;
        let (mut brought, mut seen) = (0, 0);
        loop {
            let mut rows = self.rows(table, last.as_ref(), table.batch()).await?;
            if rows.is_empty() {
                return Ok(brought);
            }
            brought += to.add_rows(table, &rows).await?;
            seen += rows.len() as u64;
            told(table.name, seen);
            last = rows.pop().map(|mut row| row.swap_remove(0));
        }
    }

    /// The rows behind a key, in the order of keys.
    async fn rows(
        &self,
        table: &Table,
        after: Option<&Cell>,
        most: usize,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let (columns, name, key) = (table.column_names(), table.name, table.key());
        Ok(reading!(self, pool => {
            let mut query = QueryBuilder::new(format!("SELECT {columns} FROM {name}"));
            if let Some(after) = after {
                query.push(format!(" WHERE {key} > "));
                push_cell!(query, after);
            }
            query.push(format!(" ORDER BY {key} LIMIT {most}"));
            let rows = query.build().fetch_all(pool).await?;
            rows.iter().map(|row| read_cells!(table, row)).collect::<Result<_, _>>()?
        }))
    }

    /// Behind which key to go on. Nothing where the two kinds of database order keys each in their own way, as they do with text.
    async fn last_key(&self, table: &Table) -> Result<Option<Cell>, StoreError> {
        let (key, kind) = table.columns[0];
        if kind == Kind::Text {
            return Ok(None);
        }
        let of_key = Table {
            name: table.name,
            columns: &table.columns[..1],
        };
        let name = table.name;
        let found = reading!(self, pool => {
            let mut query = QueryBuilder::new(format!("SELECT {key} FROM {name} ORDER BY {key} DESC LIMIT 1"));
            query.build().fetch_optional(pool).await?.map(|row| read_cells!(of_key, row)).transpose()?
        });
        Ok(found.and_then(|mut row| row.pop()))
    }

    /// Adds rows that are not there, all of them or none. Answers how many those were.
    async fn add_rows(&self, table: &Table, rows: &[Vec<Cell>]) -> Result<u64, StoreError> {
        let (columns, name) = (table.column_names(), table.name);
        Ok(writing!(self, pool => {
            let mut query = QueryBuilder::new(format!("INSERT INTO {name} ({columns}) "));
            query.push_values(rows, |mut values, row| {
                for cell in row {
                    push_cell!(values, cell);
                }
            });
            query.push(" ON CONFLICT DO NOTHING");
            query.build().execute(pool).await?.rows_affected()
        }))
    }

    async fn fingerprint(&self, table: &Table) -> Result<Fingerprint, StoreError> {
        let mut fingerprint = Fingerprint::default();
        let mut last = None;
        loop {
            let mut rows = self.rows(table, last.as_ref(), table.batch()).await?;
            if rows.is_empty() {
                return Ok(fingerprint);
            }
            fingerprint.rows += rows.len() as u64;
            for row in &rows {
                fingerprint.checksum = fingerprint.checksum.wrapping_add(hash(row));
            }
            last = rows.pop().map(|mut row| row.swap_remove(0));
        }
    }
}

/// SHA-256 of a row, cut to 16 bytes: enough against chance, and rows are nobody's attack. Each value goes in with its length, so that none
/// runs into the next.
fn hash(row: &[Cell]) -> u128 {
    let mut context = Context::new(&SHA256);
    let mut add = |value: Option<&[u8]>| {
        let length = value.map_or(u64::MAX, |bytes| bytes.len() as u64);
        context.update(&length.to_be_bytes());
        context.update(value.unwrap_or_default());
    };
    for cell in row {
        match cell {
            Cell::Id(id) => add(id.as_ref().map(|id| id.as_bytes().as_slice())),
            Cell::Text(text) => add(text.as_deref().map(str::as_bytes)),
            Cell::Integer(integer) => add(integer
                .map(i64::to_be_bytes)
                .as_ref()
                .map(<[u8; 8]>::as_slice)),
            Cell::Time(time) => {
                let micros = time.map(|time| time.unix_micros().to_be_bytes());
                add(micros.as_ref().map(<[u8; 8]>::as_slice));
            }
            Cell::Bytes(bytes) => add(bytes.as_deref()),
        }
    }
    let hash = context.finish();
    let mut first = [0; 16];
    first.copy_from_slice(&hash.as_ref()[..16]);
    u128::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the schema calls the columns of a kind, in the one database and the other.
    const fn declared(kind: Kind) -> &'static str {
        match kind {
            Kind::Id | Kind::Bytes => "BLOB",
            Kind::Text => "TEXT",
            Kind::Integer | Kind::Time => "INTEGER",
        }
    }

    #[tokio::test]
    async fn every_column_of_every_table_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("latchkey.db").display());
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        let super::super::Database::Sqlite { readers, .. } = &store.0 else {
            unreachable!("it is SQLite");
        };
        let there: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT tables.name, columns.name, columns.type
             FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )
        .fetch_all(readers)
        .await
        .unwrap();
        let there: BTreeSet<_> = there.into_iter().collect();
        let copied: BTreeSet<_> = TABLES
            .iter()
            .flat_map(|table| {
                table.columns.iter().map(|(column, kind)| {
                    (
                        table.name.to_owned(),
                        (*column).to_owned(),
                        declared(*kind).to_owned(),
                    )
                })
            })
            .collect();
        assert_eq!(there, copied);
    }
}
