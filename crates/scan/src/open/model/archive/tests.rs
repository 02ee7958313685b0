//! Archives that honest tools write, and what attackers make of them.

use std::io::{Cursor, Write};

use ::zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::testing::observe;

const CALL: &[u8] = b"\x80\x02cposix\nsystem\nU\x04echo\x85R.";

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn nesting_is_bounded() {
    let deep = (0..20).fold(zipped("data.pkl", CALL), |inner, _| zipped("inner.zip", &inner));
    let seen = observe("m.zip", &deep, None);
    assert!(seen.unscanned.iter().any(|unscanned| unscanned.reason.contains("nested too deeply")));
}

#[test]
fn ordinary_archives_are_left_alone() {
    let seen = observe("page.docx", &zipped("word/document.xml", b"<w/>"), None);
    assert_eq!((seen.findings.len(), seen.unscanned.len()), (0, 0));
}

fn messages(rule: &str, name: &str, bytes: &[u8]) -> Vec<String> {
    crate::testing::findings(rule, name, bytes).into_iter().map(|finding| finding.message).collect()
}

/// An archive of two members, the first of them a pickle that calls nothing.
fn torch() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("archive/data.pkl", INERT), ("archive/version", b"3".as_slice())] {
        writer.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const INERT: &[u8] = b"\x80\x04}\x8c\x01aK\x01s.";

#[test]
fn what_is_unpacked_in_part_is_not_cut() {
    let array = |zeros: usize| {
        let mut header = "{'descr': '|u1', 'fortran_order': False, 'shape': (70000000,), }".to_owned();
        header.extend(std::iter::repeat_n(' ', 117 - header.len()));
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len() + zeros, 0);
        zipped("w.npy", &bytes)
    };
    let whole = observe("m.npz", &array(70_000_000), None);
    assert_eq!((whole.unscanned.len(), messages("malformed-model", "m.npz", &array(70_000_000)).len()), (0, 0));
    assert_eq!(messages("malformed-model", "m.npz", &array(50_000_000)).len(), 1);
}

fn record(bytes: &[u8], kind: [u8; 4]) -> usize {
    bytes.windows(4).position(|window| *window == kind).unwrap()
}

#[test]
fn archives_in_archives_without_end_are_bombs() {
    let deep = (0..20).fold(zipped("data.pkl", CALL), |inner, _| zipped("inner.zip", &inner));
    assert_eq!(messages("malformed-model", "m.zip", &deep).len(), 1);
    let few = (0..4).fold(zipped("data.pkl", CALL), |inner, _| zipped("inner.zip", &inner));
    assert_eq!(messages("malformed-model", "m.zip", &few).len(), 0);
    assert_eq!(messages("pickle-call", "m.zip", &few).len(), 1);
}

#[test]
fn what_readers_take_differently_is_found() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &str); 8] = [
        (|bytes| bytes[30] = b'b', "in one header"),
        (|bytes| bytes[6] |= 1, "claims to be encrypted"),
        (|bytes| bytes[8] = 99, "claims to be encrypted"),
        (|bytes| bytes[14] ^= 1, "one checksum in the directory"),
        (
            |bytes| {
                let entry = record(bytes, *b"PK\x01\x02");
                bytes[14] ^= 1;
                bytes[entry + 16] ^= 1;
            },
            "is not what its checksum",
        ),
        (
            |bytes| {
                let entry = record(bytes, *b"PK\x01\x02");
                bytes[entry + 6] = 255;
            },
            "asks for a version",
        ),
        (
            |bytes| {
                let end = record(bytes, *b"PK\x05\x06");
                bytes[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
            },
            "counts 1 members",
        ),
        (|bytes| bytes.extend(b"something that follows the end"), "follow its end"),
    ];
    assert_eq!(messages("disguised-model", "m.pt", &torch()), [""; 0]);
    for (change, expected) in changes {
        let mut bytes = torch();
        change(&mut bytes);
        let seen = messages("disguised-model", "m.pt", &bytes);
        assert!(seen.iter().any(|message| message.contains(expected)), "{expected}: {seen:?}");
    }
}

#[test]
fn zeros_behind_the_end_and_in_front_of_programs_are_nothing_odd() {
    for bytes in [[torch(), vec![0; 1000]].concat(), [b"#!/usr/bin/env python3\n".to_vec(), torch()].concat()] {
        assert_eq!(messages("disguised-model", "app.pyz", &bytes), [""; 0]);
    }
}

#[test]
fn what_is_encrypted_is_unscanned() {
    let mut bytes = torch();
    let entry = record(&bytes, *b"PK\x01\x02");
    (bytes[6], bytes[entry + 8]) = (1, 1);
    let data = 30 + "archive/data.pkl".len();
    bytes[data..data + INERT.len()].copy_from_slice(b"\x17\xb4\xfa\x02\x99\xc3\x44\x1e\xd0\x0b");
    let seen = observe("m.pt", &bytes, None);
    assert!(seen.unscanned.iter().any(|unscanned| unscanned.reason.contains("encrypted")), "{:?}", seen.unscanned);
}

#[test]
fn pickles_are_found_whatever_packs_them() {
    use CompressionMethod::{Deflated, Stored};
    for method in [Stored, Deflated] {
        for name in ["notes.txt", "archive/config.p", "DATA", "a\\b.bin"] {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            writer.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(CALL).unwrap();
            let bytes = writer.finish().unwrap().into_inner();
            assert_eq!(messages("pickle-call", "m.zip", &bytes).len(), 1, "{name}");
        }
    }
}

#[test]
fn nearly_nothing_that_unpacks_to_much_is_a_bomb() {
    let bytes = zipped("weights.bin", &vec![0; 11 << 20]);
    assert_eq!(messages("malformed-model", "m.zip", &bytes).len(), 1);
    // A megabyte of zeros is a small array; a header accounts for the zeros of a large one.
    assert_eq!(messages("malformed-model", "m.zip", &zipped("weights.bin", &vec![0; 1 << 20])).len(), 0);
    let header = b"\x93NUMPY\x01\0\x76\0{'descr': '|u1', 'fortran_order': False, 'shape': (11534336,), }";
    let array = [&header[..], &vec![b' '; 0x76 + 9 - header.len()], b"\n", &vec![0; 11 << 20]].concat();
    assert_eq!(messages("malformed-model", "m.npz", &zipped("x.npy", &array)).len(), 0);
}

#[test]
fn programs_among_weights_are_found_and_those_of_software_are_not() {
    let program = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 60]].concat();
    let pack = |names: &[&str]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(if name.ends_with("pkl") { INERT } else { &program }).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    assert_eq!(messages("disguised-model", "m.zip", &pack(&["data.pkl", "x.so"])), ["`x.so` is a program"]);
    let wheel = ["pkg/data.pkl", "pkg/x.so", "pkg-1.0.dist-info/RECORD"];
    assert_eq!(messages("disguised-model", "pkg.whl", &pack(&wheel)), [""; 0]);
    assert_eq!(messages("disguised-model", "app.zip", &pack(&["m.pkl", "a", "b", "c"])), [""; 0]);
}

/// A pickle of protocol 0 that calls something behind a long list of words.
fn late() -> Vec<u8> {
    let words: Vec<u8> = (0..2000).flat_map(|number| format!("V{number}\np{number}\na").into_bytes()).collect();
    [b"(lp0\n".as_slice(), &words, b"0cposix\nsystem\n(S'echo'\ntR."].concat()
}

#[test]
fn late_calls_of_old_pickles_are_found_under_any_name() {
    for name in ["notes", "data.txt"] {
        assert_eq!(messages("pickle-call", "a.zip", &zipped(name, &late())).len(), 1, "{name}");
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&late()).unwrap();
    assert_eq!(messages("pickle-call", "notes.gz", &encoder.finish().unwrap()).len(), 1);
    // Text that goes on for long is no pickle.
    let text = "Version: 1.0\nNames of things\n".repeat(1000);
    let seen = observe("a.zip", &zipped("notes", text.as_bytes()), None);
    assert_eq!((seen.findings.len(), seen.unscanned.len()), (0, 0));
}

#[test]
fn archives_behind_a_prefix_are_opened() {
    let inner = [vec![b'#'; 6000], zipped("data.pkl", CALL)].concat();
    for name in ["inner.zip", "model.pt"] {
        assert_eq!(messages("pickle-call", "a.zip", &zipped(name, &inner)).len(), 1, "{name}");
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("x", SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
    writer.write_all(&inner).unwrap();
    assert_eq!(messages("pickle-call", "a.zip", &writer.finish().unwrap().into_inner()).len(), 1);
}

#[test]
fn shells_of_archives_are_not_clean() {
    let empty = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    assert_eq!(observe("a.zip", &empty, None).unscanned, []);
    for bytes in [[b"PK\x03\x04".as_slice(), &[0; 400]].concat(), zipped("a", b"text")[..40].to_vec()] {
        assert_eq!(observe("a.zip", &bytes, None).unscanned.len(), 1);
    }
}
