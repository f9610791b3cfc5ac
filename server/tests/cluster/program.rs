//! A process of the real program, which can be killed and comes back at the same address.

use std::{
    fs::OpenOptions,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    address,
    http::{self, Answer},
};

/// How long a process may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// What all processes share. Hashing is as cheap as it may be, and all browsers come from one address.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("LATCHKEY_MASTER_SECRET", "t3Vw9QzL2xNf7BkR4mYc8HpJ5sDg6TaE"),
    ("LATCHKEY_PUBLIC_URL", "http://localhost:3000"),
    ("LATCHKEY_HASH_MEMORY_KIB", "7168"),
    ("LATCHKEY_HASH_ITERATIONS", "1"),
    ("LATCHKEY_HASH_PER_ADDRESS", "256"),
    ("LATCHKEY_CREDENTIAL_RATE_BURST", "0"),
    ("LATCHKEY_REQUEST_RATE_BURST", "0"),
];

/// A process. Dropped, it is killed.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    database_url: String,
    folder: TempDir,
}

impl Program {
    /// Starts one on this database, and does not wait.
    pub(crate) fn start(database_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = address::free();
        Self {
            child: spawn(folder.path(), address, database_url),
            address,
            database_url: database_url.to_owned(),
            folder,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it at once, in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "it ended by itself: {}", self.log());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again after it was killed.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(self.folder.path(), self.address, &self.database_url);
    }

    /// Waits until it says that it can do its work, and returns what else it says.
    pub(crate) async fn wait_until_ready(&self) -> Answer {
        let begin = Instant::now();
        loop {
            match self
                .send(&http::request("GET", "/health/ready", &[], ""))
                .await
            {
                Some(answer) if answer.status == 200 => return answer,
                _ => assert!(begin.elapsed() < PATIENCE, "not ready: {}", self.log()),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends a request to this process alone.
    pub(crate) async fn send(&self, request: &str) -> Option<Answer> {
        http::send(self.address, request).await
    }

    /// Runs a command of the operator's beside it, which must end well.
    pub(crate) fn run(&self, arguments: &[&str]) {
        let output = Command::new(env!("CARGO_BIN_EXE_latchkey"))
            .args(arguments)
            .env_clear()
            .envs(ENVIRONMENT)
            .env("LATCHKEY_DATABASE_URL", &self.database_url)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    fn log(&self) -> String {
        std::fs::read_to_string(log_file(self.folder.path())).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path, address: SocketAddr, database_url: &str) -> Child {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log_file(folder))
        .unwrap();
    Command::new(env!("CARGO_BIN_EXE_latchkey"))
        .env_clear()
        .envs(ENVIRONMENT)
        .env("LATCHKEY_LISTEN", address.to_string())
        .env("LATCHKEY_DATABASE_URL", database_url)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("log.txt")
}
