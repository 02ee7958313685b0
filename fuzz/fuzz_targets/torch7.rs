//! Torch7: texts and functions lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::torch7::{Limits, looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let contents = parse(bytes, Limits::default());
    assert!(contents.texts.iter().chain(&contents.functions).all(|range| bytes.get(range.clone()).is_some()));
});
