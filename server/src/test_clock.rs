//! For end-to-end tests: a port on loopback that turns the server's clock. Only a build with the feature `test-clock` has it.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use auth::clock::AdvancingClock;
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::Deserialize;
use tokio::net::TcpListener;

/// How far to turn the clock.
#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

/// Listens at `address`, which the settings allow on loopback alone: `POST /advance` with `{"seconds": N}` turns `clock` on.
/// Tells where it listens, and serves until the process ends.
pub async fn listen(address: SocketAddr, clock: Arc<AdvancingClock>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/advance", post(advance))
        .with_state(clock);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn advance(
    State(clock): State<Arc<AdvancingClock>>,
    Json(Advance { seconds }): Json<Advance>,
) -> StatusCode {
    clock.advance(Duration::from_secs(seconds));
    StatusCode::NO_CONTENT
}
