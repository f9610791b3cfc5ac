//! Where Prometheus reads what was measured: `GET /metrics`, on a listener of its own.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use auth::Engine;
use axum::{
    Router,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, task::JoinSet};

use super::process;

/// The format of Prometheus' text.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The upper bounds by which times are sorted, in seconds: from a read of the database to the longest that a request may take by default.
const BOUNDS: [f64; 17] = [
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0, 30.0,
];

/// How often times are sorted that nobody has read: they are kept one by one until then.
const UPKEEP: Duration = Duration::from_secs(2);

/// Why nothing can be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExpositionError {
    /// The address is of no use.
    #[error("Metrics can't be served at {address}, which LATCHKEY_METRICS_LISTEN names")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// What keeps the numbers can't be set up.
    #[error("Nothing can be measured")]
    Recorder(#[from] BuildError),
}

/// What was measured, and where it is read. Dropped, it is read no more.
#[derive(Debug)]
pub(crate) struct Exposition {
    address: SocketAddr,
    engine: Arc<OnceLock<Engine>>,
    _tasks: JoinSet<()>,
}

/// What the answer is made of.
#[derive(Clone)]
struct Source {
    /// Nothing, while the database is waited for.
    engine: Arc<OnceLock<Engine>>,
    recorder: PrometheusHandle,
}

impl Exposition {
    /// Listens, measures and answers from now on. Once in a process, and before the engine starts, which asks for its counters then.
    ///
    /// # Errors
    /// [`ExpositionError`], when the address is taken, or this is the second time.
    pub(crate) async fn begin(address: SocketAddr) -> Result<Self, ExpositionError> {
        let refused = |source| ExpositionError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let recorder = PrometheusBuilder::new()
            .set_buckets(&BOUNDS)?
            .install_recorder()?;
        auth::describe_metrics();
        super::describe();
        crate::mail::describe();
        process::describe();
        let engine = Arc::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(keep_up(recorder.clone()));
        tasks.spawn(serve(
            listener,
            Source {
                engine: Arc::clone(&engine),
                recorder,
            },
        ));
        Ok(Self {
            address,
            engine,
            _tasks: tasks,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells of the states of this engine too from now on.
    pub(crate) fn observe(&self, engine: Engine) {
        let _ = self.engine.set(engine);
    }
}

async fn serve(listener: TcpListener, source: Source) {
    let router = Router::new()
        .route("/metrics", get(answer))
        .with_state(source);
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "Metrics are served no more");
    }
}

async fn answer(State(source): State<Source>) -> Response {
    if let Some(engine) = source.engine.get() {
        engine.observe();
        engine.observe_letters().await;
    }
    process::observe();
    ([(CONTENT_TYPE, TEXT)], source.recorder.render()).into_response()
}

/// Sorts the times that were measured, so that they do not pile up where nobody reads them.
async fn keep_up(recorder: PrometheusHandle) {
    let mut turns = tokio::time::interval(UPKEEP);
    loop {
        turns.tick().await;
        recorder.run_upkeep();
    }
}
