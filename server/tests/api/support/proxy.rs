//! A wire between a client and a server that can be cut, fall silent, or lose what the server says.

use std::{
    future::pending,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// A proxy of TCP on loopback. Dropped, it cuts its connections, and whoever comes then is refused.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    manner: watch::Sender<Manner>,
    lost: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

/// How a proxy treats what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// It carries it.
    Carry,
    /// It carries what the client says, and drops what the server says.
    LoseAnswers,
    /// It keeps connections open, and carries nothing on them, now and for ever.
    Hang,
}

impl Proxy {
    /// A proxy to `server`, a host and a port.
    pub(crate) async fn to(server: String) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), server).await
    }

    /// A proxy to `server` that listens at `address`.
    pub(crate) async fn at(address: SocketAddr, server: String) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (manner, watched) = watch::channel(Manner::Carry);
        let lost = Arc::new(AtomicUsize::new(0));
        let accepting = tokio::spawn(accept(listener, server, watched, Arc::clone(&lost)));
        Self {
            address,
            manner,
            lost,
            accepting,
        }
    }

    /// From now on what the server says is lost.
    pub(crate) fn lose_answers(&self) {
        self.manner.send_replace(Manner::LoseAnswers);
    }

    /// How many bytes of the server's were lost.
    pub(crate) fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }

    /// Falls silent, on the connections that there are and on those that come.
    pub(crate) fn hang(&self) {
        self.manner.send_replace(Manner::Hang);
    }

    /// Carries again, on connections that come. Those that fell silent stay so.
    pub(crate) fn carry_what_comes(&self) {
        self.manner.send_replace(Manner::Carry);
    }

    /// Cuts the wire, and returns once whoever comes is refused.
    pub(crate) async fn cut(mut self) -> SocketAddr {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
        self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    server: String,
    manner: watch::Receiver<Manner>,
    lost: Arc<AtomicUsize>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.spawn(carry(
            client,
            server.clone(),
            manner.clone(),
            Arc::clone(&lost),
        ));
    }
}

async fn carry(
    client: TcpStream,
    server: String,
    manner: watch::Receiver<Manner>,
    lost: Arc<AtomicUsize>,
) {
    if *manner.borrow() == Manner::Hang {
        pending::<()>().await;
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        () = carry_answers(&mut from_server, &mut to_client, manner.clone(), &lost) => {}
        () = until_it_hangs(manner.clone()) => pending::<()>().await,
    }
}

async fn carry_answers(
    from_server: &mut OwnedReadHalf,
    to_client: &mut OwnedWriteHalf,
    manner: watch::Receiver<Manner>,
    lost: &AtomicUsize,
) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(read) = from_server.read(&mut piece).await
        && read > 0
    {
        let loses = *manner.borrow() == Manner::LoseAnswers;
        if loses {
            lost.fetch_add(read, Ordering::SeqCst);
        } else if to_client.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}

async fn until_it_hangs(mut manner: watch::Receiver<Manner>) {
    let _ = manner.wait_for(|manner| *manner == Manner::Hang).await;
}
