//! Compressed streams: as much as is asked for and no more, counted as it is unpacked.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_formats::compress::{Codec, End, measure, unpack};

fuzz_target!(|input: &[u8]| {
    let Some((first, packed)) = input.split_first() else { return };
    let codec = CODECS[usize::from(*first) % CODECS.len()];
    let unpacked = unpack(codec, packed, LIMIT);
    assert!(unpacked.bytes.len() <= LIMIT && unpacked.rest <= packed.len());
    if unpacked.end == End::Whole {
        assert_eq!(measure(codec, packed, LIMIT), unpacked.bytes.len());
    }
});

const LIMIT: usize = 1 << 16;
const CODECS: &[Codec] = &[
    Codec::Gzip,
    Codec::Zlib,
    Codec::Deflate,
    Codec::Bzip2,
    Codec::Xz,
    Codec::Lzma,
    Codec::LzmaInZip,
    Codec::Lz4,
    Codec::Zstd,
    Codec::Joblib,
];
