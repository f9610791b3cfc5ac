//! The program is told to stop.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{Answer, Binary, Connection};

const HEAD: &[u8] = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 43\r\n\r\n";
const BODY: &[u8] = b"{\"username\":\"nobody\",\"password\":\"whatever\"}";

/// A request of which half has been sent.
fn half_sent(binary: &Binary) -> Connection {
    let mut connection = Connection::open(binary.address);
    connection.send(&[HEAD, &BODY[..20]].concat());
    connection
}

/// An unused connection, whose one request has been answered.
fn idle(binary: &Binary) -> Connection {
    let mut connection = Connection::open(binary.address);
    connection.send(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = Answer::parse(&connection.read_next()).unwrap();
    assert_eq!(answer.status, 200);
    connection
}

#[test]
fn told_to_stop_it_finishes_what_is_under_way_and_takes_nothing_new() {
    assert_eq!(BODY.len(), 43);
    let folder = tempfile::tempdir().unwrap();
    let binary = Binary::start(folder.path(), &[]);
    let mut under_way = half_sent(&binary);
    // Connections are accepted in their turn: when this one has been answered, the other is being read.
    let mut unused = idle(&binary);
    binary.tell_to_stop();
    assert!(
        unused.is_closed_within(Duration::from_secs(3)),
        "an unused connection is kept until its time is over"
    );
    assert!(
        TcpStream::connect(binary.address).is_err(),
        "it still takes connections"
    );
    under_way.send(&BODY[20..]);
    let answer = Answer::parse(&under_way.read_one()).expect("a whole answer");
    answer.assert_problem(401, "Invalid username or password");
    let (ended_well, log) = binary.end();
    assert!(ended_well && !log.contains("cut off"), "{log}");
}

#[test]
fn what_takes_too_long_is_cut_off_when_the_time_for_the_end_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let binary = Binary::start(folder.path(), &[("LATCHKEY_SHUTDOWN_SECONDS", "1")]);
    let mut under_way = half_sent(&binary);
    idle(&binary);
    let begin = Instant::now();
    binary.tell_to_stop();
    let (ended_well, log) = binary.end();
    let took = begin.elapsed();
    assert!(ended_well && log.contains("cut off"), "{log}");
    assert!(
        (Duration::from_millis(900)..Duration::from_secs(5)).contains(&took),
        "{took:?}"
    );
    assert!(under_way.is_closed_within(Duration::from_secs(1)));
}
