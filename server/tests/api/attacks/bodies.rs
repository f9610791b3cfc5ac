//! Bodies that are too long, too deep, or say a thing twice, at every door.

use serde_json::{Value, json};

use crate::support::{Answer, Connection, PASSWORD, TestApp, form, on_a_thread};

const LIMIT: usize = 64 * 1024;

/// Every address that reads a body, and the media type that it reads.
const READERS: [(&str, &str); 12] = [
    ("/api/v1/auth/register", "application/json"),
    ("/api/v1/auth/login", "application/json"),
    ("/api/v1/auth/login", "application/x-www-form-urlencoded"),
    ("/api/v1/auth/forgot-password", "application/json"),
    ("/api/v1/auth/reset-password", "application/json"),
    ("/fn/register", "application/json"),
    ("/fn/login", "application/json"),
    ("/forgot-password", "application/x-www-form-urlencoded"),
    ("/verify-email", "application/x-www-form-urlencoded"),
    ("/login", "application/x-www-form-urlencoded"),
    ("/register", "application/x-www-form-urlencoded"),
    ("/notices/dismiss", "application/x-www-form-urlencoded"),
];

/// Those of them that read JSON.
const JSON_READERS: [&str; 5] = [
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/fn/register",
    "/fn/login",
    "/fn/dismiss_notice",
];

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

/// What registers, signs in or dismisses, with one more member.
fn whole_with(member: &str) -> String {
    format!(
        "{{\"username\":\"ada\",\"email\":\"ada@example.org\",\"password\":\"{PASSWORD}\",\"id\":\"x\",{member}}}"
    )
}

async fn post(app: &TestApp, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    app.post(path).body("application/json", body).send().await
}

#[tokio::test]
async fn a_body_over_64_kib_is_413() {
    let app = TestApp::start().await;
    for (path, kind) in READERS {
        let answer = app
            .post(path)
            .body(kind, vec![b'a'; LIMIT + 1])
            .send()
            .await;
        assert_eq!(answer.status, 413, "{path} {kind}: {answer:?}");
        answer.assert_no_cookie();
        let fits = app.post(path).body(kind, vec![b'a'; LIMIT]).send().await;
        assert_ne!(fits.status, 413, "{path} {kind}");
    }
    app.post("/api/v1/auth/login")
        .body("application/json", vec![b' '; LIMIT + 1])
        .send()
        .await
        .assert_any_problem(413);
}

#[tokio::test]
async fn a_body_in_chunks_over_64_kib_is_413_too() {
    let app = TestApp::start().await;
    for (path, kind) in READERS {
        let mut request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
        for _ in 0..17 {
            request.extend_from_slice(b"1000\r\n");
            request.extend_from_slice(&[b'a'; 0x1000]);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        let answer = app.raw(request).await;
        assert_eq!(answer.status, 413, "{path} {kind}: {answer:?}");
    }
}

#[tokio::test]
async fn a_length_that_is_promised_and_never_sent_is_not_waited_for_long() {
    let app = TestApp::with(&[("LATCHKEY_REQUEST_SECONDS", "1")]).await;
    for length in [
        "9999999999",
        "65537",
        "18446744073709551615",
        "99999999999999999999999",
    ] {
        let request = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        let answer = app.raw(request).await;
        assert!((400..500).contains(&answer.status), "{length}: {answer:?}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let app = TestApp::start().await;
    let address = app.address();
    let closed = on_a_thread(move || {
        let mut connection = Connection::open(address);
        connection.send(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        // 64 MiB, unless it hangs up before.
        (0..1_024).any(|_| !connection.send(&chunk))
    })
    .await;
    assert!(closed, "a thousand times the limit was read");
}

#[tokio::test]
async fn a_body_that_is_smuggled_in_two_lengths_is_refused() {
    let app = TestApp::start().await;
    for lengths in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 5, 6",
        "Content-Length: 0x5",
        "Content-Length: +5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip, x",
    ] {
        let request = format!(
            "POST /api/v1/auth/logout HTTP/1.1\r\nHost: localhost\r\n{lengths}\r\n\r\n0\r\n\r\n"
        );
        let answer = app.raw(request).await;
        assert!((400..500).contains(&answer.status), "{lengths}: {answer:?}");
    }
}

#[tokio::test]
async fn json_deeper_than_32_is_400_wherever_it_lies() {
    let app = TestApp::start().await;
    for path in JSON_READERS {
        for body in [
            nested(33),
            whole_with(&format!("\"ignored\":{}", nested(32))),
            "[".repeat(60_000),
            "{\"a\":".repeat(12_000),
        ] {
            let answer = post(&app, path, body).await;
            assert_eq!(answer.status, 400, "{path}: {answer:?}");
        }
    }
    let answer = post(
        &app,
        "/api/v1/auth/register",
        whole_with(&format!("\"ignored\":{}", nested(31))),
    )
    .await;
    assert_eq!(answer.status, 201, "32 levels are allowed: {answer:?}");
}

#[tokio::test]
async fn a_member_that_is_said_twice_is_422() {
    let app = TestApp::start().await;
    for path in JSON_READERS {
        for member in [
            "\"username\":\"eve\"",
            "\"password\":\"x\"",
            "\"\\u0075sername\":\"eve\"",
            "\"ignored\":{\"a\":1,\"a\":2}",
            "\"x\":1,\"x\":1",
            "\"id\":\"y\"",
        ] {
            let answer = post(&app, path, whole_with(member)).await;
            assert_eq!(answer.status, 422, "{path} {member}: {answer:?}");
        }
    }
    post(
        &app,
        "/api/v1/auth/login",
        whole_with("\"username\":\"eve\""),
    )
    .await
    .assert_invalid(&["username"]);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test]
async fn a_form_field_that_is_said_twice_is_422() {
    let app = TestApp::start().await;
    app.register("ada").await;
    let good = form(&[("username", "ada"), ("password", PASSWORD)]);
    for twice in [
        "&username=ada",
        "&password=x",
        "&%75sername=eve",
        "&x=1&x=1",
    ] {
        for path in ["/api/v1/auth/login", "/login"] {
            let answer = app
                .post(path)
                .body(
                    "application/x-www-form-urlencoded",
                    format!("{good}{twice}"),
                )
                .send()
                .await;
            assert_eq!(answer.status, 422, "{path} {twice}: {answer:?}");
            answer.assert_no_cookie();
        }
    }
}

#[tokio::test]
async fn a_form_of_more_than_64_fields_is_refused() {
    let app = TestApp::start().await;
    let many = (0..70)
        .map(|number| format!("f{number}=1&"))
        .collect::<Vec<_>>()
        .concat();
    for path in ["/api/v1/auth/login", "/login", "/register"] {
        let answer = app
            .post(path)
            .body("application/x-www-form-urlencoded", many.clone())
            .send()
            .await;
        assert!(matches!(answer.status, 400 | 422), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let app = TestApp::start().await;
    let body = json!({ "username": "ada", "password": PASSWORD }).to_string();
    let answer = app
        .post("/api/v1/auth/login")
        .header("content-encoding", "gzip")
        .body("application/json", b"\x1f\x8b\x08\x00".to_vec())
        .send()
        .await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let answer = app
        .post("/api/v1/auth/login")
        .header("content-encoding", "br")
        .body("application/json", body)
        .send()
        .await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}

#[tokio::test]
async fn numbers_of_any_size_are_no_failure() {
    let app = TestApp::start().await;
    for number in [
        "1e308",
        "-0",
        "99999999999999999999999999",
        "0.0000000000000000000000000000001",
        "1e-999",
    ] {
        let answer = post(
            &app,
            "/api/v1/auth/register",
            whole_with(&format!("\"n\":{number}")),
        )
        .await;
        assert!(answer.status < 500, "{number}: {answer:?}");
    }
    let wide: Value = (0..5_000)
        .map(|number| (format!("m{number}"), json!(number)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert!(
        app.post("/api/v1/auth/login")
            .json(&wide)
            .send()
            .await
            .status
            < 500
    );
}
