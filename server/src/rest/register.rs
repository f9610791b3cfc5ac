//! `POST /api/v1/auth/register`: makes an account and signs in to it.

use app::problems::Kind;
use auth::{SignUp, SignedUp, flow};
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};
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

/// Takes `username`, `email` and `password` as JSON. Anything else in the body is ignored.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register",
    operation_id = "register",
    tag = openapi::AUTHENTICATION,
    summary = "Make an account",
    description = "Makes an account and signs in to it; or, where the settings ask for it, sends a letter by which that is done, and answers the same whether there is an account of the address or not. Everything that is wrong is told at once, each field by name. A refresh cookie that comes along is replaced, and its session ends.",
    request_body(
        content = openapi::Registration,
        description = "The name, the address and the password. Other members are ignored.",
        example = json!({ "username": "ada", "email": "ada@example.org", "password": "seven quiet weavers sing" }),
    ),
    responses(
        (
            status = 201,
            description = "The account is made, and signed in to",
            body = openapi::Registered,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "The refresh token, for the cookie alone: `__Host-refresh_token=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`; in a browser that is not known also `__Host-device`, by which it is known again"),
            ),
            links(
                ("login" = (
                    operation_id = "login",
                    request_body = json!({ "username": "$request.body#/username", "password": "$request.body#/password" }),
                    description = "The same name and password sign in"
                )),
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
                    "email_verified": false,
                    "has_password": true,
                    "roles": [],
                    "groups": [],
                    "created_at": "2027-01-15T08:00:00Z",
                    "deletes_at": null
                }
            })
        ),
        (
            status = 202,
            description = "Where the address must be proven first: a letter is on its way, whether there is an account of the address or not",
            body = openapi::Accepted,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "What lets this browser confirm without typing the password again: `__Host-pending=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`"),
            ),
            links(
                ("confirm" = (operation_id = "confirmSignUp", description = "With the token or the code from the letter"))
            ),
            example = json!({ "status": "confirmation_sent" })
        ),
        Refusals
    )
)]
pub(crate) async fn register(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let request = SignUp {
        username: members.text("username"),
        email: members.text("email"),
        password: members.secret("password"),
        device,
        device_key: state.cookie.beside(Purpose::Device).read(&headers),
        replaces: state.cookie.read(&headers).token(),
        remember: members.flag("remember", true),
    };
    members.finish()?;
    match flow::sign_up(&state.engine, request).await? {
        SignedUp::In(grant) => answer::registered(&grant, state.cookie),
        SignedUp::Asked { browser_key } => {
            let cookie = state.cookie.beside(Purpose::PendingSignUp);
            cookie.give(&browser_key, answer::accepted("confirmation_sent"))
        }
    }
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::InvalidRequest,
            Kind::UnsupportedMediaType,
            Kind::NoMail,
            Kind::CrossSiteRequest,
            Kind::TooManyRequests,
            Kind::Busy,
            Kind::Unavailable,
        ])
    }
}
