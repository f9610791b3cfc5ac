//! The engine's file of common passwords, made of a list that is not in the checkout: auth/src/password/common/README.md tells of both.

use crate::house::House;
use anyhow::{Context as _, Result, anyhow, ensure};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};
use xorf::{BinaryFuse16, DmaSerializable as _};

/// The SHA-256 of the list.
const LIST: &str = "eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be";
/// How many of its lines count: what stands behind them, one person alone had.
const LINES: usize = 755_986;
/// What is shorter is never taken as a password.
const SHORTEST: usize = 8;
/// Where the file goes.
const FILE: &str = "auth/src/password/common/common.bin";

/// Makes the file of `list`.
pub(crate) fn run(list: &Path) -> Result<()> {
    let text =
        fs::read_to_string(list).with_context(|| format!("can't read {}", list.display()))?;
    let found = hexadecimal(text.as_bytes());
    ensure!(
        found == LIST,
        "{} is another list: its SHA-256 is {found}",
        list.display()
    );
    let keys = keys(text.lines().take(LINES));
    let file = file(&keys)?;
    fs::write(House::find()?.root().join(FILE), &file)
        .with_context(|| format!("can't write {FILE}"))?;
    println!(
        "{FILE}: {} passwords in {} bytes, SHA-256 {}",
        keys.len(),
        file.len(),
        hexadecimal(&file)
    );
    Ok(())
}

/// The numbers that stand for passwords: each the first eight bytes of the SHA-256 of its lower case, as auth/src/password/common.rs asks for it.
fn keys<'list>(passwords: impl Iterator<Item = &'list str>) -> BTreeSet<u64> {
    passwords
        .filter(|password| password.len() >= SHORTEST)
        .map(|password| {
            let hash: [u8; 32] = Sha256::digest(password.to_ascii_lowercase()).into();
            hash.first_chunk()
                .copied()
                .map(u64::from_be_bytes)
                .unwrap_or_default()
        })
        .collect()
}

/// What the filter is told by, then its fingerprints, lowest byte first.
fn file(keys: &BTreeSet<u64>) -> Result<Vec<u8>> {
    let keys: Vec<u64> = keys.iter().copied().collect();
    let filter = BinaryFuse16::try_from(keys).map_err(|reason| anyhow!(reason))?;
    let mut file = vec![0; BinaryFuse16::DESCRIPTOR_LEN];
    filter.dma_copy_descriptor_to(&mut file);
    file.extend(
        filter
            .fingerprints
            .iter()
            .flat_map(|fingerprint| fingerprint.to_le_bytes()),
    );
    Ok(file)
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::{file, hexadecimal, keys};

    #[test]
    fn a_file_is_made_of_each_password_once_whatever_its_capitals() {
        let once = keys(["password", "short", "12345678"].into_iter());
        let twice = keys(["12345678", "PassWord", "password"].into_iter());
        assert_eq!(once.len(), 2);
        assert_eq!(file(&once).unwrap(), file(&twice).unwrap());
    }

    #[test]
    fn a_sum_is_written_as_sha256sum_writes_it() {
        assert_eq!(
            hexadecimal(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
