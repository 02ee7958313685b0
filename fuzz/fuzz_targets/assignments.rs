//! Assignments: every value stands somewhere in the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::assignments::assignments;

fuzz_target!(|text: &str| {
    assert!(assignments(text, 10_000).iter().all(|found| text.get(found.range.clone()).is_some()));
});
