//! `POST /api/v1/auth/login`: signs in with a password.

use auth::{Device, SecretString, SignIn, flow};
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};

use super::answer;
use crate::{
    form::{self, Fields},
    json::{self, Members},
    middleware::client_address::Asker,
    problem::{Fault, Problem},
    state::State,
};

/// Takes `username`, which may be an email address, and `password`: as the OAuth 2.0 password form, or as JSON.
pub(crate) async fn login(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let read = if json::is_media_type(&headers, form::MEDIA_TYPE) {
        from_form
    } else if json::is_media_type(&headers, json::MEDIA_TYPE) {
        from_json
    } else {
        return Err(Problem::unsupported_media_type(
            "application/x-www-form-urlencoded or application/json",
        ));
    };
    let request = read(&headers, &body, device, state.cookie.read(&headers).token())?;
    let grant = flow::sign_in(&state.engine, request).await?;
    answer::minted(&grant, state.cookie)
}

fn from_form(
    headers: &HeaderMap,
    body: &[u8],
    device: Device,
    replaces: Option<SecretString>,
) -> Result<SignIn, Problem> {
    let mut fields = Fields::read(headers, body)?;
    let mut faults = Vec::new();
    if fields
        .take("grant_type")
        .is_some_and(|kind| kind != "password")
    {
        faults.push(Fault::new("grant_type", "This must be password."));
    }
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
            device,
            replaces,
        })
    } else {
        Err(Problem::invalid(faults))
    }
}

fn from_json(
    headers: &HeaderMap,
    body: &[u8],
    device: Device,
    replaces: Option<SecretString>,
) -> Result<SignIn, Problem> {
    let mut members = Members::read(headers, body)?;
    let request = SignIn {
        identifier: members.text("username"),
        password: members.secret("password"),
        device,
        replaces,
    };
    members.finish()?;
    Ok(request)
}
