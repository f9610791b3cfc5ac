//! `POST /api/v1/auth/reauthenticate`: proves once more who the caller is.

use auth::flow;
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};

use super::{answer, refusals::OfPasswords};
use crate::{
    bearer::Caller, json::Members, middleware::client_address::Asker, openapi, problem::Problem,
    state::State,
};

/// Takes `password` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/auth/reauthenticate",
    operation_id = "reauthenticate",
    tag = openapi::AUTHENTICATION,
    summary = "Give the password again",
    description = "Some operations need a proof of who one is that is at most 10 minutes old, and else answer `insufficient_user_authentication` (RFC 9470). This gives it: the session goes on, with the tokens of its present generation minted again and `auth_time` of now. Send no refresh meanwhile. Wrong passwords slow the next, as at a sign-in.",
    request_body(
        content = openapi::PasswordProof,
        description = "The caller's password. Other members are ignored.",
        example = json!({ "password": "seven quiet weavers sing" }),
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "Proven",
            body = openapi::Tokens,
            headers(
                ("Cache-Control" = String, description = "`no-store`"),
                ("Set-Cookie" = String, description = "The refresh token, for the cookie alone: `__Host-refresh_token=…; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=…`"),
            ),
            example = json!({
                "access_token": "header.claims.signature",
                "token_type": "Bearer",
                "expires_in": 600
            })
        ),
        OfPasswords
    )
)]
pub(crate) async fn reauthenticate(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let password = members.secret("password");
    members.finish()?;
    let grant = flow::reauthenticate(&state.engine, &who, &password, &device)
        .await
        .map_err(Problem::at_bearer)?;
    answer::minted(&grant, state.cookie)
}
