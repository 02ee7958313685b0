//! The formats before GGUF: tensors lie in front of the end of the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::ggml::parse;

fuzz_target!(|bytes: &[u8]| {
    let len = bytes.len() as u64;
    let Some(file) = parse(bytes, len) else { return };
    assert!(file.end <= len && file.tensors.iter().all(|range| range.start <= range.end));
});
