//! More connections than most programs ever see, and more than the system allows.

use std::time::{Duration, Instant};

use crate::support::{Binary, Connection};

const MANY: u32 = 10_000;
const REQUEST: &[u8] = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Settings under which an unused connection is kept.
const PATIENT: (&str, &str) = ("LATCHKEY_HEADER_READ_SECONDS", "300");

/// Else there would be some hundred lines in the log for each connection.
const QUIET: (&str, &str) = ("LATCHKEY_LOG", "info");

/// A connection that has been used once.
fn idle(binary: &Binary) -> Connection {
    let mut connection = Connection::open(binary.address);
    assert_answered(&mut connection);
    connection
}

fn assert_answered(connection: &mut Connection) {
    assert!(connection.send(REQUEST));
    let answer = connection.read_next();
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}

/// How much memory the program takes, in KiB, where the system tells.
fn resident(binary: &Binary) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", binary.id())).ok()?;
    let size = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    size.trim().strip_suffix(" kB")?.parse().ok()
}

#[test]
fn ten_thousand_idle_connections_keep_nobody_out() {
    let needed = u64::from(MANY) + 500;
    let allowed = rlimit::increase_nofile_limit(needed).unwrap();
    assert!(
        allowed >= needed,
        "this test needs {needed} open files; the hard limit is {allowed}"
    );
    let folder = tempfile::tempdir().unwrap();
    let environment = [PATIENT, QUIET, ("LATCHKEY_MAX_CONNECTIONS", "10100")];
    // What most systems give a process, until it asks for more.
    let script = "ulimit -S -n 1024; exec \"$0\"";
    let binary = Binary::start_from(script, folder.path(), &environment);
    let before = resident(&binary);
    let mut held: Vec<_> = (0..MANY).map(|_| idle(&binary)).collect();
    let after = resident(&binary);
    let begin = Instant::now();
    idle(&binary);
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    println!("{MANY} idle connections: one more is answered after {took:?}");
    if let (Some(before), Some(after)) = (before, after) {
        let each = after.saturating_sub(before) / u64::from(MANY);
        println!("Each takes {each} KiB of memory");
    }
    held.iter_mut().step_by(1_000).for_each(assert_answered);
    let (ended_well, log) = binary.stop();
    assert!(ended_well && !log.contains("No connection"), "{log}");
}

#[test]
fn connections_beyond_what_the_system_allows_wait() {
    let folder = tempfile::tempdir().unwrap();
    let script = "ulimit -n 200; exec \"$0\"";
    let mut binary = Binary::start_from(script, folder.path(), &[PATIENT, QUIET]);
    let waiting: Vec<_> = (0..220)
        .map(|_| {
            let mut connection = Connection::open(binary.address);
            connection.send(REQUEST);
            connection
        })
        .collect();
    drop(waiting);
    binary.wait_until_it_answers();
    let (ended_well, log) = binary.stop();
    assert!(ended_well && log.contains("The system lets 136"), "{log}");
    assert!(!log.contains("No connection"), "{log}");
}
