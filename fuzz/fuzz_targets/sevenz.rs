//! 7z archives: the header, and every block as far as it is asked for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::sevenz::{Limits, read};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { members: 1000, header: 1 << 20 };
    let Ok(archive) = read(bytes, limits) else { return };
    assert!(archive.files.len() <= limits.members);
    for folder in archive.folders.iter().take(8) {
        assert!(folder.unpack(bytes, LIMIT).is_none_or(|unpacked| unpacked.bytes.len() <= LIMIT));
    }
});

const LIMIT: usize = 1 << 16;
