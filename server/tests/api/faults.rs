//! Faults of what the program stands on, and what it makes of each: the program itself, from the outside.

mod clock;
#[cfg(unix)]
mod connections;
mod crash;
mod database;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(unix)]
mod ending;
#[cfg(unix)]
mod start;

use std::{net::SocketAddr, path::PathBuf};

use crate::support::{
    Answer, Ask, Binary, Database, MASTER_SECRET, Proxy, Visited, ask_client, borrowed, on_a_thread,
};

/// A program that can be started and ended, and its database.
struct Program {
    database: Database,
    environment: Vec<(String, String)>,
    binary: Option<Binary>,
    client: reqwest::Client,
}

impl Program {
    /// One that does not run yet, and reaches its database by `url`.
    fn at_rest(database: Database, url: &str) -> Self {
        let environment = [
            ("LATCHKEY_DATABASE_URL", url),
            ("LATCHKEY_MASTER_SECRET", MASTER_SECRET),
            ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
            ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
            ("LATCHKEY_HASH_ITERATIONS", "1"),
            ("LATCHKEY_REQUEST_RATE_BURST", "0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        Self {
            database,
            environment,
            binary: None,
            client: ask_client(),
        }
    }

    /// One that runs, on a database of its own.
    async fn start() -> Self {
        let database = Database::create().await;
        let url = database.url();
        let mut program = Self::at_rest(database, &url);
        program.run().await;
        program
    }

    /// One that runs and reaches PostgreSQL by a wire, with that wire and the address that it leads to. Nothing where the database is a file.
    async fn behind_a_wire() -> Option<(Self, Proxy, String)> {
        let database = Database::create().await;
        let server = database.server()?;
        let wire = Proxy::to(server.clone()).await;
        let url = database.url_through(wire.address);
        let mut program = Self::at_rest(database, &url);
        program.run().await;
        Some((program, wire, server))
    }

    /// Starts it, and waits until it is ready.
    async fn run(&mut self) {
        let (folder, environment) = self.place();
        let binary = on_a_thread(move || Binary::start(&folder, &borrowed(&environment))).await;
        self.binary = Some(binary);
    }

    /// Starts it, and does not wait.
    async fn spawn(&mut self) {
        let (folder, environment) = self.place();
        let binary = on_a_thread(move || Binary::spawn(&folder, &borrowed(&environment))).await;
        self.binary = Some(binary);
    }

    /// Ends it at once, as a power cut would.
    async fn kill(&mut self) {
        let mut binary = self.binary.take().unwrap();
        on_a_thread(move || binary.kill()).await;
    }

    fn place(&self) -> (PathBuf, Vec<(String, String)>) {
        (
            self.database.folder().to_path_buf(),
            self.environment.clone(),
        )
    }

    fn binary(&self) -> &Binary {
        self.binary.as_ref().unwrap()
    }

    fn address(&self) -> SocketAddr {
        self.binary().address
    }

    fn ask_at(&self, address: SocketAddr, method: &str, path: &str) -> Ask {
        Ask::new(&self.client, method, &format!("http://{address}{path}"))
    }

    async fn status(&self, path: &str) -> u16 {
        self.ask("GET", path).send().await.status
    }
}

impl Visited for Program {
    fn ask(&self, method: &str, path: &str) -> Ask {
        self.ask_at(self.address(), method, path)
    }
}

/// Asserts that the database's absence is told as what it is: something that passes, and ends no session.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    answer.assert_any_problem(503);
    assert_eq!(answer.header("retry-after"), Some("2"), "{answer:?}");
    answer.assert_no_cookie();
}
