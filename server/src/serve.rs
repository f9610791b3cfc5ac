//! Starts the program's parts and wires them together: for `main`, and for tests in one process with them.

mod waiting;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use app::page::DeletionDays;
use auth::{
    Engine, EngineSettings, ExposeSecret, MasterSecret, Store, StoreError, clock::Clock,
    random::Randomness,
};
use leptos::config::errors::LeptosConfigError;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use self::waiting::Waiting;
use crate::master_secret::NoMasterSecret;
use crate::{
    breached_passwords, listener,
    mail::{Courier, Transport},
    master_secret, memory,
    middleware::RateLimits,
    refresh_cookie::RefreshCookie,
    routes,
    settings::{PublicUrl, Settings},
    site::Site,
    state::{Parts, State},
};

/// How long to wait at the end for what is still to be written. A database that is away must not keep the program from ending.
const FLUSH: Duration = Duration::from_secs(5);

/// The seconds of a day.
const DAY: u64 = 86_400;

/// Where the server has time and chance from.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub randomness: Arc<dyn Randomness>,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It does not know by which address it is reached.
    #[error(
        "public_url (LATCHKEY_PUBLIC_URL) must be given, as the server does not listen on loopback"
    )]
    NoPublicUrl,
    /// There is no master secret.
    #[error(transparent)]
    MasterSecret(#[from] NoMasterSecret),
    /// The database can't be opened or brought up to date.
    #[error("The database can't be used")]
    Store(#[from] StoreError),
    /// The engine can't start.
    #[error(transparent)]
    Engine(#[from] auth::StartError),
    /// Leptos.toml can't be read.
    #[error("Leptos.toml or a LEPTOS_ variable is wrong")]
    Site(#[from] LeptosConfigError),
    /// Letters can't be sent in the way that the settings say.
    #[error("mail_url is of no use")]
    Mail(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nobody can be asked for breached passwords.
    #[error("breached_password_check needs the certificates of the system, which can't be read")]
    BreachedPasswords(#[source] io::Error),
    /// The listener is of no use.
    #[error("The server can't listen")]
    Listener(#[from] io::Error),
}

impl StartError {
    /// Whether the server may start when it is tried again, with nothing to be mended.
    fn is_transient(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient(),
            Self::Engine(error) => error.is_transient(),
            Self::NoPublicUrl
            | Self::MasterSecret(_)
            | Self::Site(_)
            | Self::Mail(_)
            | Self::BreachedPasswords(_)
            | Self::Listener(_) => false,
        }
    }
}

/// The server. There is nothing to it before it is started.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts a server on `listener`. It answers once this returns.
    ///
    /// A database that is not there is waited for, however long that takes; until then the server answers that it lives, and 503 to all else.
    /// Dropping the future ends that.
    pub async fn start(
        settings: Settings,
        sources: Sources,
        listener: std::net::TcpListener,
    ) -> Result<RunningServer, StartError> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let public_url = settings
            .public_url_at(address)
            .ok_or(StartError::NoPublicUrl)?;
        let limits = settings.limits;
        let waiting = Waiting::new(
            listener.try_clone()?,
            limits,
            public_url.security(),
            Arc::clone(&sources.randomness),
            Store::place(settings.database_url.expose_secret()),
        );
        let listener = TcpListener::from_std(listener)?;
        let state = state(settings, public_url.clone(), sources, waiting).await?;
        // Leptos runs its tasks on the runtime that is there; a second server in one process finds that settled.
        let _ = any_spawner::Executor::init_tokio();
        let engine = state.engine.clone();
        let housekeeping = [
            tokio::spawn(state.rates.clone().sweep()),
            tokio::spawn(memory::give_back()),
        ];
        let (stop, stopping) = watch::channel(false);
        let carrying = state
            .courier
            .clone()
            .map(|courier| tokio::spawn(courier.run(stopping.clone())));
        let serving = tokio::spawn(listener::serve(
            listener,
            routes::routes(&state),
            limits,
            stopping,
        ));
        Ok(RunningServer {
            address,
            public_url,
            engine,
            stop,
            serving,
            carrying,
            housekeeping,
        })
    }
}

/// Opens the database as soon as it is there, starts the engine, and gathers what handlers need.
async fn state(
    settings: Settings,
    public_url: PublicUrl,
    sources: Sources,
    mut waiting: Waiting,
) -> Result<State, StartError> {
    let site = Arc::new(Site::find()?);
    let mut engine_settings = settings.engine(&public_url);
    engine_settings.breached_passwords = breached_passwords::service(&settings)?;
    let transport = Transport::new(&settings.mail.place, &public_url)
        .map_err(|error| StartError::Mail(Box::new(error)))?;
    let master_secret = master_secret::find(settings.master_secret, &*sources.randomness)?;
    let database_url = settings.database_url.expose_secret();
    let engine = loop {
        match engine(&engine_settings, database_url, &sources, &master_secret).await {
            Err(error) if error.is_transient() => waiting.pause_after(&error).await?,
            started => break started?,
        }
    };
    let courier = transport.map(|transport| {
        let (engine, from) = (engine.clone(), settings.mail.from);
        Courier::new(engine, transport, from, public_url.clone())
    });
    Ok(State::new(Parts {
        engine,
        courier,
        public_url,
        cookie: RefreshCookie::new(settings.cookie),
        client_address: settings.client_address,
        rates: RateLimits::new(settings.credential_rate, settings.request_rate),
        site,
        randomness: sources.randomness,
        request_limit: settings.limits.request,
        deletion_days: DeletionDays(settings.accounts.deletion_delay.as_secs() / DAY),
        is_measured: settings.metrics_listen.is_some(),
    }))
}

/// Opens the database, brings it up to date, and starts the engine on it.
async fn engine(
    settings: &EngineSettings,
    database_url: &str,
    sources: &Sources,
    master_secret: &MasterSecret,
) -> Result<Engine, StartError> {
    let store = Store::connect(database_url).await?;
    store.migrate().await?;
    let started = Engine::start(
        settings.clone(),
        store,
        Arc::clone(&sources.clock),
        Arc::clone(&sources.randomness),
        master_secret,
    );
    Ok(started.await?)
}

/// A server that answers. Dropped, it takes no more connections and ends those that there are.
pub struct RunningServer {
    address: SocketAddr,
    public_url: PublicUrl,
    engine: Engine,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    carrying: Option<JoinHandle<()>>,
    housekeeping: [JoinHandle<()>; 2],
}

impl RunningServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// By which address browsers reach it.
    pub fn public_url(&self) -> &PublicUrl {
        &self.public_url
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Takes no more connections, lets what is under way finish, and returns.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Err(error) = (&mut self.serving).await {
            tracing::error!(%error, "The server did not end as it should");
        }
        if let Some(carrying) = self.carrying.take()
            && tokio::time::timeout(FLUSH, carrying).await.is_err()
        {
            tracing::warn!(
                "A letter was under way too long; it is sent again after the next start"
            );
        }
        let flushed = tokio::time::timeout(FLUSH, self.engine.flush()).await;
        if flushed.is_err() {
            tracing::warn!("Some receipts of refresh tokens could not be written in time");
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.housekeeping.iter().for_each(JoinHandle::abort);
        self.carrying.iter().for_each(JoinHandle::abort);
    }
}
