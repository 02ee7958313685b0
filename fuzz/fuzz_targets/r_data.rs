//! R data: texts and calls lie inside the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::r_data::{Limits, looks_like, parse};

fuzz_target!(|bytes: &[u8]| {
    looks_like(bytes);
    let contents = parse(bytes, Limits::default());
    assert!(contents.texts.iter().all(|range| bytes.get(range.clone()).is_some()));
    assert!(contents.calls.iter().all(|call| call.at < bytes.len()));
});
