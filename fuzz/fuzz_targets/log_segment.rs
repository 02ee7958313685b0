//! Segments of the log: the reader ends on any bytes, and never finds more records than there are bytes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palisade_seal::{PrivateKey, PublicKey, log::parse_segment};

/// The key of the seed.
static KEY: LazyLock<PublicKey> =
    LazyLock::new(|| PrivateKey::from_seed("fuzz/log", &[7; 32]).map(|key| key.public().clone()).expect("a key"));

fuzz_target!(|bytes: &[u8]| {
    for first in [0, 3] {
        if let Ok(records) = parse_segment(bytes, first, &KEY) {
            assert!(records <= bytes.len() as u64);
        }
    }
});
