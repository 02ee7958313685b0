//! Archives that honest tools write, and what can be done to them.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::compress::End;

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let method = if name.contains("pkl") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open(bytes: &[u8]) -> Archive<'_> {
    read(bytes, Limits::default())
}

fn content(bytes: &[u8], member: &Member<'_>) -> Vec<u8> {
    member.read(bytes, member.method, 1 << 20).unwrap().bytes.into_owned()
}

fn differs(bytes: &[u8]) -> Vec<Difference> {
    open(bytes).members.iter().flat_map(|member| member.differs.clone()).collect()
}

/// Offset of the first record of a kind.
fn record(bytes: &[u8], kind: [u8; 4]) -> usize {
    memchr::memmem::find(bytes, &kind).unwrap()
}

#[test]
fn members_are_read() {
    let bytes = archive(&[("a/data.pkl", b"N."), ("text", &[b'x'; 500])]);
    let seen = open(&bytes);
    assert_eq!(seen.members.iter().map(|m| &*m.name).collect::<Vec<_>>(), ["a/data.pkl", "text"]);
    assert!(seen.members.iter().all(|m| m.listed && m.names_agree()));
    assert_eq!(content(&bytes, &seen.members[0]), b"N.");
    assert_eq!(content(&bytes, &seen.members[1]), [b'x'; 500]);
}

#[test]
fn bytes_in_front_shift_the_archive() {
    let bytes = [b"\x89PNG".repeat(20), archive(&[("a.pkl", b"N.")])].concat();
    let seen = open(&bytes);
    assert_eq!((seen.prefix, seen.members.len()), (80, 1));
    assert_eq!(content(&bytes, &seen.members[0]), b"N.");
}

#[test]
fn a_second_archive_is_seen() {
    let bytes = [archive(&[("first.pkl", b"1.")]), archive(&[("second.pkl", b"2.")])].concat();
    let seen = open(&bytes);
    let names: Vec<_> = seen.members.iter().map(|m| (&*m.name, m.listed)).collect();
    assert_eq!(names, [("second.pkl", true), ("first.pkl", false)]);
    assert_eq!(content(&bytes, &seen.members[1]), b"1.");
}

#[test]
fn without_a_directory_the_headers_are_enough() {
    let whole = archive(&[("a.pkl", b"N.")]);
    let cut = &whole[..whole.len() - 22];
    let seen = open(cut);
    assert!(!seen.directory);
    assert_eq!(content(cut, &seen.members[0]), b"N.");
}

#[test]
fn empty_members_do_not_hold_what_follows_them() {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("folder/", ::zip::write::SimpleFileOptions::default()).unwrap();
    writer.start_file("folder/data.pkl", ::zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"N.").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let seen = open(&bytes);
    assert_eq!(content(&bytes, &seen.members[0]), b"");
    assert_eq!(content(&bytes, &seen.members[1]), b"N.");
}

#[test]
fn a_directory_that_denies_a_member_is_not_believed() {
    let mut bytes = archive(&[("a.pkl", b"N.")]);
    let listed = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[listed + 20..listed + 28].fill(0);
    assert_eq!(content(&bytes, &open(&bytes).members[0]), b"N.");
}

#[test]
fn lying_headers_are_kept_apart() {
    let mut bytes = archive(&[("a.pkl", b"N.")]);
    bytes[30] = b'b'; // the name in the local header
    bytes[6] |= 1; // encrypted, it says
    bytes[14] ^= 0xff; // a wrong checksum
    let member = &open(&bytes).members[0];
    assert!(!member.names_agree() && member.claims_encryption());
    assert_eq!(content(&bytes, member), b"N.");
}

#[test]
fn bombs_are_cut() {
    let bytes = archive(&[("bomb", &vec![0; 1 << 20])]);
    let content = open(&bytes).members[0].read(&bytes, 8, 1000).unwrap();
    assert_eq!((content.bytes.len(), content.end), (1000, End::More));
    let limits = Limits { members: 2, ..Limits::default() };
    let many = archive(&[("1", b""), ("2", b""), ("3", b"")]);
    assert!(read(&many, limits).over.is_some());
}

#[test]
fn headers_in_names_cost_little() {
    let header = [&b"PK\x03\x04"[..], &[0; 22], &[0xff; 4]].concat();
    let bytes = header.repeat(20_000);
    let seen = open(&bytes);
    assert_eq!(seen.members.len(), 20_000);
    assert!(seen.members.iter().all(|member| member.name.len() <= 3 * 128));
}

#[test]
fn truncated_archives_are_safe() {
    let bytes = archive(&[("a.pkl", b"N."), ("b", b"text text text")]);
    for len in 0..bytes.len() {
        let cut = &bytes[..len];
        for member in open(cut).members {
            for method in member.methods() {
                let _ = member.read(cut, method, 100);
            }
        }
    }
}

#[test]
fn a_header_that_is_said_to_lie_outside_is_missing_at_the_end() {
    let end = b"\0\0\0\x0cPK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0";
    let bytes = [b"PK\x01\x02".as_slice(), &[0; 38], end].concat();
    let archive = read(&bytes, Limits::default());
    assert_eq!(archive.members.iter().map(|member| member.header).collect::<Vec<_>>(), [bytes.len()]);
}

proptest! {
    #[test]
    fn broken_archives_are_safe(at in 0usize..200, byte: u8) {
        let mut bytes = archive(&[("a.pkl", b"N."), ("b", b"text text text")]);
        let at = at % bytes.len();
        bytes[at] = byte;
        for member in open(&bytes).members {
            let _ = member.read(&bytes, member.method, 100);
        }
    }
}

#[test]
fn what_two_readers_take_differently_is_kept() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(Change, &[Difference]); 11] = [
        (|_| {}, &[]),
        (|bytes| bytes[30] = b'b', &[Difference::Name]),
        (|bytes| bytes[6] |= 1, &[Difference::Flags]),
        (|bytes| bytes[8] = 8, &[Difference::Method]),
        (|bytes| bytes[14] ^= 0xff, &[Difference::Checksum]),
        (|bytes| bytes[22] ^= 0xff, &[Difference::Size]),
        (
            |bytes| {
                let entry = record(bytes, *b"PK\x01\x02");
                bytes[entry + 6] = 255;
            },
            &[Difference::Version],
        ),
        (
            |bytes| {
                let entry = record(bytes, *b"PK\x01\x02");
                bytes[entry + 34] = 1;
            },
            &[Difference::Part],
        ),
        (
            |bytes| {
                let entry = record(bytes, *b"PK\x01\x02");
                (bytes[31], bytes[entry + 47]) = (0, 0);
            },
            &[Difference::NameEnds],
        ),
        (|bytes| bytes[0] = b'X', &[Difference::Header]),
        // A length in a record behind the data is not there.
        (|bytes| bytes[6] |= 8, &[Difference::Descriptor]),
    ];
    for (number, (change, expected)) in changes.into_iter().enumerate() {
        let mut bytes = archive(&[("a.pkl", b"a pickle would be here, of more bytes than a header")]);
        change(&mut bytes);
        assert_eq!(differs(&bytes), expected, "{number}");
    }
}

#[test]
fn records_behind_the_data_are_honest() {
    let data = b"N.";
    for wide in [false, true] {
        let mut bytes = archive(&[("a.pkl", data)]);
        let entry = record(&bytes, *b"PK\x01\x02");
        let crc = bytes[14..18].to_vec();
        let size = (data.len() as u64).to_le_bytes();
        let size = if wide { &size[..] } else { &size[..4] };
        let descriptor = [b"PK\x07\x08", &crc[..], size, size].concat();
        (bytes[6], bytes[entry + 8]) = (8, 8);
        bytes[14..26].fill(0);
        bytes.splice(entry..entry, descriptor.iter().copied());
        assert_eq!(differs(&bytes), []);
        assert_eq!(open(&bytes).quirks, []);
    }
}

#[test]
fn archives_that_readers_take_differently_as_a_whole() {
    let honest = archive(&[("a.pkl", b"N."), ("b.pkl", b"N.")]);
    let end = record(&honest, *b"PK\x05\x06");
    assert_eq!(open(&honest).quirks, []);
    let mut fewer = honest.clone();
    fewer[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    assert_eq!(open(&fewer).quirks, [Quirk::Count { said: 1, listed: 2 }]);
    let mut part = honest.clone();
    part[end + 4] = 1;
    assert_eq!(open(&part).quirks, [Quirk::Part]);
    // The comment of the first end record holds another archive's.
    let inner = archive(&[("c.pkl", b"N.")]);
    let mut commented = honest.clone();
    commented[end + 20..end + 22].copy_from_slice(&u16::try_from(inner.len()).unwrap().to_le_bytes());
    commented.extend(&inner);
    assert_eq!(
        open(&commented).quirks,
        [Quirk::TwoEnds { other: end }, Quirk::TwoDirectories { other: record(&inner, *b"PK\x01\x02") }][..1]
    );
}

#[test]
fn an_offset_that_leads_to_another_directory_is_seen() {
    let first = archive(&[("first.pkl", b"1.")]);
    let both = [first.clone(), archive(&[("other.pkl", b"2.")])].concat();
    let other = record(&first, *b"PK\x01\x02");
    assert_eq!(open(&both).quirks, [Quirk::TwoDirectories { other }]);
}

#[test]
fn members_that_share_bytes_are_seen() {
    let mut bytes = archive(&[("1.pkl", &[1; 100]), ("2.pkl", &[2; 100])]);
    let first = record(&bytes, *b"PK\x01\x02");
    let second = first + 4 + record(&bytes[first + 4..], *b"PK\x01\x02");
    bytes[second + 42..second + 46].fill(0);
    assert!(differs(&bytes).contains(&Difference::Overlap));
}

#[test]
fn names_in_extra_fields_are_compared() {
    let field = |name: &[u8], unicode: &[u8]| [&[1][..], &crate::compress::crc32(name).to_le_bytes(), unicode].concat();
    for (name, unicode, other) in [
        (&b"readme.txt"[..], &b"data.pkl"[..], true),
        (b"a.txt", b"a.txt", false),
        (b"caf\x82.txt", "café.txt".as_bytes(), false),
        (b"caf\x82.txt", "café.pkl".as_bytes(), true),
        (b"#U0444.txt", "ф.txt".as_bytes(), false),
    ] {
        assert_eq!(central::other_name(name, &field(name, unicode)).is_some(), other, "{unicode:?}");
    }
}

#[test]
fn what_belongs_to_no_member_is_found() {
    let mut bytes = archive(&[("a.pkl", b"N.")]);
    bytes.extend([7; 100]);
    let len = bytes.len();
    assert_eq!(open(&bytes).loose.first(), Some(&(len - 100..len)));
}
