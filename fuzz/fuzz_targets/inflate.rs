//! gzip and zlib: as much as is asked for, and no more.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Read;

use palisade_formats::inflate::{gzip, zlib};

fuzz_target!(|bytes: &[u8]| {
    let mut unpacked = Vec::new();
    let _ = gzip(bytes).take(4096).read_to_end(&mut unpacked);
    let _ = zlib(bytes).take(4096).read_to_end(&mut unpacked);
    assert!(unpacked.len() <= 8192);
});
