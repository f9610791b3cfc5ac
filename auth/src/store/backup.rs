//! A copy of the embedded database as it stands at one moment, made while servers go on.

use std::{fs::File, io, path::Path};

use thiserror::Error;

use super::{Database, Store, StoreError, make_private};

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
        // SQLite takes a file that is empty, and makes it as it is.
        make_private(file)?;
        sqlx::query("VACUUM INTO $1")
            .bind(file.to_string_lossy().into_owned())
            .execute(readers)
            .await
            .map_err(StoreError::from)?;
        // SQLite leaves it to the system when the file gets to the disk.
        Ok(File::open(file)?.sync_all()?)
    }
}
