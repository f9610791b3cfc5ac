//! What commands that work on the database need: settings that are right, a database that is up to date, and what works on it.

use std::sync::Arc;

use auth::{
    Engine, EngineSettings, ExposeSecret as _, MasterSecret, SchemaState, SecretString, Store,
    StoreError,
    audit::Operator,
    clock::{Clock, SystemClock},
    random::{Randomness, SystemRandomness},
    token::Keysmith,
};
use tokio::runtime::{Builder, Runtime};

use super::end::End;
use crate::{StartError, breached_passwords, master_secret, settings::Settings, telemetry};

/// Runs a command to its end. What is worth a warning is told on standard error, as the server does.
pub(super) fn run<Done>(
    command: impl AsyncFnOnce(Settings) -> Result<Done, End>,
) -> Result<Done, End> {
    let settings = Settings::load()?;
    telemetry::of_a_command();
    runtime()?.block_on(command(settings))
}

/// A runtime for what waits.
pub(super) fn runtime() -> Result<Runtime, End> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}

/// Opens the database, which must be up to date.
pub(super) async fn store(database_url: &SecretString) -> Result<Store, End> {
    let store = Store::connect(database_url.expose_secret()).await?;
    match store.schema_state().await? {
        SchemaState::UpToDate => Ok(store),
        SchemaState::Behind { missing } => Err(End::refused(format!(
            "The database lacks {missing} of the migrations of this program. `latchkey migrate` brings it up to date"
        ))),
        SchemaState::Ahead { newest } => {
            Err(End::refused(StoreError::Newer { newest }.to_string()))
        }
    }
}

/// Starts the engine beside the servers that run.
pub(super) async fn engine(settings: Settings) -> Result<Engine, End> {
    let mut engine_settings = engine_settings(&settings)?;
    engine_settings.breached_passwords = breached_passwords::service(&settings)?;
    let (secret, database_url) = secret(settings)?;
    let store = store(&database_url).await?;
    let (clock, randomness) = sources();
    Ok(Engine::start(engine_settings, store, clock, randomness, &secret).await?)
}

/// Who works on the signing keys, under the master secret of the settings.
pub(super) async fn keysmith(settings: Settings) -> Result<Keysmith, End> {
    let engine_settings = engine_settings(&settings)?;
    let (secret, database_url) = secret(settings)?;
    let store = store(&database_url).await?;
    let (clock, randomness) = sources();
    Ok(
        Keysmith::new(store, &engine_settings, clock, randomness, &secret)?
            .on_behalf_of(operator()),
    )
}

/// Who runs this command: their account on the operating system, which is written down with what they change.
pub(super) fn operator() -> Operator {
    let name = whoami::username();
    Operator::named(name.as_deref().unwrap_or("unknown"))
}

/// The master secret, which the first command makes as the first start of the server does, and the address of the database.
pub(super) fn secret(settings: Settings) -> Result<(MasterSecret, SecretString), End> {
    let secret = master_secret::find(settings.master_secret, &SystemRandomness::default())?;
    Ok((secret, settings.database_url))
}

fn sources() -> (Arc<dyn Clock>, Arc<dyn Randomness>) {
    (Arc::new(SystemClock), Arc::new(SystemRandomness::default()))
}

/// What the engine is told.
fn engine_settings(settings: &Settings) -> Result<EngineSettings, End> {
    let public_url = settings
        .public_url_at(settings.listen)
        .ok_or(StartError::NoPublicUrl)?;
    Ok(settings.engine(&public_url))
}
