//! `POST /api/v1/auth/login`: signs in with a password.

use app::problems::Kind;
use auth::{Device, SecretString, SignIn, flow};
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    form::{self, Fields},
    host_cookie::Purpose,
    json::{self, Members},
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::{Fault, Problem},
    state::State,
};

/// Takes `username`, which may be an email address, and `password`: as the OAuth 2.0 password form, or as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    operation_id = "login",
    tag = openapi::AUTHENTICATION,
    summary = "Sign in",
    description = "Signs in with a password and begins a session. A refresh cookie that comes along is replaced, and its session ends. Without `remember` being false the browser keeps the session when it is closed; with it the cookie has no Max-Age, and the session ends after some hours, used or not. An unknown user, a wrong password and a disabled account are one answer, which takes the same time.",
    request_body(
        description = "The username or the email address, and the password: as the password form of OAuth 2.0, or as JSON.",
        content(
            (openapi::PasswordForm = "application/x-www-form-urlencoded", example = json!({ "grant_type": "password", "username": "ada", "password": "seven quiet weavers sing" })),
            (openapi::Credentials = "application/json", example = json!({ "username": "ada", "password": "seven quiet weavers sing" }))
        )
    ),
    responses(
        (
            status = 200,
            description = "Signed in",
            body = openapi::Tokens,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "The refresh token, for the cookie alone: `__Host-refresh_token=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`; at the first sign-in in a browser also `__Host-device`, by which it is known again"),
            ),
            links(
                ("profile" = (operation_id = "profile", description = "With `access_token` as the bearer token")),
                ("refresh" = (operation_id = "refresh", description = "With the cookie that was set")),
                ("logout" = (operation_id = "logout", description = "With either token"))
            ),
            example = json!({
                "access_token": "header.claims.signature",
                "token_type": "Bearer",
                "expires_in": 600
            })
        ),
        Refusals
    )
)]
pub(crate) async fn login(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let sender = Sender {
        device,
        device_key: state.cookie.beside(Purpose::Device).read(&headers),
        replaces: state.cookie.read(&headers).token(),
    };
    let read = if json::is_media_type(&headers, form::MEDIA_TYPE) {
        from_form
    } else if json::is_media_type(&headers, json::MEDIA_TYPE) {
        from_json
    } else {
        return Err(Problem::unsupported_media_type(
            "application/x-www-form-urlencoded or application/json",
        ));
    };
    let request = read(&headers, &body, sender)?;
    let grant = flow::sign_in(&state.engine, request).await?;
    answer::minted(&grant, state.cookie)
}

/// What the request itself tells beside its body.
struct Sender {
    device: Device,
    device_key: Option<SecretString>,
    replaces: Option<SecretString>,
}

fn from_form(headers: &HeaderMap, body: &[u8], sender: Sender) -> Result<SignIn, Problem> {
    let mut fields = Fields::read(headers, body)?;
    let mut faults = Vec::new();
    if fields
        .take("grant_type")
        .is_some_and(|kind| kind != "password")
    {
        faults.push(Fault::new("grant_type", "This must be password."));
    }
    let remember = match fields.take("remember").as_deref() {
        None | Some("true" | "on") => true,
        Some("false" | "off") => false,
        Some(_) => {
            faults.push(Fault::new("remember", "This must be true or false."));
            true
        }
    };
    let mut wanted = |name: &str| {
        fields.take(name).unwrap_or_else(|| {
            faults.push(Fault::new(name, "This is missing."));
            String::new()
        })
    };
    let (identifier, password) = (wanted("username"), wanted("password").into());
    if faults.is_empty() {
        Ok(SignIn {
            identifier,
            password,
            device: sender.device,
            device_key: sender.device_key,
            replaces: sender.replaces,
            remember,
        })
    } else {
        Err(Problem::invalid(faults))
    }
}

fn from_json(headers: &HeaderMap, body: &[u8], sender: Sender) -> Result<SignIn, Problem> {
    let mut members = Members::read(headers, body)?;
    let request = SignIn {
        identifier: members.text("username"),
        password: members.secret("password"),
        device: sender.device,
        device_key: sender.device_key,
        replaces: sender.replaces,
        remember: members.flag("remember", true),
    };
    members.finish()?;
    Ok(request)
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::InvalidCredentials,
            Kind::InvalidRequest,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::TooManyTries,
            Kind::Busy,
            Kind::Unavailable,
        ])
    }
}
