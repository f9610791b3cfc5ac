//! `latchkey migrate`

use auth::{ExposeSecret as _, SchemaState, Store, StoreError};

use super::{end::End, office, output};

/// Brings the database up to date.
pub(super) fn run() -> Result<(), End> {
    office::run(async |settings| {
        // Before the database is made: one without a secret looks like one whose secret was lost.
        let (_, database_url) = office::secret(settings)?;
        let store = Store::connect(database_url.expose_secret()).await?;
        let missing = match store.schema_state().await? {
            SchemaState::UpToDate => return output::line("The database is up to date already"),
            SchemaState::Ahead { newest } => {
                return Err(End::refused(StoreError::Newer { newest }.to_string()));
            }
            SchemaState::Behind { missing } => missing,
        };
        store.migrate().await?;
        output::line(format!(
            "The database is up to date; {missing} migrations were made"
        ))
    })
}
