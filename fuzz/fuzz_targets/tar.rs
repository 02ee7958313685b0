//! Tar archives: members lie inside the archive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::tar::{Limits, looks_like, read};

fuzz_target!(|bytes: &[u8]| {
    let archive = read(bytes, Limits { members: 100 });
    assert!(archive.members.len() <= 100);
    assert!(archive.members.iter().all(|member| bytes.get(member.range.clone()).is_some()));
    assert!(archive.loose.is_none_or(|range| bytes.get(range).is_some()));
    looks_like(bytes);
});
