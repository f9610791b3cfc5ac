//! A bearer token told true, beside the one signature check that nobody can do without.
//!
//! Ours is the whole of what stands before a protected call: signature, header, claims and times, and whether it was revoked.

use std::{
    error::Error,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use auth::{EngineSettings, ExposeSecret, MasterSecret, flow, random::SystemRandomness};
use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use criterion::Criterion;

#[path = "bare/person.rs"]
mod person;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let database = format!("sqlite:{}", folder.path().join("verify.db").display());
    let secret = MasterSecret::generate(&SystemRandomness::default())?;
    // A thread of its own keeps the revocation set up to date, as in the program.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let settings = EngineSettings::new("http://localhost");
    let engine = runtime.block_on(person::engine(&database, secret.expose_secret(), settings))?;
    let token = runtime.block_on(person::sign_up(&engine))?.access_token;

    let (message, signature) = token
        .expose_secret()
        .rsplit_once('.')
        .ok_or("no signature")?;
    let signature = URL_SAFE_NO_PAD.decode(signature)?;
    let keys = engine.key_set();
    let public = URL_SAFE_NO_PAD.decode(&keys.keys.first().ok_or("no key")?.x)?;
    let key = ParsedPublicKey::new(&ED25519, public)?;

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("verify");
    group.bench_function("bare", |bencher| {
        bencher.iter(|| key.verify_sig(message.as_bytes(), &signature).is_ok());
    });
    group.bench_function("latchkey", |bencher| {
        bencher.iter(|| {
            // Nothing is waited for as long as the database need not be asked.
            let answer = pin!(flow::authenticate(&engine, &token))
                .poll(&mut Context::from_waker(Waker::noop()));
            matches!(answer, Poll::Ready(Ok(_)))
        });
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
