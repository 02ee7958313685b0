//! ZIP archives: every member, with each of its methods.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::zip::{Limits, has_end_record, read};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { members: 64, ..Limits::default() };
    let archive = read(bytes, limits);
    assert!(archive.members.len() <= limits.members);
    assert!(archive.loose.iter().all(|range| bytes.get(range.clone()).is_some()));
    for member in &archive.members {
        for method in member.methods() {
            let content = member.read(bytes, method, LIMIT);
            assert!(content.is_none_or(|content| content.bytes.len() <= LIMIT));
        }
        assert!(member.measure(bytes, LIMIT) <= LIMIT);
    }
    has_end_record(bytes);
});

const LIMIT: usize = 4096;
