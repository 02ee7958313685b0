//! GGUF: strings lie inside the file, and so do tensors unless the file ends early.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::gguf::{Limits, parse};

fuzz_target!(|bytes: &[u8]| {
    let len = bytes.len() as u64;
    let (metadata, outcome) = parse(bytes, len, Limits::default());
    assert!(metadata.strings.iter().all(|text| bytes.get(text.range.clone()).is_some()));
    assert_eq!(outcome.is_ok(), metadata.data.is_some());
    assert!(metadata.missing > 0 || metadata.tensors.iter().all(|tensor| outcome.is_err() || tensor.range.end <= len));
    assert!(metadata.spare.iter().all(|range| range.start < range.end));
});
