//! RAR archives: members lie inside the archive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::rar::read;

fuzz_target!(|bytes: &[u8]| {
    let Some(archive) = read(bytes, 100) else { return };
    assert!(archive.members.len() <= 100);
    assert!(archive.members.iter().all(|member| bytes.get(member.data.clone()).is_some()));
});
