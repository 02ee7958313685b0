//! The first bytes of any file: what they are, and that the answer does not change.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::sniff::{Format, holds, sniff};

fuzz_target!(|bytes: &[u8]| {
    let format = sniff(bytes);
    assert_eq!(format, sniff(bytes));
    assert!(format.is_none_or(|format: Format| !format.title().is_empty()));
    assert!(holds(bytes, ""));
});
