//! Addresses to listen on.

use std::net::{SocketAddr, TcpListener};

use crate::chance;

/// One that nobody listens on, below the ports that the system lends to connections: so it is still free for a program that comes back.
pub(crate) fn free() -> SocketAddr {
    loop {
        let port = 20_000 + u16::try_from(chance::below(12_000)).unwrap();
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}
