//! Accepts connections and serves them: HTTP/1.1, with a limit on how many there are, on how long the head of a request takes and how large
//! it is, and an end that lets what is under way finish.

use std::{convert::Infallible, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tokio_io_timeout::TimeoutStream;
use tower::Service;

use crate::{
    measure::{self, GoingOn},
    settings::Limits,
};

/// The most headers that a request may have.
const MOST_HEADERS: usize = 64;

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// How long to wait after the system refused to accept a connection, most often because no file handle is left.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` is set or its sender is gone; then until what is under way is done, or the time for that is over.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let connections = GracefulShutdown::new();
    measure::tell_connection_limit(limits.connections);
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (last_call, over) = watch::channel(());
    loop {
        let (stream, peer, slot) = tokio::select! {
            // First, so that nothing more is accepted once it has been said.
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let connection = connection(stream, peer, router.clone(), limits);
        let connection = connections.watch(connection);
        let mut over = over.clone();
        let going_on = GoingOn::connection();
        tokio::spawn(async move {
            let (_slot, _going_on) = (slot, going_on);
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "A connection broke off");
                },
                _ = over.changed() => {}
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.shutdown, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("Some requests took too long and were cut off");
    }
    drop(last_call);
}

/// The next connection, and its slot among those that there may be. Never fails: what the system refuses is tried again.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so that there is always a slot to wait for.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    let mut told = false;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) if is_the_clients_fault(&error) => {
                tracing::debug!(%error, "A connection was gone before it was accepted");
            }
            Err(error) => {
                if !told {
                    tracing::error!(%error, "No connection can be accepted just now");
                    told = true;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_the_clients_fault(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

/// What answers the requests of a connection.
trait Answerer:
    hyper::service::Service<
        Request<Incoming>,
        Response = Response,
        Error = Infallible,
        Future: Send,
    > + Send
{
}

impl<
    S: hyper::service::Service<
            Request<Incoming>,
            Response = Response,
            Error = Infallible,
            Future: Send,
        > + Send,
> Answerer for S
{
}

/// Serves one connection.
fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
) -> http1::Connection<TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>, impl Answerer> {
    // Without it small answers wait for more to send; a socket that can't be told so is slower, no more.
    let _ = stream.set_nodelay(true);
    // A client that takes nothing of its answer for so long does not want it.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.request));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read)
        .max_headers(MOST_HEADERS)
        .max_header_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn a_client_that_takes_nothing_of_its_answer_is_cut_off() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Longer than what the system keeps for a client between the two.
        let router = Router::new().route("/", get(async || vec![b'a'; 64 * 1024 * 1024]));
        let limits = Limits {
            header_read: Duration::from_mins(1),
            request: Duration::from_millis(300),
            connections: 1,
            shutdown: Duration::ZERO,
        };
        let (_go_on, stop) = watch::channel(false);
        tokio::spawn(serve(listener, router, limits, stop));
        let mut takes_nothing = TcpStream::connect(address).await.unwrap();
        takes_nothing.write_all(REQUEST).await.unwrap();
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(REQUEST).await.unwrap();
        let mut answered = [0; 15];
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, next.read_exact(&mut answered))
            .await
            .expect("the only connection there may be is held for ever")
            .unwrap();
        assert_eq!(&answered, b"HTTP/1.1 200 OK");
    }
}
