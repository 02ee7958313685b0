//! Tar archives: members lie inside the archive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::tar::members;

fuzz_target!(|bytes: &[u8]| {
    let members = members(bytes, 100);
    assert!(members.len() <= 100);
    assert!(members.iter().all(|member| bytes.get(member.range.clone()).is_some()));
});
