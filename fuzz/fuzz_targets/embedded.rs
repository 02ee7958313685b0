//! Programs and archives in other bytes: each begins inside of them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::embedded::find;

fuzz_target!(|bytes: &[u8]| {
    assert!(find(bytes, 4).iter().all(|found| found.at < bytes.len()));
});
