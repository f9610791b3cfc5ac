//! A few thousand requests of chance, from a seed that the test prints when it fails: nothing makes the server fail, and it lives on.

use serde_json::json;

use crate::support::{COOKIE, PASSWORD, SignedIn, TestApp};

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "PROPFIND", "get",
];
const PATHS: [&str; 53] = [
    "/",
    "/login",
    "/register",
    "/profile",
    "/forgot-password",
    "/reset-password",
    "/reset-password?token=",
    "/verify-email",
    "/verify-email?token=%ff&token=x",
    "/not-me",
    "/logout",
    "/notices/dismiss",
    "/nowhere",
    "//",
    "/pkg/",
    "/pkg/latchkey.css",
    "/pkg/x.js",
    "/favicon.ico",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/auth/forgot-password",
    "/api/v1/auth/reset-password",
    "/api/v1/auth/verify-email",
    "/api/v1/auth/not-me",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/auth/logout-all",
    "/api/v1/user/profile",
    "/.well-known/jwks.json",
    "/health/live",
    "/health/ready",
    "/fn/login",
    "/fn/register",
    "/fn/refresh",
    "/fn/logout",
    "/fn/logout_all",
    "/fn/profile",
    "/fn/dismiss_notice",
    "/fn/sessions",
    "/fn/events",
    "/api/v1/user/sessions",
    "/api/v1/user/sessions/%00",
    "/api/v1/user/events?before=%ff",
    "/settings",
    "/settings/email",
    "/fn/",
    "/api/",
    "/login?next=",
    "/login?next=%2F%2Fevil",
    "/?%",
    "/%",
    "/%ff",
    "/api/v1/auth/login?x=%00",
];
const NAMES: [&str; 16] = [
    "Authorization",
    "Cookie",
    "Content-Type",
    "Origin",
    "Sec-Fetch-Site",
    "Accept",
    "Accept-Encoding",
    "Range",
    "If-None-Match",
    "If-Modified-Since",
    "User-Agent",
    "X-Forwarded-For",
    "Referer",
    "Expect",
    "Upgrade",
    "X-HTTP-Method-Override",
];
const KINDS: [&str; 5] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=x",
    "\u{ff}",
];

/// A small source of chance that is the same each time (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % limit
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most))
            .map(|_| u8::try_from(self.below(256)).unwrap())
            .filter(|byte| !matches!(byte, b'\r' | b'\n' | 0))
            .collect()
    }

    /// A well-made body with a few bytes of it changed, cut or doubled.
    fn spoilt(&mut self, mut body: Vec<u8>) -> Vec<u8> {
        for _ in 0..self.below(4) {
            let at = self.below(body.len().max(1));
            match self.below(4) {
                0 => body.truncate(at),
                1 => body.insert(at.min(body.len()), u8::try_from(self.below(256)).unwrap()),
                2 if !body.is_empty() => body[at] = u8::try_from(self.below(256)).unwrap(),
                _ => body.extend_from_within(at.min(body.len())..),
            }
        }
        body
    }
}

fn request(chance: &mut Chance, who: &SignedIn) -> Vec<u8> {
    let json = json!({ "username": "ada", "email": "ada@example.org", "password": PASSWORD, "id": who.id }).to_string();
    let form = format!(
        "username=ada&email=ada%40example.org&password={}&next=%2Fprofile&id=x",
        PASSWORD.replace(' ', "+")
    );
    let body = match chance.below(6) {
        0 => Vec::new(),
        1 => chance.bytes(300),
        2 | 3 => chance.spoilt(json.into_bytes()),
        _ => chance.spoilt(form.into_bytes()),
    };
    let mut path = chance.one_of(&PATHS).as_bytes().to_vec();
    if chance.once_in(8) {
        path.extend(chance.bytes(40).into_iter().filter(|byte| *byte > b' '));
    }
    let mut request = [
        chance.one_of(&METHODS).as_bytes(),
        b" ",
        &path,
        b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
    ]
    .concat();
    let mut header = |name: &str, value: &[u8]| {
        request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    };
    if !chance.once_in(4) {
        header("Content-Type", chance.one_of(&KINDS).as_bytes());
    }
    if chance.once_in(3) {
        let token = chance.spoilt(who.access.clone().into_bytes());
        header(
            "Authorization",
            &[b"Bearer ", token.as_slice()]
                .concat()
                .into_iter()
                .filter(|byte| *byte > 31)
                .collect::<Vec<_>>(),
        );
    }
    if chance.once_in(3) {
        let token = chance.spoilt(who.refresh.clone().into_bytes());
        header(
            "Cookie",
            &[COOKIE.as_bytes(), b"=", &token]
                .concat()
                .into_iter()
                .filter(|byte| *byte > 31)
                .collect::<Vec<_>>(),
        );
    }
    for _ in 0..chance.below(4) {
        let value = chance.bytes(60);
        header(chance.one_of(&NAMES), &value);
    }
    if chance.once_in(6) {
        // Most bodies are no chunks; that is an error like any other.
        header("Transfer-Encoding", b"chunked");
        request.extend([b"\r\n", body.as_slice(), b"0\r\n\r\n"].concat());
    } else {
        header("Content-Length", body.len().to_string().as_bytes());
        request.extend([b"\r\n", body.as_slice()].concat());
    }
    request
}

/// Sends `count` requests; each must be answered by something under 500, or by hanging up.
async fn make_noise(seed: u64, count: usize) {
    // What is promised and never comes is not waited for long.
    let app = TestApp::with(&[
        ("LATCHKEY_REQUEST_SECONDS", "1"),
        ("LATCHKEY_HEADER_READ_SECONDS", "1"),
    ])
    .await;
    let ada = app.register("ada").await;
    let mut chance = Chance(seed);
    for number in 0..count {
        let request = request(&mut chance, &ada);
        let answer = app.raw(request.clone()).await;
        assert!(
            answer.status < 500,
            "number {number} of seed {seed}: {}\n\n{answer:?}",
            String::from_utf8_lossy(&request)
        );
        answer.assert_says_nothing_of_the_inside();
    }
    assert_eq!(app.get("/health/ready").send().await.status, 200);
    app.register("still-here").await;
}

#[tokio::test]
async fn noise_makes_no_failure() {
    make_noise(0x9E37_79B9_7F4A_7C15, 1_500).await;
}

#[tokio::test]
async fn other_noise_makes_none_either() {
    make_noise(0xD1B5_4A32_D192_ED03, 1_500).await;
}
