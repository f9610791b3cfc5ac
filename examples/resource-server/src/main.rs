//! Starts the service with what the environment says.

use std::{env, error::Error, time::Duration};

use resource_server::{Issuer, app};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let url = env::var("ISSUER").map_err(|_| "ISSUER must be Latchkey's public URL")?;
    // Whoever can answer in the issuer's place can make tokens.
    if !url.starts_with("https://") && !url.starts_with("http://localhost:") {
        return Err("ISSUER must begin with https://, or http://localhost: to try it".into());
    }
    // As in Latchkey, where nothing else is set.
    let audience = env::var("AUDIENCE").unwrap_or_else(|_| url.clone());
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3100".to_owned());
    let listener = TcpListener::bind(&listen).await?;
    let app = app(Issuer { url, audience }, Duration::from_secs(5))?;
    tracing::info!("Ready at http://{listen}/whoami");
    Ok(axum::serve(listener, app).await?)
}
