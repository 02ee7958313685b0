//! The header of safetensors: what belongs to no tensor lies inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::safetensors::{looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let len = bytes.len() as u64;
    let Ok(header) = parse(bytes, len) else { return };
    assert!(header.spare.iter().all(|range| range.start < range.end && range.end <= len));
});
