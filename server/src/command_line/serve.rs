//! `latchkey serve`: starts the server, says where it is, and stops when it is told to.

use std::{io, net::TcpListener, pin::pin, sync::Arc};

use auth::random::SystemRandomness;

use super::{end::End, office, output};
use crate::{
    Server, Sources, measure::Exposition, open_files, settings::Settings, telemetry::Telemetry,
};

/// Serves until a signal says to stop.
pub(super) fn run() -> Result<(), End> {
    let settings = Settings::load()?;
    let _telemetry = Telemetry::of_the_server(&settings)?;
    let runtime = office::runtime()?;
    let ended = runtime.block_on(serve(settings));
    // Nothing that goes on now is worth a wait: a look-up of the database's name, which can't be called off, may take half a minute.
    runtime.shutdown_background();
    ended
}

async fn serve(mut settings: Settings) -> Result<(), End> {
    let room = open_files::make_room_for(settings.limits.connections);
    if room < settings.limits.connections {
        tracing::warn!(
            "The system lets {room} connections be open at once, not max_connections ({}): further ones wait. Raise the limit of open files",
            settings.limits.connections
        );
        settings.limits.connections = room;
    }
    let listener = TcpListener::bind(settings.listen).map_err(|error| {
        End::failed(&io::Error::other(format!(
            "Latchkey can't listen at {}: {error}. Stop what listens there, or name another address by LATCHKEY_LISTEN",
            settings.listen
        )))
    })?;
    // Before anybody can know that it runs, so that no signal finds it unprepared.
    let mut told_to_stop = pin!(told_to_stop()?);
    let sources = sources(&settings).await?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(Exposition::begin(address).await?),
        None => None,
    };
    if let Some(metrics) = &metrics {
        output::line(format!(
            "Metrics are at http://{}/metrics",
            metrics.address()
        ))?;
    }
    let server = tokio::select! {
        started = Server::start(settings, sources, listener) => started?,
        () = &mut told_to_stop => return Ok(()),
    };
    if let Some(metrics) = &metrics {
        metrics.observe(server.engine().clone());
    }
    output::line(format!("Latchkey is ready at {}", server.public_url()))?;
    told_to_stop.await;
    tracing::info!("Stopping");
    server.shutdown().await;
    Ok(())
}

#[cfg(not(feature = "test-clock"))]
#[expect(
    clippy::unused_async,
    reason = "the build for end-to-end tests awaits here"
)]
async fn sources(_settings: &Settings) -> Result<Sources, End> {
    Ok(Sources {
        clock: Arc::new(auth::clock::SystemClock),
        randomness: Arc::new(SystemRandomness::default()),
    })
}

#[cfg(feature = "test-clock")]
async fn sources(settings: &Settings) -> Result<Sources, End> {
    let clock = Arc::new(auth::clock::AdvancingClock::default());
    if let Some(address) = settings.test_clock_listen {
        let address = crate::test_clock::listen(address, Arc::clone(&clock)).await?;
        output::line(format!("The test clock is turned at http://{address}"))?;
    }
    Ok(Sources {
        clock,
        randomness: Arc::new(SystemRandomness::default()),
    })
}

/// Listens for the signals that say to stop, from now on. What it returns ends when one has come.
#[cfg(unix)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut ended = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = ended.recv() => {}
        }
    })
}

/// Listens for the signal that says to stop, from now on. What it returns ends when it has come.
#[cfg(windows)]
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}
