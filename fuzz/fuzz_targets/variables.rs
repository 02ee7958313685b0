//! Variable references: what they grow to is bounded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::variables::expand;

fuzz_target!(|text: &str| {
    let value = "v".repeat(text.len().min(8192));
    let expanded = expand(text, &|name| (name.len() % 2 == 1).then_some(value.as_str()));
    assert!(expanded.text.len() <= text.len().max(16 << 10));
});
