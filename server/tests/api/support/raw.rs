//! Bytes on a socket, for what no client would send.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use super::{Answer, PATIENCE};

/// Sends `request` and reads one answer. A connection that is closed without one counts as 400, which the HTTP library below ours then means.
pub(crate) async fn exchange(address: SocketAddr, request: Vec<u8>) -> Answer {
    let bytes = on_a_thread(move || {
        let mut connection = Connection::open(address);
        connection.send(&request);
        connection.read_one()
    })
    .await;
    let closed = Answer {
        status: 400,
        headers: reqwest::header::HeaderMap::new(),
        body: Vec::new(),
    };
    if bytes.is_empty() {
        closed
    } else {
        Answer::parse(&bytes)
            .unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&bytes)))
    }
}

/// Blocking work beside the runtime that serves it.
pub(crate) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// A connection on which any bytes may be said.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    /// Sends bytes; whether the other side still takes them.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// Reads one answer, and hangs up.
    pub(crate) fn read_one(&mut self) -> Vec<u8> {
        let bytes = self.read_next();
        let _ = self.0.shutdown(Shutdown::Both);
        bytes
    }

    /// Reads one answer: its head, and as much of a body as that promises. Ends early where the other side does.
    pub(crate) fn read_next(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut piece = [0; 8192];
        while !is_whole(&bytes) {
            match self.0.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => bytes.extend_from_slice(&piece[..read]),
                Err(error) if is_timeout(&error) => panic!(
                    "no answer in time, only {}",
                    String::from_utf8_lossy(&bytes)
                ),
                Err(_) => break,
            }
        }
        bytes
    }

    /// Whether the other side hangs up within `time`, saying what it likes before.
    pub(crate) fn is_closed_within(&mut self, time: Duration) -> bool {
        self.0.set_read_timeout(Some(time)).unwrap();
        let mut piece = [0; 8192];
        loop {
            match self.0.read(&mut piece) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return !is_timeout(&error),
            }
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

fn is_whole(bytes: &[u8]) -> bool {
    let Some(answer) = Answer::parse(bytes) else {
        return false;
    };
    if matches!(answer.status, 100..=199 | 204 | 304) {
        return true;
    }
    match answer.header("content-length") {
        Some(length) => answer.body.len() >= length.parse().unwrap(),
        None => answer.body.ends_with(b"0\r\n\r\n"),
    }
}
