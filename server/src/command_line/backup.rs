//! `latchkey backup`

use std::path::PathBuf;

use auth::store::BackupError;
use clap::Args;

use super::{end::End, office, output};

/// Where to.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file that is made. It must not be there yet
    file: PathBuf,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), End> {
        office::run(async |settings| {
            let store = office::store(&settings.database_url).await?;
            store.back_up_to(&self.file).await?;
            output::line(format!(
                "{} holds all that the database held. Keep the master secret elsewhere",
                self.file.display()
            ))
        })
    }
}

impl From<BackupError> for End {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Store(_) | BackupError::File(_) => Self::failed(&error),
            BackupError::NotEmbedded => Self::refused(
                "The database is PostgreSQL: pg_dump makes its backup, while the servers go on",
            ),
            BackupError::Exists => {
                Self::refused("There is such a file already, and it is left as it is")
            }
        }
    }
}
