//! Streams that common tools wrote: whole, cut, broken, and more than one in a row.

use super::*;

fn whole(codec: Codec, packed: &[u8]) -> Unpacked {
    unpack(codec, packed, 1 << 20)
}

#[test]
fn streams_are_unpacked_to_their_end() {
    for (codec, packed) in PACKED {
        let padded = [packed, b"rest"].concat();
        let seen = whole(codec, &padded);
        assert_eq!((seen.bytes.as_slice(), seen.end, seen.rest), (TEXT, End::Whole, packed.len()), "{codec:?}");
    }
}

#[test]
fn no_more_is_unpacked_than_was_asked_for() {
    for (codec, packed) in PACKED {
        let seen = unpack(codec, packed, 5);
        assert_eq!((seen.bytes.as_slice(), seen.end), (b"hello".as_slice(), End::More), "{codec:?}");
        assert_eq!(unpack(codec, packed, TEXT.len()).end, End::Whole, "{codec:?}");
    }
}

#[test]
fn streams_in_a_row_are_one() {
    for (codec, packed) in PACKED {
        let seen = whole(codec, &packed.repeat(2));
        let one = matches!(codec, Codec::Zlib | Codec::Deflate | Codec::Lzma | Codec::LzmaInZip | Codec::Joblib);
        assert_eq!(seen.bytes, TEXT.repeat(if one { 1 } else { 2 }), "{codec:?}");
    }
}

#[test]
fn cut_streams_are_broken_and_keep_what_came_before() {
    for (codec, packed) in PACKED {
        for len in 0..packed.len() {
            let seen = whole(codec, &packed[..len]);
            assert_eq!(seen.end, End::Broken, "{codec:?} {len}");
            assert!(TEXT.starts_with(&seen.bytes), "{codec:?} {len}");
        }
    }
}

#[test]
fn a_wrong_checksum_breaks_a_stream_behind_its_content() {
    let (_, gzip) = PACKED[0];
    let mut broken = gzip.to_vec();
    broken[20] ^= 0xff;
    let seen = whole(Codec::Gzip, &broken);
    assert_eq!((seen.bytes.as_slice(), seen.end), (TEXT, End::Broken));
}

#[test]
fn broken_data_keeps_what_came_before_it() {
    // A stored block, then a block of the type that there is not.
    let deflate = [&b"\x00\x05\x00\xfa\xffhello"[..], b"\x07"].concat();
    assert_eq!(whole(Codec::Deflate, &deflate).bytes, b"hello");
    // A raw block, then one of the reserved type.
    let zstd = [&b"\x28\xb5\x2f\xfd\x00\x58"[..], b"\x28\0\0hello", b"\x0f\0\0x"].concat();
    let seen = whole(Codec::Zstd, &zstd);
    assert_eq!((seen.bytes.as_slice(), seen.end), (b"hello".as_slice(), End::Broken));
}

#[test]
fn skippable_frames_are_skipped() {
    let skippable = b"\x5e\x2a\x4d\x18\x03\0\0\0abc";
    for (codec, packed) in PACKED {
        if matches!(codec, Codec::Lz4 | Codec::Zstd) {
            let framed = [skippable.as_slice(), packed, skippable].concat();
            assert_eq!(whole(codec, &framed).bytes, TEXT, "{codec:?}");
            assert_eq!(behind_skippable(&framed), Some(&framed[11..]));
        }
    }
}

#[test]
fn headers_that_promise_gigabytes_cost_nothing() {
    // A dictionary of four gigabytes, and a length of more.
    let lzma = [&b"\x5d\xff\xff\xff\xff\0\0\0\0\0\0\0\x10"[..], &PACKED[5].1[13..]].concat();
    assert!(whole(Codec::Lzma, &lzma).bytes.starts_with(TEXT));
    let zstd = b"\x28\xb5\x2f\xfd\x00\xff\x01\0\0";
    assert_eq!(whole(Codec::Zstd, zstd).end, End::Broken);
}

#[test]
fn beginnings_are_told_from_chance() {
    assert!(lzma::looks_alone(PACKED[5].1) && joblib::looks_like(PACKED[9].1));
    for other in [&b"\x5d\0\0 is how this text begins"[..], b"ZF0x is text", &[0; 32], &[0x5d; 32]] {
        assert!(!lzma::looks_alone(other) && !joblib::looks_like(other), "{other:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_safe(number in 0usize..10, at in 0usize..72, byte: u8, limit in 0usize..4096) {
        let (codec, packed) = PACKED[number];
        let mut packed = packed.to_vec();
        let at = at % packed.len();
        packed[at] = byte;
        proptest::prop_assert!(unpack(codec, &packed, limit).bytes.len() <= limit);
    }
}

/// The text, packed by Python, `lz4` and `zstd`.
const PACKED: [(Codec, &[u8]); 10] = [
    (Codec::Gzip, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcbH\xcd\xc9\xc9W\xc8@'\x01\xe3Q=\x8d\x17\x00\x00\x00"),
    (Codec::Zlib, b"x\x9c\xcbH\xcd\xc9\xc9W\xc8@'\x01h\x03\x08\xb1"),
    (Codec::Deflate, b"\xcbH\xcd\xc9\xc9W\xc8@'\x01"),
    (Codec::Bzip2, b"BZh91AY&SY\x02\xf8\xb0\xbd\x00\x00\x03\x91\x00@\x00\x02D\xa0\x000\xcd\x00T\x86\x96q\x9b8\xa3\xc5\xdc\x91N\x14$\x00\xbe,/@"),
    (Codec::Xz, b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\xe0\x00\x16\x00\x0b]\x004\x19I\xee\x8d\xe9V\x0a\xb5\xe0\x00\x00\x00\x89C\xdb\xea\x034\xe4\xd0\x00\x01'\x17\x89\x82\x90y\x1f\xb6\xf3}\x01\x00\x00\x00\x00\x04YZ"),
    (Codec::Lzma, b"]\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x004\x19I\xee\x8d\xe9V\x0b\xd5\xc5\xa3\xff\xffx\xa4\x00\x00"),
    (Codec::LzmaInZip, b"\x09\x04\x05\x00]\x00\x00\x80\x00\x004\x19I\xee\x8d\xe9V\x0b\xd5\xc5\xa3\xff\xffx\xa4\x00\x00"),
    (Codec::Lz4, b"\x04\"M\x18d@\xa7\x0f\x00\x00\x00hhello \x06\x00Phello\x00\x00\x00\x00\xf2k\x94\x0b"),
    (Codec::Zstd, b"(\xb5/\xfd\x04Xe\x00\x000hello \x01\x00\x99K\x11\x17^\xae\x0d"),
    (Codec::Joblib, b"ZF0x17               x\x9c\xcbH\xcd\xc9\xc9W\xc8@'\x01h\x03\x08\xb1"),
];

const TEXT: &[u8] = b"hello hello hello hello";
