//! The header of safetensors: texts, tensors and what belongs to no tensor lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::safetensors::{looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let len = bytes.len() as u64;
    let Ok(header) = parse(bytes, len) else { return };
    assert!(header.metadata.iter().all(|text| bytes.get(text.range.clone()).is_some()));
    assert!(header.missing > 0 || header.tensors.iter().all(|tensor| tensor.range.end <= len));
    assert!(header.missing > 0 || header.spare.iter().all(|range| range.start < range.end && range.end <= len));
});
