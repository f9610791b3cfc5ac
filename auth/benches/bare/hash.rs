//! Hashing passwords on every core and doing nothing else.

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use auth::HashingSettings;

/// How many passwords all cores together hash a second, by the default settings.
pub(crate) fn per_second(duration: Duration) -> Result<f64, Box<dyn Error>> {
    let settings = HashingSettings::default();
    let params = Params::new(settings.memory_kib, settings.iterations, 1, None)?;
    thread::scope(|scope| {
        let cores: Vec<_> = (0..settings.width)
            .map(|_| scope.spawn(|| per_second_on_one_core(&params, duration)))
            .collect();
        let rates = cores.into_iter().map(|core| {
            core.join()
                .map_err(|_| "a hashing thread died")?
                .map_err(Into::into)
        });
        rates.sum()
    })
}

fn per_second_on_one_core(params: &Params, duration: Duration) -> Result<f64, argon2::Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut memory = vec![Block::default(); params.block_count()];
    let mut output = [0; 32];
    let mut hashed = 0_u32;
    let started = Instant::now();
    while started.elapsed() < duration {
        argon2.hash_password_into_with_memory(
            b"the weaver sings at noon",
            b"sixteen bytes of",
            &mut output,
            &mut memory,
        )?;
        hashed += 1;
    }
    Ok(f64::from(hashed) / started.elapsed().as_secs_f64())
}
