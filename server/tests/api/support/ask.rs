//! Asking: one request, said in full. No cookie is kept and no redirect followed that a test does not see.

use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;

use super::{Answer, COOKIE};

/// The client of one test.
pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build()
        .unwrap()
}

/// A request that is being put together.
pub(crate) struct Ask(RequestBuilder);

impl Ask {
    pub(crate) fn new(client: &Client, method: &str, url: &str) -> Self {
        Self(client.request(Method::from_bytes(method.as_bytes()).unwrap(), url))
    }

    pub(crate) fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value.as_ref()))
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn refresh_cookie(self, token: &str) -> Self {
        self.header("cookie", format!("{COOKIE}={token}"))
    }

    /// As a browser sends what a page of ours asks for.
    pub(crate) fn same_origin(self) -> Self {
        self.header("sec-fetch-site", "same-origin")
    }

    pub(crate) fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header("content-type", media_type).body(body.into()))
    }

    pub(crate) fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body("application/x-www-form-urlencoded", form(fields))
    }

    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// Sends it where the connection may break off.
    pub(crate) async fn try_send(self) -> reqwest::Result<Answer> {
        Answer::of(self.0.send().await?).await
    }
}

/// Fields as a browser's form writes them.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", percent(name), percent(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn percent(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(byte).collect()
}
