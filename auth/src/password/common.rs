//! The passwords that people have in common: those that more than one had among ten million, as fingerprints. common/README.md says whose list
//! that is and how the file is made of it.
//!
//! A binary fuse filter (Graf and Lemire, 2022) finds each password of the list, and takes one in 65,536 others for one of them. Nobody can
//! read the list out of it.

use aws_lc_rs::digest::{SHA256, digest};
use xorf::{BinaryFuse16, BinaryFuse16Ref, DmaSerializable as _, Filter as _, FilterRef as _};

#[cfg(target_endian = "big")]
compile_error!("the fingerprints of common passwords are read in place, lowest byte first");

/// Bytes at an even address: they are read as numbers of 16 bits.
#[repr(align(2))]
struct Aligned<const LENGTH: usize>([u8; LENGTH]);

const LENGTH: usize = include_bytes!("common/common.bin").len();
/// What the filter is told by first, then its fingerprints.
static FILTER: Aligned<LENGTH> = Aligned(*include_bytes!("common/common.bin"));

/// Whether others have had this password, be it in other capitals. It must be in Unicode's normal form C.
pub(super) fn is_common(password: &str) -> bool {
    let (descriptor, fingerprints) = FILTER.0.split_at(BinaryFuse16::DESCRIPTOR_LEN);
    BinaryFuse16Ref::from_dma(descriptor, fingerprints).contains(&key(password))
}

/// The number that stands for a password: the first eight bytes of the SHA-256 of its lower case. `cargo xtask common-passwords` makes it so too.
fn key(password: &str) -> u64 {
    // ASCII alone, as in all that judges passwords: the list has no other letters.
    digest(&SHA256, password.to_ascii_lowercase().as_bytes())
        .as_ref()
        .first_chunk()
        .copied()
        .map(u64::from_be_bytes)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_of_the_list_are_found_in_any_capitals() {
        for common in [
            "password",
            "12345678",
            "123456789",
            "leavemealone",
            "SonyEricsson",
            "UNBELIEVABLE",
            "devilmaycry4",
            "!@#$%^&*",
            "00000000000000",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn what_one_alone_had_or_nobody_is_not_found() {
        for rare in [
            "zzzzyana",
            "correct horse battery staple",
            "seven quiet weavers sing",
            "пароль слон озеро",
            "",
        ] {
            assert!(!is_common(rare), "{rare}");
        }
    }

    #[test]
    fn of_a_million_others_about_one_in_65_536_is_taken_for_common() {
        let mistaken = (0..1_000_000)
            .filter(|number| is_common(&format!("nobody has this: {number}")))
            .count();
        // 15.3 are expected; four standard deviations to each side.
        assert!((1..=31).contains(&mistaken), "{mistaken}");
    }

    #[test]
    fn the_file_is_smaller_than_a_megabyte() {
        assert_eq!(LENGTH, 720_916);
    }
}
