//! `POST /api/v1/user/password`: gives the caller another password.

use auth::flow;
use axum::{body::Bytes, extract::State as FromState, http::HeaderMap, response::Response};

use super::{answer, refusals::OfPasswords};
use crate::{
    bearer::Caller, json::Members, middleware::client_address::Asker, openapi, problem::Problem,
    state::State,
};

/// Takes `current_password` and `new_password` as JSON.
#[utoipa::path(
    post,
    path = "/api/v1/user/password",
    operation_id = "changePassword",
    tag = openapi::ACCOUNT,
    summary = "Change the password",
    description = "Gives the caller another password. Every session of theirs ends; the client goes on in a new one, with the tokens of the answer. The owner is told by a letter, where mail is sent.",
    request_body(
        content = openapi::PasswordChange,
        description = "The password that is in use, and the one to take its place. Other members are ignored.",
        example = json!({ "current_password": "seven quiet weavers sing", "new_password": "eight loud hatters hum" }),
    ),
    security(("bearer" = [])),
    responses(
        (
            status = 200,
            description = "Changed; the first tokens of the new session",
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
pub(crate) async fn change_password(
    FromState(state): FromState<State>,
    Asker(device): Asker,
    Caller(who): Caller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut members = Members::read(&headers, &body)?;
    let current = members.secret("current_password");
    let new = members.secret("new_password");
    members.finish()?;
    let grant = flow::change_password(&state.engine, &who, &current, &new, &device)
        .await
        .map_err(Problem::at_bearer)?;
    answer::minted(&grant, state.cookie)
}
