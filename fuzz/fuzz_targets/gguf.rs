//! GGUF: strings and data lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::gguf::{Limits, parse};

fuzz_target!(|bytes: &[u8]| {
    let (metadata, outcome) = parse(bytes, bytes.len() as u64, Limits::default());
    assert!(metadata.strings.iter().all(|text| bytes.get(text.range.clone()).is_some()));
    assert_eq!(outcome.is_ok(), metadata.data.is_some());
});
