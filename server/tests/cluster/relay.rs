//! Takes connections on an address of its own and hands each on to the next of its targets: the round-robin before the processes, and the
//! line between a process and its database, which can be cut.

use std::net::SocketAddr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::address;

/// A relay. Dropped, it ends.
pub(crate) struct Relay {
    address: SocketAddr,
    open: watch::Sender<bool>,
}

impl Relay {
    /// Starts one, which is open.
    pub(crate) async fn start(targets: Vec<SocketAddr>) -> Self {
        let address = address::free();
        let (open, opened) = watch::channel(true);
        let listener = listen(address).await;
        tokio::spawn(serve(listener, targets, opened));
        Self { address, open }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts all connections, and refuses further ones.
    pub(crate) fn cut(&self) {
        self.open.send(false).unwrap();
    }

    /// Takes connections again.
    pub(crate) fn mend(&self) {
        self.open.send(true).unwrap();
    }
}

async fn listen(address: SocketAddr) -> TcpListener {
    TcpListener::bind(address).await.unwrap()
}

async fn serve(
    mut listener: TcpListener,
    targets: Vec<SocketAddr>,
    mut opened: watch::Receiver<bool>,
) {
    let address = listener.local_addr().unwrap();
    let mut turns = targets.into_iter().cycle();
    loop {
        let mut carried = JoinSet::<()>::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (client, _) = accepted.unwrap();
                    carried.spawn(carry(client, turns.next().unwrap()));
                }
                Some(_) = carried.join_next() => {}
                changed = opened.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                }
            }
        }
        // Without a listener the system refuses connections, as it does where no database runs.
        drop(listener);
        carried.shutdown().await;
        if opened.changed().await.is_err() {
            return;
        }
        listener = listen(address).await;
    }
}

/// Carries bytes both ways until either side is done. Where nobody listens the client's connection is lost.
async fn carry(mut client: TcpStream, target: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(target).await {
        // Whichever side breaks off, both are closed.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
