//! The clients that the server functions are called with. They differ in the token that they send along.
//!
//! Leptos' own client can neither attach a token nor send a request twice; this one's requests and answers are plain data.

use std::{convert::Infallible, future::Future};

use bytes::Bytes;
use futures::{Stream, sink, stream};
use http::Method;
use leptos::server_fn::{
    client::Client,
    error::{FromServerFnError as _, ServerFnErrorErr},
    request::ClientReq,
    response::ClientRes,
};
use send_wrapper::SendWrapper;

use super::{fetch, session};
use crate::error::ApiError;

/// Sends no token: for signing in, and for creating an account.
pub struct OpenClient;

/// Sends the access token, renewed when it has little life left, and once more after a 401 or after the password was asked for again.
pub struct SessionClient;

/// Sends no token, and gives up early: for the refresh, whose answer must not come late.
pub struct RefreshClient;

/// Sends the access token if there is one, as it is: for signing out, and for what brings a new pair.
pub struct HeldTokenClient;

/// A request as plain data, so that it can be sent twice. Always a POST of JSON.
#[derive(Clone, Debug)]
pub struct PlainRequest {
    pub(super) path: String,
    pub(super) body: Bytes,
}

/// The body of an answer that went well.
#[derive(Clone, Debug)]
pub struct PlainResponse {
    pub(super) body: Bytes,
}

macro_rules! client {
    ($name:ident, $send:path) => {
        impl Client<ApiError> for $name {
            type Request = PlainRequest;
            type Response = PlainResponse;

            fn send(
                request: PlainRequest,
            ) -> impl Future<Output = Result<PlainResponse, ApiError>> + Send {
                SendWrapper::new($send(request))
            }

            async fn open_websocket(
                _path: &str,
            ) -> Result<
                (
                    impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                    impl futures::Sink<Bytes> + Send + 'static,
                ),
                ApiError,
            > {
                Err::<(stream::Empty<_>, sink::Drain<_>), _>(ApiError::Other)
            }

            fn spawn(future: impl Future<Output = ()> + Send + 'static) {
                leptos::task::spawn(future);
            }
        }
    };
}

client!(OpenClient, fetch::send_open);
client!(RefreshClient, fetch::send_soon);
client!(SessionClient, session::send_signed);
client!(HeldTokenClient, session::send_held);

/// Only a body of bytes is ever sent.
fn unsupported<T>() -> Result<T, ApiError> {
    Err(ApiError::from_server_fn_error(
        ServerFnErrorErr::UnsupportedRequestMethod(String::new()),
    ))
}

impl ClientReq<ApiError> for PlainRequest {
    type FormData = Infallible;

    fn try_new_req_bytes(
        path: &str,
        _content_type: &str,
        _accepts: &str,
        body: Bytes,
        _method: Method,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            path: path.to_owned(),
            body,
        })
    }

    fn try_new_req_query(
        _path: &str,
        _content_type: &str,
        _accepts: &str,
        _query: &str,
        _method: Method,
    ) -> Result<Self, ApiError> {
        unsupported()
    }

    fn try_new_req_text(
        _path: &str,
        _content_type: &str,
        _accepts: &str,
        _body: String,
        _method: Method,
    ) -> Result<Self, ApiError> {
        unsupported()
    }

    fn try_new_req_form_data(
        _path: &str,
        _accepts: &str,
        _content_type: &str,
        _body: Infallible,
        _method: Method,
    ) -> Result<Self, ApiError> {
        unsupported()
    }

    fn try_new_req_multipart(
        _path: &str,
        _accepts: &str,
        _body: Infallible,
        _method: Method,
    ) -> Result<Self, ApiError> {
        unsupported()
    }

    fn try_new_req_streaming(
        _path: &str,
        _accepts: &str,
        _content_type: &str,
        _body: impl Stream<Item = Bytes> + Send + 'static,
        _method: Method,
    ) -> Result<Self, ApiError> {
        unsupported()
    }
}

impl ClientRes<ApiError> for PlainResponse {
    async fn try_into_string(self) -> Result<String, ApiError> {
        String::from_utf8(self.body.to_vec()).map_err(|_| ApiError::Unavailable)
    }

    async fn try_into_bytes(self) -> Result<Bytes, ApiError> {
        Ok(self.body)
    }

    fn try_into_stream(
        self,
    ) -> Result<impl Stream<Item = Result<Bytes, Bytes>> + Send + Sync + 'static, ApiError> {
        Ok(stream::once(async { Ok(self.body) }))
    }

    fn status(&self) -> u16 {
        200
    }

    fn status_text(&self) -> String {
        String::new()
    }

    fn location(&self) -> String {
        String::new()
    }

    fn has_redirect(&self) -> bool {
        false
    }
}
