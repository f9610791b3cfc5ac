//! An engine, and somebody who uses it.

use std::{error::Error, sync::Arc};

use auth::{
    Device, Engine, EngineSettings, Grant, MasterSecret, SignUp, Store, clock::SystemClock, flow,
    random::SystemRandomness,
};

pub(crate) const USERNAME: &str = "bare";
pub(crate) const PASSWORD: &str = "the weaver sings at noon";

/// The engine on a database, brought up to date.
pub(crate) async fn engine(
    database_url: &str,
    master_secret: &str,
    settings: EngineSettings,
) -> Result<Engine, Box<dyn Error>> {
    let store = Store::connect(database_url).await?;
    store.migrate().await?;
    let secret = MasterSecret::parse(master_secret)?;
    let randomness = Arc::new(SystemRandomness::default());
    Ok(Engine::start(settings, store, Arc::new(SystemClock), randomness, &secret).await?)
}

/// Makes the account of [`USERNAME`].
pub(crate) async fn sign_up(engine: &Engine) -> Result<Grant, Box<dyn Error>> {
    let person = SignUp {
        username: USERNAME.to_owned(),
        email: format!("{USERNAME}@localhost.test"),
        password: PASSWORD.into(),
        device: Device::default(),
        device_key: None,
        replaces: None,
        remember: true,
    };
    let signed_up = flow::sign_up(engine, person).await?;
    Ok(signed_up
        .granted()
        .ok_or("the address is to be proven first")?)
}
