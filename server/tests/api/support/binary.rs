//! The program itself, started as a person starts it.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{
    PATIENCE,
    secrecy::{assert_tells_no_secret, secrets_of},
};

/// A running program. Dropped, it is stopped, and must have written no secret.
pub(crate) struct Binary {
    child: Child,
    pub(crate) address: SocketAddr,
    log: PathBuf,
    secrets: Vec<String>,
}

impl Binary {
    /// Starts the program in `folder`, its output written to a file of [`Binary::log`], and waits until it answers.
    pub(crate) fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut binary = Self::spawn(folder, environment);
        binary.wait_until_it_answers();
        binary
    }

    /// Starts the program where no file may become longer than so many KiB, as on a disk that is full, and waits until it answers.
    #[cfg(unix)]
    pub(crate) fn start_with_little_room(
        folder: &Path,
        kibibytes: u32,
        environment: &[(&str, &str)],
    ) -> Self {
        // The signal that would end the program is ignored, so that writing fails instead, with an error that tells of the limit.
        let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\"");
        // A log takes of that room too.
        let quiet = [environment, &[("LATCHKEY_LOG", "info")]].concat();
        Self::start_from(&script, folder, &quiet)
    }

    /// Starts the program from a script of bash, which becomes it by `exec "$0"`, and waits until it answers.
    #[cfg(unix)]
    pub(crate) fn start_from(script: &str, folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut shell = Command::new("bash");
        shell.args(["-c", script, env!("CARGO_BIN_EXE_latchkey")]);
        let mut binary = Self::spawn_as(apart(shell, folder), folder, environment);
        binary.wait_until_it_answers();
        binary
    }

    /// Starts the program and does not wait.
    pub(crate) fn spawn(folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn_as(command(folder), folder, environment)
    }

    fn spawn_as(mut command: Command, folder: &Path, environment: &[(&str, &str)]) -> Self {
        let address = free_address();
        let log = folder.join(format!("log-{}.txt", address.port()));
        let output = File::create(&log).unwrap();
        let child = command
            .env("LATCHKEY_LISTEN", address.to_string())
            .env("LATCHKEY_LOG", "trace")
            .envs(environment.iter().copied())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self {
            child,
            address,
            log,
            secrets: secrets_of(environment),
        }
    }

    /// Waits until the program is ready.
    pub(crate) fn wait_until_it_answers(&mut self) {
        let begin = Instant::now();
        while !self.is_ready() {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && begin.elapsed() < PATIENCE,
                "the program did not start ({ended:?}): {}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return false;
        };
        let mut answer = String::new();
        let asked = stream
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n"));
        asked
            .and_then(|()| stream.read_to_string(&mut answer))
            .is_ok()
            && answer.starts_with("HTTP/1.0 200")
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// Runs the program in `folder` to its end, which must come soon.
    pub(crate) fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        Self::run_with_input(folder, arguments, environment, "")
    }

    /// Runs the program in `folder`, with this on its standard input, to its end, which must come soon.
    pub(crate) fn run_with_input(
        folder: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        input: &str,
    ) -> Output {
        let mut child = command(folder)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing of it may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let id = child.id().to_string();
        let (ended, end) = mpsc::channel();
        // What it says is read while it goes on: a pipe holds little.
        thread::spawn(move || ended.send(child.wait_with_output()));
        let output = end.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let _ = Command::new("kill").args(["-KILL", &id]).status();
            panic!("the program went on: {arguments:?}");
        });
        output.unwrap()
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a service manager does, and waits until it has. Whether it ended well, and what it wrote.
    pub(crate) fn stop(self) -> (bool, String) {
        self.tell_to_stop();
        self.end()
    }

    /// Asks it to stop, as a service manager does.
    pub(crate) fn tell_to_stop(&self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended. Whether it ended well, and what it wrote.
    pub(crate) fn end(mut self) -> (bool, String) {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.success(), self.log());
            }
            assert!(begin.elapsed() < PATIENCE, "the program did not stop");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A test that has failed has said what is the matter; and a folder that is gone took its log along.
        if !thread::panicking() && self.log.exists() {
            assert_tells_no_secret("the log", &self.log(), &self.secrets);
        }
    }
}

/// Settings as [`Binary`] takes them.
pub(crate) fn borrowed(environment: &[(String, String)]) -> Vec<(&str, &str)> {
    environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// The program.
fn command(folder: &Path) -> Command {
    apart(Command::new(env!("CARGO_BIN_EXE_latchkey")), folder)
}

/// Gives a command an environment of its own, so that nothing of the tester's reaches it.
fn apart(mut command: Command, folder: &Path) -> Command {
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    command
}

/// An address that nobody listened on a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}
