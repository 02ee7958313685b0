//! ZIP archives: every member, with each of its methods.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

use palisade_formats::zip::{Limits, has_end_record, read};

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Cursor::new(bytes);
    let limits = Limits { members: 64, ..Limits::default() };
    let Ok(archive) = read(&mut reader, limits) else { return };
    assert!(archive.members.len() <= limits.members);
    for member in &archive.members {
        for method in &member.methods {
            let content = member.read(&mut reader, *method, LIMIT).expect("memory can be read");
            assert!(content.is_none_or(|content| content.bytes.len() as u64 <= LIMIT));
        }
        assert!(member.names_agree() || member.local_name.is_some());
    }
    has_end_record(bytes);
});

const LIMIT: u64 = 4096;
