//! `POST /api/v1/auth/confirm-sign-up`: makes the account that was asked for.

use app::problems::Kind;
use auth::{
    SignInWay,
    flow::{self, ConfirmSignUp, FromLetter},
};
use axum::{
    body::Bytes,
    extract::State as FromState,
    http::{HeaderMap, header::SET_COOKIE},
    response::Response,
};
use utoipa::IntoResponses;

use super::answer;
use crate::{
    host_cookie::Purpose,
    json::Members,
    middleware::client_address::Asker,
    openapi::{self, Responses, refused_with},
    problem::Problem,
    state::State,
};

/// Takes `token` or `code`, and what else is asked for, as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/confirm-sign-up",
    operation_id = "confirmSignUp",
    tag = openapi::AUTHENTICATION,
    summary = "Make the account that was asked for",
    description = "Proves the address by the token of the letter's link or by its code, makes the account and signs in to it. The client that asked is known by its cookie `__Host-pending`; any other is asked for the password too, and takes the token alone. Where somebody has the name by now, another is asked for.",
    request_body(
        content = openapi::SignUpLetter,
        description = "`token` or `code`; `password` from another client than the one that asked; `username` for another name. Other members are ignored.",
        example = json!({ "token": "kRzZ2bq0eWl1m5oYcXv7tD8uJ3hN4gP6aSfQ9wE-xyA", "password": "seven quiet weavers sing" }),
    ),
    responses(
        (
            status = 201,
            description = "The account is made, and signed in to",
            body = openapi::Registered,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "The refresh token, for the cookie alone: `__Host-refresh_token=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`; in a browser that is not known also `__Host-device`, by which it is known again. `__Host-pending` is taken away"),
            ),
            links(
                ("profile" = (operation_id = "profile", description = "With `access_token` as the bearer token"))
            ),
            example = json!({
                "access_token": "header.claims.signature",
                "token_type": "Bearer",
                "expires_in": 600,
                "user": {
                    "id": "019b76da-a800-7000-8000-0242ac129b1e",
                    "username": "ada",
                    "email": "ada@example.org",
                    "email_verified": true,
                    "has_password": true,
                    "roles": [],
                    "groups": [],
                    "created_at": "2027-01-15T08:00:00Z",
                    "deletes_at": null
                }
            })
        ),
        Refusals
    )
)]
pub(crate) async fn confirm_sign_up(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let letter = match members.optional_secret("token") {
        Some(token) => FromLetter::Link(token),
        None => FromLetter::Code(members.text("code")),
    };
    let pending = state.cookie.beside(Purpose::PendingSignUp);
    let confirm = ConfirmSignUp {
        letter,
        browser_key: pending.read(&headers),
        password: members.optional_secret("password"),
        username: members.optional_text("username"),
        way: SignInWay {
            device,
            device_key: state.cookie.beside(Purpose::Device).read(&headers),
            replaces: state.cookie.read(&headers).token(),
            remember: members.flag("remember", true),
        },
    };
    members.finish()?;
    let grant = flow::confirm_sign_up(&state.engine, confirm).await?;
    let mut response = answer::registered(&grant, state.cookie)?;
    let clear = pending.clear().ok_or_else(Problem::internal)?;
    response.headers_mut().append(SET_COOKIE, clear);
    Ok(response)
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::InvalidRequest,
            Kind::InvalidLink,
            Kind::WrongCode,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::TooManyTries,
            Kind::Busy,
            Kind::Unavailable,
        ])
    }
}
