//! Headers as tools write them, and as they do not.

use super::*;

/// A member of a kind, with a checksum that is right.
fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
    sized(name, kind, content, content.len())
}

fn sized(name: &str, kind: u8, content: &[u8], size: usize) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[156] = kind;
    block[257..263].copy_from_slice(b"ustar\0");
    sum(&mut block);
    block.extend(content);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

fn sum(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block[..512].iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
}

fn records(pairs: &[(&str, &str)]) -> Vec<u8> {
    let lines: String = pairs
        .iter()
        .map(|(key, value)| {
            let rest = format!(" {key}={value}\n");
            let len = (rest.len()..rest.len() + 9).find(|len| len.to_string().len() + rest.len() == *len).unwrap();
            format!("{len}{rest}")
        })
        .collect();
    member("PaxHeaders/x", b'x', lines.as_bytes())
}

fn open(parts: &[Vec<u8>]) -> Archive {
    read(&parts.concat(), Limits::default())
}

fn names(archive: &Archive) -> Vec<&str> {
    archive.members.iter().map(|member| member.name.as_str()).collect()
}

fn differs(parts: &[Vec<u8>]) -> Vec<Difference> {
    open(parts).members.into_iter().flat_map(|member| member.differs).collect()
}

const END: [u8; 1024] = [0; 1024];

#[test]
fn members_are_found() {
    let parts = [
        member("a.pkl", b'0', b"N."),
        member("long", b'L', b"long/long\0"),
        member("long/long", b'0', b"text"),
        records(&[("path", "ünder"), ("mtime", "1.5")]),
        member("?nder", b'0', b"x"),
        member("folder/", b'5', b""),
        END.to_vec(),
    ];
    let seen = open(&parts);
    assert_eq!(names(&seen), ["a.pkl", "long/long", "ünder", "folder/"]);
    assert_eq!(&parts.concat()[seen.members[0].range.clone()], b"N.");
    assert_eq!(seen.members[3].kind, Kind::Folder);
    assert!(seen.members.iter().all(|member| member.differs.is_empty()) && seen.loose.is_none());
}

#[test]
fn links_and_devices_are_told() {
    let mut link = member("a", b'2', b"");
    link[157..161].copy_from_slice(b"/etc");
    sum(&mut link);
    let long = [member("l", b'K', b"to/there\0"), member("b", b'1', b"")].concat();
    let seen = open(&[link, long, member("c", b'6', b""), END.to_vec()]);
    let kinds: Vec<_> = seen.members.into_iter().map(|member| member.kind).collect();
    assert_eq!(kinds, [Kind::Link("/etc".to_owned()), Kind::HardLink("to/there".to_owned()), Kind::Device]);
}

#[test]
fn the_first_format_is_known_by_its_checksum() {
    let mut old = member("a.pkl", b'0', b"N.");
    old[257..263].fill(0);
    sum(&mut old);
    assert!(looks_like(&old));
    old[148] ^= 1;
    assert!(!looks_like(&old));
    assert!(!looks_like(&[0; 512]) && !looks_like(&[b'x'; 512]) && !looks_like(b"ustar"));
}

#[test]
fn what_readers_take_differently_is_kept() {
    let plain = || member("a.txt", b'0', b"text");
    assert_eq!(differs(&[plain(), END.to_vec()]), []);
    let renamed = [records(&[("path", "a.pkl")]), plain()];
    assert_eq!(differs(&renamed), [Difference::Name("a.txt".to_owned())]);
    let resized = [records(&[("size", "1024")]), sized("a", b'0', &[0; 1024], 0)];
    assert_eq!(differs(&resized)[..1], [Difference::Size]);
    let mut wrong = plain();
    wrong[148] ^= 1;
    assert_eq!(differs(&[wrong]), [Difference::Checksum]);
    assert_eq!(differs(&[plain(), END.to_vec(), plain()]), [Difference::BehindEnd]);
    // A folder with a length, and a header where either reader looks.
    let folder = sized("folder", b'5', &plain()[..512], 512);
    assert!(differs(&[folder, plain()]).contains(&Difference::Size));
}

#[test]
fn long_names_and_lengths_are_honest() {
    let long = format!("{}.bin", "folder/".repeat(30));
    let short = long.get(..100).unwrap();
    let huge = (1u64 << 34).to_string();
    for parts in [
        [records(&[("path", &long)]), member(short, b'0', b"x")].concat(),
        [member("l", b'L', format!("{long}\0").as_bytes()), member(short, b'0', b"x")].concat(),
        [records(&[("size", &huge)]), sized("a", b'0', b"x", 0)].concat(),
        [records(&[("GNU.sparse.major", "1"), ("GNU.sparse.name", "a")]), member("GNUSparseFile.0/a", b'0', b"0\n")]
            .concat(),
    ] {
        assert_eq!(differs(&[parts]), []);
    }
}

#[test]
fn lengths_in_bytes_are_read() {
    let mut block = member("a", b'0', &[7; 512]);
    block[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]);
    sum(&mut block);
    assert_eq!(open(&[block, END.to_vec()]).members[0].range, 512..1024);
}

#[test]
fn what_follows_the_end_is_kept() {
    let junk = vec![7; 600];
    let seen = open(&[member("a", b'0', b"x"), END.to_vec(), junk]);
    assert_eq!(seen.loose, Some(2048..2648));
}

#[test]
fn truncated_archives_are_safe() {
    let bytes = [records(&[("path", "x")]), member("a", b'0', &[1; 600]), member("b", b'S', &[2; 600])].concat();
    for len in 0..bytes.len() {
        for member in read(&bytes[..len], Limits::default()).members {
            assert!(member.range.end <= len);
        }
    }
}

proptest::proptest! {
    #[test]
    fn broken_archives_are_safe(at in 0usize..2560, byte: u8) {
        let mut bytes = [records(&[("path", "x")]), member("a", b'S', &[1; 600])].concat();
        let at = at % bytes.len();
        bytes[at] = byte;
        for member in read(&bytes, Limits { members: 10 }).members {
            proptest::prop_assert!(bytes.get(member.range).is_some());
        }
    }
}
