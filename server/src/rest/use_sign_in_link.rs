//! `POST /api/v1/auth/sign-in-link/use`: signs in by what stands in the letter.

use app::problems::Kind;
use auth::{SignInWay, flow};
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

/// Takes `token`, or `email` and `code`, as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/sign-in-link/use",
    operation_id = "useSignInLink",
    tag = openapi::AUTHENTICATION,
    summary = "Sign in by a letter",
    description = "Signs in with the token of the letter's link, or with the address and the letter's code. Each works once, for ten minutes, and until another letter is asked for; a code for five tries. Where nothing has proven the address before, this does: sessions from before end, and the password that was chosen is taken away.",
    request_body(
        content = openapi::SignInLetter,
        description = "`token`, or `email` and `code`. Other members are ignored.",
        example = json!({ "email": "ada@example.org", "code": "12345678" }),
    ),
    responses(
        (
            status = 200,
            description = "Signed in",
            body = openapi::Tokens,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "The refresh token, for the cookie alone: `__Host-refresh_token=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`; in a browser that is not known also `__Host-device`, by which it is known again"),
            ),
            links(
                ("profile" = (operation_id = "profile", description = "With `access_token` as the bearer token"))
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
pub(crate) async fn use_sign_in_link(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let way = SignInWay {
        device,
        device_key: state.cookie.beside(Purpose::Device).read(&headers),
        replaces: state.cookie.read(&headers).token(),
        remember: members.flag("remember", true),
    };
    let grant = if let Some(token) = members.optional_secret("token") {
        members.finish()?;
        flow::sign_in_by_link(&state.engine, &token, way).await?
    } else {
        let (email, code) = (members.text("email"), members.text("code"));
        members.finish()?;
        flow::sign_in_by_code(&state.engine, &email, &code, way).await?
    };
    answer::minted(&grant, state.cookie)
}

/// What it answers instead.
enum Refusals {}

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refused_with(&[
            Kind::InvalidRequest,
            Kind::InvalidLink,
            Kind::WrongCode,
            Kind::NoMail,
            Kind::UnsupportedMediaType,
            Kind::CrossSiteRequest,
            Kind::NotFound,
            Kind::TooManyRequests,
            Kind::TooManyTries,
            Kind::Unavailable,
        ])
    }
}
