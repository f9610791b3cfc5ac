//! The program `latchkey`: reads the settings, starts the server, says where it is, and stops when it is told to.

use std::{
    io::{self, IsTerminal, Write},
    net::TcpListener,
    process::ExitCode,
    sync::Arc,
};

use auth::random::SystemRandomness;
use server::{
    Server, Sources,
    settings::{Settings, table},
};
use tracing_subscriber::EnvFilter;

/// Gives the memory of password hashes back to the system once they are done.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What can't be recovered from, with what a person is told of it.
type Fatal = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let done = match arguments.iter().map(|argument| argument.to_str()).collect::<Vec<_>>()[..] {
        [] => run(),
        [Some("settings")] => list_settings(),
        _ => Err("usage: latchkey            starts the server\n       latchkey settings   lists what can be set".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where not even that can be said, the exit code must do.
            let _ = explain(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong, with its causes.
fn explain(error: &dyn std::error::Error) -> io::Result<()> {
    let mut out = io::stderr().lock();
    write!(out, "{error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(out, ": {error}")?;
        cause = error.source();
    }
    writeln!(out)
}

/// Serves until a signal says to stop.
fn run() -> Result<(), Fatal> {
    let settings = Settings::load()?;
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&settings.log)?)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(settings))
}

async fn serve(settings: Settings) -> Result<(), Fatal> {
    let listener = TcpListener::bind(settings.listen)
        .map_err(|error| {
            format!(
                "Latchkey can't listen at {}: {error}. Stop what listens there, or name another address by LATCHKEY_LISTEN",
                settings.listen
            )
        })?;
    // Before anybody can know that it runs, so that no signal finds it unprepared.
    let told_to_stop = told_to_stop()?;
    let sources = sources(&settings).await?;
    let server = Server::start(settings, sources, listener).await?;
    writeln!(io::stdout(), "Latchkey is ready at {}", server.public_url())?;
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
async fn sources(_settings: &Settings) -> io::Result<Sources> {
    Ok(Sources {
        clock: Arc::new(auth::clock::SystemClock),
        randomness: Arc::new(SystemRandomness::default()),
    })
}

#[cfg(feature = "test-clock")]
async fn sources(settings: &Settings) -> io::Result<Sources> {
    let clock = Arc::new(auth::clock::AdvancingClock::default());
    if let Some(address) = settings.test_clock_listen {
        let address = server::test_clock::listen(address, Arc::clone(&clock)).await?;
        writeln!(io::stdout(), "The test clock is turned at http://{address}")?;
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

/// Prints every setting, in a form that `latchkey.toml` takes.
fn list_settings() -> Result<(), Fatal> {
    let mut out = io::stdout().lock();
    for setting in table::ALL {
        writeln!(
            out,
            "# {}\n# Allowed is {}. In the environment: {}",
            setting.about,
            setting.allowed,
            setting.variable()
        )?;
        writeln!(
            out,
            "# {} = {}\n",
            setting.name,
            setting
                .default
                .map_or_else(String::new, |default| format!("{default:?}"))
        )?;
    }
    Ok(())
}
