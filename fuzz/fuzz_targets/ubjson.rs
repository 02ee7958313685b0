//! Universal Binary JSON: texts lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::ubjson::{Limits, looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let document = parse(bytes, Limits::default());
    assert!(document.texts.iter().all(|text| bytes.get(text.range.clone()).is_some()));
    assert!(document.end <= bytes.len());
});
