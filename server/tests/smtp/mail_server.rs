//! The mail server: aiosmtpd, on loopback, for one test alone.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server. Dropped, it is stopped.
pub(crate) struct MailServer {
    process: Child,
    orders: ChildStdin,
    said: Receiver<Value>,
    /// What it said while something else was waited for.
    unheard: VecDeque<Value>,
    about: Value,
    _folder: TempDir,
}

impl MailServer {
    /// Starts one, which takes what comes.
    pub(crate) fn start() -> Self {
        let python = std::env::var("LATCHKEY_TEST_SMTP_PYTHON")
            .expect("tools/smtp.sh starts these tests, and tells them a Python");
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/smtp/server.py");
        let mut process = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Ok(value) = serde_json::from_str(&line) else {
                    return;
                };
                if say.send(value).is_err() {
                    return;
                }
            }
        });
        let about = said.recv_timeout(PATIENCE).expect("a mail server");
        Self {
            process,
            orders,
            said,
            unheard: VecDeque::new(),
            about,
            _folder: folder,
        }
    }

    /// One of its ports, by what is to be expected there: `plain` and `encrypted` on 127.0.0.1, `starttls` and `bare` on 127.0.0.2.
    pub(crate) fn port(&self, name: &str) -> u64 {
        self.about[name].as_u64().unwrap()
    }

    /// Where letters go without encryption.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port("plain"))
    }

    /// The certificate of the authority that has signed the server's.
    pub(crate) fn authority(&self) -> PathBuf {
        PathBuf::from(self.about["authority"].as_str().unwrap())
    }

    /// Tells it how to treat letters from now on.
    pub(crate) fn order(&mut self, manner: &str) {
        writeln!(self.orders, "{manner}").unwrap();
        self.wait_for("told");
    }

    /// Waits until something has become of a letter, and says what.
    pub(crate) fn wait_for(&mut self, event: &str) -> Value {
        let heard = self.unheard.iter().position(|said| said["event"] == event);
        if let Some(said) = heard.and_then(|at| self.unheard.remove(at)) {
            return said;
        }
        loop {
            let said = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("the mail server never said {event}: {:?}", self.unheard)
            });
            if said["event"] == event {
                return said;
            }
            self.unheard.push_back(said);
        }
    }

    /// Asserts that nothing else has become of any letter.
    pub(crate) fn assert_that_was_all(&mut self) {
        while let Ok(said) = self.said.try_recv() {
            self.unheard.push_back(said);
        }
        assert!(self.unheard.is_empty(), "{:?}", self.unheard);
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
