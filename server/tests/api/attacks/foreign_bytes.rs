//! Bytes that are not UTF-8, anywhere: 4xx or ignored, never a failure.

use crate::support::{COOKIE, PASSWORD, SignedIn, TestApp};

const BYTES: [&[u8]; 5] = [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\x80abc",
];

fn request(line: &[u8], headers: &[u8], body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}\r\n", body.len());
    [
        line,
        b" HTTP/1.1\r\nHost: localhost\r\n",
        length.as_bytes(),
        headers,
        b"\r\n",
        body,
    ]
    .concat()
}

#[tokio::test]
async fn in_a_body() {
    let app = TestApp::start().await;
    for bytes in BYTES {
        for path in [
            "/api/v1/auth/register",
            "/api/v1/auth/login",
            "/fn/login",
            "/fn/register",
            "/fn/refresh",
        ] {
            let body = [b"{\"username\":\"", bytes, b"\"}"].concat();
            let answer = app.post(path).body("application/json", body).send().await;
            assert_eq!(answer.status, 400, "{path}: {answer:?}");
        }
        let percent = bytes
            .iter()
            .map(|byte| format!("%{byte:02X}"))
            .collect::<Vec<_>>()
            .concat();
        for path in ["/api/v1/auth/login", "/login", "/register"] {
            for value in [bytes.to_vec(), percent.clone().into_bytes()] {
                let body = [b"username=".as_slice(), &value, b"&password=x"].concat();
                let answer = app
                    .post(path)
                    .body("application/x-www-form-urlencoded", body)
                    .send()
                    .await;
                assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn in_a_path_or_a_query() {
    let app = TestApp::start().await;
    for path in [
        "/",
        "/api/v1/",
        "/fn/",
        "/pkg/",
        "/api/v1/user/profile?x=",
        "/login?next=",
        "/?",
    ] {
        for bytes in BYTES {
            let raw = app
                .raw(request(
                    &[b"GET ", path.as_bytes(), bytes].concat(),
                    b"",
                    b"",
                ))
                .await;
            assert!(raw.status < 500, "{path}: {raw:?}");
            let percent = bytes
                .iter()
                .map(|byte| format!("%{byte:02x}"))
                .collect::<Vec<_>>()
                .concat();
            let answer = app.get(&format!("{path}{percent}")).send().await;
            assert!(answer.status < 500, "{path}{percent}: {answer:?}");
            answer.assert_says_nothing_of_the_inside();
        }
        for escape in ["%", "%2", "%zz", "%00", "%0d%0a", "%u0041"] {
            let answer = app
                .raw(request(format!("GET {path}{escape}").as_bytes(), b"", b""))
                .await;
            assert!(answer.status < 500, "{path}{escape}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn in_a_header_that_matters_or_one_that_does_not() {
    let app = TestApp::start().await;
    let SignedIn {
        access, refresh, ..
    } = app.register("ada").await;
    let own = format!("Authorization: Bearer {access}\r\nCookie: {COOKIE}={refresh}\r\n");
    let names = [
        "User-Agent",
        "X-Anything",
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Referer",
        "X-Forwarded-For",
        "If-None-Match",
        "Range",
    ];
    for bytes in BYTES {
        for name in names {
            let headers = [own.as_bytes(), name.as_bytes(), b": ", bytes, b"\r\n"].concat();
            for target in ["GET /api/v1/user/profile", "GET /", "GET /profile"] {
                let answer = app.raw(request(target.as_bytes(), &headers, b"")).await;
                assert_eq!(answer.status, 200, "{name} at {target}: {answer:?}");
            }
        }
        for name in [
            "Content-Type",
            "Origin",
            "Sec-Fetch-Site",
            "Authorization",
            "Host",
        ] {
            let headers = [name.as_bytes(), b": ", bytes, b"\r\n"].concat();
            for target in [
                "POST /api/v1/auth/login",
                "POST /login",
                "POST /fn/login",
                "POST /api/v1/auth/logout-all",
            ] {
                let answer = app.raw(request(target.as_bytes(), &headers, b"{}")).await;
                assert!(
                    (400..500).contains(&answer.status),
                    "{name} at {target}: {answer:?}"
                );
            }
        }
        let cookie = [
            b"Cookie: ",
            COOKIE.as_bytes(),
            b"=",
            refresh.as_bytes(),
            bytes,
            b"\r\n",
        ]
        .concat();
        assert_eq!(
            app.raw(request(b"POST /api/v1/auth/refresh", &cookie, b""))
                .await
                .status,
            401
        );
        assert_eq!(
            app.raw(request(b"GET /profile", &cookie, b"")).await.status,
            303
        );
        let answer = app.raw(request(b"GET /", &cookie, b"")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn a_device_whose_name_is_no_text_may_sign_in_all_the_same() {
    let app = TestApp::start().await;
    app.register("ada").await;
    for name in [
        b"\xff\xfe".as_slice(),
        b"",
        &[b'x'; 8_000],
        "Büro".as_bytes(),
        b"a\tb",
    ] {
        let fields = [("username", "ada"), ("password", PASSWORD)];
        let answer = app
            .post("/api/v1/auth/login")
            .header("user-agent", name)
            .form(&fields)
            .send()
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let longest = app
        .database
        .number("SELECT CAST(MAX(LENGTH(user_agent)) AS BIGINT) FROM sessions")
        .await;
    assert!(
        longest <= 1_024,
        "{longest} characters of a stranger's text are kept"
    );
}

#[tokio::test]
async fn a_nul_in_any_field_is_no_failure() {
    let app = TestApp::start().await;
    for body in [
        "{\"username\":\"a\\u0000b\",\"email\":\"ada@example.org\",\"password\":\"seven quiet weavers\"}",
        "{\"username\":\"ada\",\"email\":\"a\\u0000@example.org\",\"password\":\"seven quiet weavers\"}",
        "{\"username\":\"ada\",\"email\":\"ada@example.org\",\"password\":\"seven\\u0000quiet weavers\"}",
    ] {
        app.post("/api/v1/auth/register")
            .body("application/json", body)
            .send()
            .await
            .assert_any_problem(422);
        let answer = app
            .post("/api/v1/auth/login")
            .body("application/json", body)
            .send()
            .await;
        assert_eq!(answer.status, 401, "{answer:?}");
    }
}
