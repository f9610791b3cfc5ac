//! The one hash that all seeded users share: a hash for each would take a night.

use std::error::Error;

use argon2::{Algorithm, Argon2, Params, Version};
use auth::{
    HashingSettings,
    random::{Randomness, SystemRandomness},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// What each of them signs in with.
const PASSWORD: &str = "the weaver sings at noon";

/// The hash of [`PASSWORD`] by the server's default settings, as a PHC string, so that signing in costs what it costs in service.
pub(crate) fn password_hash() -> Result<String, Box<dyn Error>> {
    let settings = HashingSettings::default();
    let (memory, passes) = (settings.memory_kib, settings.iterations);
    let mut salt = [0; 16];
    SystemRandomness::default().fill(&mut salt)?;
    let mut output = [0; 32];
    let params = Params::new(memory, passes, 1, None)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
        PASSWORD.as_bytes(),
        &salt,
        &mut output,
    )?;
    let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
    Ok(format!(
        "$argon2id$v=19$m={memory},t={passes},p=1${salt}${output}"
    ))
}
