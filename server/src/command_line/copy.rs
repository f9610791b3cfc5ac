//! `latchkey copy`

use std::io::{self, IsTerminal as _, Write as _};

use auth::{
    ExposeSecret as _, SecretString, Store,
    store::{CopiedTable, CopyError},
};
use clap::Args;
use serde::Serialize;

use super::{end::End, office, output};

/// Where to, and how it is told.
#[derive(Debug, Args)]
pub(super) struct Copy {
    /// The database to copy to: sqlite:FILE or postgres://… . Leave a password out and give it by PGPASSWORD or ~/.pgpass: everybody on the
    /// machine can read arguments
    #[arg(long, value_name = "URL")]
    to: SecretString,
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    table: &'static str,
    rows: u64,
    copied_now: u64,
    checksum: String,
}

impl From<CopiedTable> for Shown {
    fn from(table: CopiedTable) -> Self {
        Self {
            table: table.name,
            rows: table.rows,
            copied_now: table.brought,
            checksum: format!("{:032x}", table.checksum),
        }
    }
}

impl Copy {
    pub(super) fn run(self) -> Result<(), End> {
        office::run(async |settings| {
            if settings.database_url.expose_secret() == self.to.expose_secret() {
                return Err(End::refused(
                    "That is the database of the settings. Name another",
                ));
            }
            let from = office::store(&settings.database_url).await?;
            let to = Store::connect(self.to.expose_secret()).await?;
            to.migrate().await?;
            let copied = from.copy_to(&to, &mut tell).await;
            to.close().await;
            let tables: Vec<_> = copied?.into_iter().map(Shown::from).collect();
            if self.json {
                return output::json(&tables);
            }
            list(&tables)
        })
    }
}

/// Says to a person who waits how far it is.
fn tell(table: &'static str, rows: u64) {
    let mut there = io::stderr();
    if there.is_terminal() {
        // Nobody waits for it if it can't be said.
        let _ = write!(there, "\r{table}: {rows} rows\x1b[K");
        let _ = there.flush();
    }
}

fn list(tables: &[Shown]) -> Result<(), End> {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    let rows: Vec<_> = tables
        .iter()
        .map(|table| {
            [
                table.table.to_owned(),
                table.rows.to_string(),
                table.copied_now.to_string(),
                table.checksum.clone(),
            ]
        })
        .collect();
    output::table(["TABLE", "ROWS", "COPIED NOW", "CHECKSUM"], &rows, "")?;
    output::line(
        "All is there, by count and checksum. Name the new database in the settings, and start the servers on it",
    )
}

impl From<CopyError> for End {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Store(_) => Self::failed(&error),
            CopyError::Foreign | CopyError::Differs { .. } => Self::refused(error.to_string()),
        }
    }
}
