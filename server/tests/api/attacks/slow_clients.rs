//! Clients that take their time, and heads that never end.

use std::time::{Duration, Instant};

use crate::support::{Connection, TestApp, on_a_thread};

/// What is allowed beyond the second that the setting names: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(8);

#[tokio::test]
async fn a_head_that_is_not_finished_in_time_is_cut_off() {
    let app = TestApp::with(&[("LATCHKEY_HEADER_READ_SECONDS", "1")]).await;
    let address = app.address();
    for beginning in [
        "",
        "G",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: a",
    ] {
        let begin = Instant::now();
        let closed = on_a_thread(move || {
            let mut connection = Connection::open(address);
            connection.send(beginning.as_bytes());
            connection.is_closed_within(PATIENCE)
        })
        .await;
        assert!(closed, "{beginning:?} is waited for, for ever");
        assert!(
            begin.elapsed() >= Duration::from_millis(500),
            "{beginning:?} was given no time at all"
        );
    }
    assert_eq!(app.get("/health/live").send().await.status, 200);
}

#[tokio::test]
async fn a_client_that_sends_a_byte_now_and_then_is_cut_off_too() {
    let app = TestApp::with(&[("LATCHKEY_HEADER_READ_SECONDS", "1")]).await;
    let address = app.address();
    let closed = on_a_thread(move || {
        let mut connection = Connection::open(address);
        connection.send(b"GET / HTTP/1.1\r\nX: ");
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if connection.is_closed_within(Duration::from_millis(100)) {
                return true;
            }
            connection.send(b"a");
        }
        false
    })
    .await;
    assert!(closed);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let app = TestApp::with(&[("LATCHKEY_REQUEST_SECONDS", "1")]).await;
    let answer = app
        .raw("POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        .await;
    answer.assert_any_problem(408);
    answer.assert_no_cookie();
}

#[tokio::test]
async fn a_body_that_comes_by_drops_is_given_up_too() {
    let app = TestApp::with(&[("LATCHKEY_REQUEST_SECONDS", "1")]).await;
    let address = app.address();
    let closed = on_a_thread(move || {
        let mut connection = Connection::open(address);
        connection.send(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{");
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if connection.is_closed_within(Duration::from_millis(100)) {
                return true;
            }
            connection.send(b" ");
        }
        false
    })
    .await;
    assert!(closed);
}

#[tokio::test]
async fn many_slow_sockets_do_not_keep_others_out() {
    let app = TestApp::with(&[
        ("LATCHKEY_HEADER_READ_SECONDS", "1"),
        ("LATCHKEY_MAX_CONNECTIONS", "32"),
    ])
    .await;
    let address = app.address();
    let held = on_a_thread(move || {
        (0..200)
            .map(|_| {
                let mut connection = Connection::open(address);
                connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
                connection
            })
            .collect::<Vec<_>>()
    })
    .await;
    assert_eq!(app.get("/health/live").send().await.status, 200);
    drop(held);
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let app = TestApp::start().await;
    let heads = [
        format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
            "a".repeat(17 * 1024)
        ),
        format!(
            "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "a".repeat(17 * 1024)
        ),
        format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
            "X: a\r\n".repeat(65)
        ),
    ];
    for head in heads {
        let answer = app.raw(head).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
    }
    let fits = format!(
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "a".repeat(8 * 1024)
    );
    assert_eq!(app.raw(fits).await.status, 200);
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let app = TestApp::start().await;
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"\r\n\r\n\r\nnonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nNo colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nX : y\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        b"G\x01T / HTTP/1.1\r\n\r\n",
    ] {
        let answer = app.raw(bytes).await;
        assert!(
            (400..500).contains(&answer.status),
            "{}: {answer:?}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[tokio::test]
async fn odd_targets_are_no_failure() {
    let app = TestApp::start().await;
    for target in [
        "OPTIONS *",
        "CONNECT evil.example:443",
        "GET http://evil.example/profile",
        "GET //",
        "GET //evil.example/",
        "GET /..",
        "GET /../../etc/passwd",
        "GET /pkg/../../Cargo.toml",
        "GET /pkg/%2e%2e/%2e%2e/Cargo.toml",
        "GET /pkg//etc/passwd",
        "GET /pkg/..%2f..%2fCargo.toml",
        "GET /pkg/%00",
        "TRACE /",
        "GET /#x",
        "GET /?#",
    ] {
        let answer = app
            .raw(format!(
                "{target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
            ))
            .await;
        assert!(answer.status < 500, "{target}: {answer:?}");
        assert!(
            !answer.text().contains("[package]") && !answer.text().contains("root:"),
            "{target}: {answer:?}"
        );
        assert!(
            answer
                .header("location")
                .is_none_or(|location| location.starts_with('/') && !location.starts_with("//")),
            "{target}: {answer:?}"
        );
    }
}
