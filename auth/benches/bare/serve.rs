//! A server that does the least that each call must cost, and checks nothing else.
//!
//! Signing in is no measurement: the engine does it, to set up what the others need.

use std::{
    error::Error,
    io::{self, Write},
    sync::Arc,
};

use auth::{
    Device, Engine, EngineSettings, ExposeSecret, SignIn,
    clock::{Clock, SystemClock},
    flow,
};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, ParsedPublicKey},
};
use axum::{
    Json, Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, COOKIE, SET_COOKIE},
    },
    response::IntoResponse,
    routing::{get, post},
    serve::ListenerExt,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{
    person::{self, PASSWORD, USERNAME},
    rotation::Database,
};

const COOKIE_NAME: &str = "__Host-refresh_token";

struct Bare {
    engine: Engine,
    verifying: ParsedPublicKey,
    signing: Ed25519KeyPair,
    /// A token of either kind, as long as ours are.
    access_token: String,
    refresh_token: String,
    profile: String,
    database: Database,
}

/// Serves on a free port of loopback, which it prints, until it is killed.
pub(crate) async fn serve() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("LATCHKEY_DATABASE_URL")?;
    let secret = std::env::var("LATCHKEY_MASTER_SECRET")?;
    let engine = person::engine(&url, &secret, EngineSettings::new("http://localhost")).await?;
    let grant = person::sign_up(&engine).await?;
    let keys = engine.key_set();
    let public = URL_SAFE_NO_PAD.decode(&keys.keys.first().ok_or("no key")?.x)?;
    let seed = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())?;
    let bare = Arc::new(Bare {
        verifying: ParsedPublicKey::new(&ED25519, public)?,
        signing: Ed25519KeyPair::from_pkcs8(seed.as_ref())?,
        access_token: grant.access_token.expose_secret().to_owned(),
        refresh_token: grant.refresh_token.expose_secret().to_owned(),
        profile: serde_json::to_string(&grant.profile)?,
        database: Database::connect(&url).await?,
        engine,
    });
    let routes = Router::new()
        .route("/api/v1/auth/login", post(login))
        .route("/api/v1/auth/refresh", post(refresh))
        .route("/api/v1/user/profile", get(profile))
        .with_state(bare);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "ready at http://{}", listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, routes).await?)
}

/// Begins a session of the one person there is.
async fn login(State(bare): State<Arc<Bare>>) -> Result<impl IntoResponse, StatusCode> {
    let person = SignIn {
        identifier: USERNAME.to_owned(),
        password: PASSWORD.into(),
        device: Device::default(),
        device_key: None,
        replaces: None,
        remember: true,
    };
    let grant = flow::sign_in(&bare.engine, person)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (session, user) = (&grant.session.id, &grant.profile.id);
    Ok((
        [(SET_COOKIE, cookie(session, user, 0))],
        Json(json!({ "access_token": grant.access_token.expose_secret() })),
    ))
}

/// One signature is verified.
async fn profile(State(bare): State<Arc<Bare>>, headers: HeaderMap) -> Result<String, StatusCode> {
    bearer_is_signed(&bare, &headers)
        .then(|| bare.profile.clone())
        .ok_or(StatusCode::UNAUTHORIZED)
}

fn bearer_is_signed(bare: &Bare, headers: &HeaderMap) -> bool {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| {
            value
                .to_str()
                .ok()?
                .strip_prefix("Bearer ")?
                .rsplit_once('.')
        })
        .and_then(|(message, signature)| Some((message, URL_SAFE_NO_PAD.decode(signature).ok()?)))
        .is_some_and(|(message, signature)| {
            bare.verifying
                .verify_sig(message.as_bytes(), &signature)
                .is_ok()
        })
}

/// One compare-and-swap, then two signatures.
async fn refresh(
    State(bare): State<Arc<Bare>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, StatusCode> {
    let (session, user, generation) = read_cookie(&headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let next = bare
        .database
        .rotate(session, user, generation, SystemClock.now())
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let refresh_token = sign(&bare, &bare.refresh_token);
    let set_cookie = cookie(&session, &user, next) + "." + &refresh_token;
    Ok((
        [(SET_COOKIE, set_cookie)],
        Json(json!({ "access_token": sign(&bare, &bare.access_token) })),
    ))
}

/// The text with its signature in the place of the one that it has.
fn sign(bare: &Bare, token: &str) -> String {
    let message = token.rsplit_once('.').map_or(token, |(message, _)| message);
    let signature = URL_SAFE_NO_PAD.encode(bare.signing.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn cookie(session: &impl ToString, user: &impl ToString, generation: i64) -> String {
    format!(
        "{COOKIE_NAME}={}.{}.{generation}",
        session.to_string(),
        user.to_string()
    )
}

fn read_cookie(headers: &HeaderMap) -> Option<(Uuid, Uuid, i64)> {
    let (_, value) = headers.get(COOKIE)?.to_str().ok()?.split_once('=')?;
    let mut parts = value.split('.');
    let mut next = || parts.next();
    Some((
        next()?.parse().ok()?,
        next()?.parse().ok()?,
        next()?.parse().ok()?,
    ))
}
