//! The header of NumPy arrays: the data begins inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::npy::parse;

fuzz_target!(|bytes: &[u8]| {
    assert!(parse(bytes).is_none_or(|header| header.data <= bytes.len()));
});
