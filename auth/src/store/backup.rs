//! A copy of the embedded database as it stands at one moment, made while servers go on.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
};

use sqlx::SqlitePool;
use thiserror::Error;

use super::{Database, Store, StoreError, make_file};

/// Why there is no backup.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The database did not do what it was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not embedded.
    #[error("a PostgreSQL database is backed up by pg_dump")]
    NotEmbedded,
    /// There is such a file.
    #[error("there is such a file already, and it is left as it is")]
    Exists,
    /// The file can't be written.
    #[error("the file can't be written")]
    File(#[from] io::Error),
}

impl Store {
    /// Writes all that an SQLite database holds at this moment to a new file, for this user's eyes alone. It is on the disk when this returns.
    /// Where that fails, as on a full disk, no file is left: it would pass for a backup, and stand in the way of the next.
    ///
    /// # Errors
    /// [`BackupError`], which says what stands in the way.
    pub async fn back_up_to(&self, file: &Path) -> Result<(), BackupError> {
        let Database::Sqlite { readers, .. } = &self.0 else {
            return Err(BackupError::NotEmbedded);
        };
        if file.try_exists()? {
            return Err(BackupError::Exists);
        }
        // One that somebody else makes meanwhile is not ours to fill, nor to remove.
        make_file(file, OpenOptions::new().write(true).create_new(true))?;
        let written = write(readers, file).await;
        if written.is_err() {
            // Why it was not written is of more use than why it can't be removed.
            let _ = fs::remove_file(file);
        }
        written
    }
}

/// Writes the backup to a file that is empty, which SQLite takes as it is.
async fn write(database: &SqlitePool, file: &Path) -> Result<(), BackupError> {
    sqlx::query("VACUUM INTO $1")
        .bind(file.to_string_lossy().into_owned())
        .execute(database)
        .await
        .map_err(StoreError::from)?;
    // SQLite leaves it to the system when the file gets to the disk.
    Ok(File::open(file)?.sync_all()?)
}
