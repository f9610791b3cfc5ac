//! Somebody's browser: it keeps the cookie that it was given last, refreshes, and reads its profile.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    chance,
    http::{self, Answer},
};

const COOKIE: &str = "__Host-refresh_token";
/// What a browser sends along with each request that a page of the site makes.
const OWN_PAGE: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
/// One refresh in so many is asked for twice at once, as by two tabs that know nothing of each other.
const TWICE: u64 = 8;
/// How long asking again may take to heal what a process that was killed has cost.
const HEALED: Duration = Duration::from_secs(15);

/// What happened to all browsers together.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Profiles that were read.
    pub(crate) profiles: AtomicU64,
    /// Refresh tokens that were exchanged, each counted once.
    pub(crate) refreshes: AtomicU64,
    /// Those among them that were presented twice at once.
    pub(crate) twice: AtomicU64,
    /// Requests whose connection was lost before the answer was whole.
    pub(crate) lost: AtomicU64,
    /// Answers that said that the service was not available.
    pub(crate) unavailable: AtomicU64,
}

/// A browser that is signed in.
pub(crate) struct Browser {
    site: SocketAddr,
    name: String,
    cookie: String,
    access_token: String,
    session: String,
    generation: i64,
    tally: Arc<Tally>,
}

impl Browser {
    /// Signs somebody up at `site`, which signs them in.
    pub(crate) async fn sign_up(site: SocketAddr, name: &str, tally: &Arc<Tally>) -> Self {
        let body = json!({
            "username": name, "email": format!("{name}@example.org"), "password": "seven quiet weavers sing",
        });
        let headers = [OWN_PAGE, ("Content-Type", "application/json")];
        let request = http::request("POST", "/api/v1/auth/register", &headers, &body.to_string());
        let answer = http::send(site, &request)
            .await
            .expect("nothing is killed yet");
        assert_eq!(answer.status, 201, "{answer:?}");
        let mut browser = Self {
            site,
            name: name.to_owned(),
            cookie: String::new(),
            access_token: String::new(),
            session: String::new(),
            generation: 0,
            tally: Arc::clone(tally),
        };
        browser.keep(&answer);
        claims_of(&browser.access_token)["sid"]
            .as_str()
            .unwrap()
            .clone_into(&mut browser.session);
        browser
    }

    /// Refreshes and reads the profile, again and again until `end`.
    pub(crate) async fn live(mut self, end: Instant) -> Self {
        while Instant::now() < end {
            self.refresh().await;
            self.read_profile().await;
            chance::pause(100..500).await;
        }
        self
    }

    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    pub(crate) const fn generation(&self) -> i64 {
        self.generation
    }

    /// Exchanges the refresh token for the next. However often and to however many processes it is presented, the session makes one step.
    pub(crate) async fn refresh(&mut self) {
        let request = self.with_cookie("/api/v1/auth/refresh");
        let answers = if chance::below(TWICE) == 0 {
            self.tally.twice.fetch_add(1, Ordering::Relaxed);
            let (one, other) = tokio::join!(self.ask(&request), self.ask(&request));
            vec![one, other]
        } else {
            vec![self.ask(&request).await]
        };
        self.tally.refreshes.fetch_add(1, Ordering::Relaxed);
        let next = self.generation + 1;
        for answer in &answers {
            assert_eq!(
                answer.status, 200,
                "{} was signed out: {answer:?}",
                self.name
            );
            self.keep(answer);
            assert_eq!(self.generation, next, "{}: {answer:?}", self.name);
        }
    }

    /// Reads the profile by the access token, which is far from its end.
    pub(crate) async fn read_profile(&self) {
        let answer = self.ask(&self.profile_request()).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", self.name);
        assert_eq!(answer.json()["username"], self.name.as_str());
        self.tally.profiles.fetch_add(1, Ordering::Relaxed);
    }

    /// Asks for the profile.
    pub(crate) fn profile_request(&self) -> String {
        let bearer = format!("Bearer {}", self.access_token);
        let headers = [OWN_PAGE, ("Authorization", bearer.as_str())];
        http::request("GET", "/api/v1/user/profile", &headers, "")
    }

    /// The id of the key that signed its access token.
    pub(crate) fn access_key(&self) -> String {
        let header = part_of(&self.access_token, 0);
        header["kid"].as_str().unwrap().to_owned()
    }

    /// Asks to be signed out.
    pub(crate) fn sign_out_request(&self) -> String {
        self.with_cookie("/api/v1/auth/logout")
    }

    fn with_cookie(&self, path: &str) -> String {
        let cookie = format!("{COOKIE}={}", self.cookie);
        http::request("POST", path, &[OWN_PAGE, ("Cookie", cookie.as_str())], "")
    }

    /// Asks until there is an answer. What is lost, or not available just now, is asked again as it was.
    async fn ask(&self, request: &str) -> Answer {
        let begin = Instant::now();
        loop {
            match http::send(self.site, request).await {
                Some(answer) if answer.status == 503 => {
                    answer.assert_unavailable();
                    self.tally.unavailable.fetch_add(1, Ordering::Relaxed);
                }
                Some(answer) => return answer,
                None => {
                    self.tally.lost.fetch_add(1, Ordering::Relaxed);
                }
            }
            assert!(
                begin.elapsed() < HEALED,
                "{}: asking again heals it",
                self.name
            );
            chance::pause(20..100).await;
        }
    }

    /// Keeps both tokens of an answer in the place of those from before.
    fn keep(&mut self, answer: &Answer) {
        let cookie = answer.header("set-cookie").unwrap_or_default();
        let value = cookie
            .strip_prefix(COOKIE)
            .and_then(|rest| rest.strip_prefix('='))
            .and_then(|rest| rest.split(';').next());
        value
            .unwrap_or_else(|| panic!("no cookie: {answer:?}"))
            .clone_into(&mut self.cookie);
        answer.json()["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.access_token);
        self.generation = claims_of(&self.access_token)["gen"].as_i64().unwrap();
    }
}

/// What a token says.
fn claims_of(token: &str) -> Value {
    part_of(token, 1)
}

/// A part of a token: its header, 0, or its claims, 1.
fn part_of(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
