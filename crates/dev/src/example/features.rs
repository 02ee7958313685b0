//! How a ticket becomes numbers: a hashed bag of words. `app/features.py` of the examples does exactly the same.
//!
//! A word is a run of the bytes `a` to `z` after ASCII lower-casing, so that digits and other scripts only separate
//! words. Each word turns on one feature, the one numbered by its 32-bit FNV-1a hash modulo the number of features.

use std::collections::BTreeSet;

/// The features that `text` turns on, ascending, each once.
pub(crate) fn features(text: &str, size: u32) -> BTreeSet<usize> {
    text.to_ascii_lowercase()
        .as_bytes()
        .split(|byte| !byte.is_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .filter_map(|word| usize::try_from(fnv1a(word) % size.max(1)).ok())
        .collect()
}

/// The 32-bit FNV-1a hash (RFC 9923).
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_has_the_published_values() {
        assert_eq!(fnv1a(b""), 0x811c_9dc5);
        assert_eq!(fnv1a(b"a"), 0xe40c_292c);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
    }

    #[test]
    fn words_are_runs_of_ascii_letters_in_any_case() {
        assert_eq!(features("Refund, REFUND 4711 refund!", 1024), features("refund", 1024));
        assert_eq!(features("e-mail", 1024), features("mail e", 1024));
        assert_eq!(features("naïve", 1024), features("ve na", 1024), "other scripts separate");
        assert!(features("4711 …", 1024).is_empty());
    }
}
