//! Files as writers make them in every version and byte order, and ones whose numbers lie.

use super::*;

struct Writer {
    bytes: Vec<u8>,
    wide: bool,
    big: bool,
}

impl Writer {
    fn new(version: u32, big: bool, tensors: u64, keys: u64) -> Self {
        let mut writer = Self { bytes: b"GGUF".to_vec(), wide: version > 1, big };
        writer.u32(version);
        writer.length(tensors);
        writer.length(keys);
        writer
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn u64(&mut self, value: u64) {
        self.bytes.extend(if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
    }

    fn length(&mut self, value: u64) {
        if self.wide { self.u64(value) } else { self.u32(u32::try_from(value).unwrap()) }
    }

    fn text(&mut self, text: &str) {
        self.length(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    fn tensor(&mut self, name: &str, sides: &[u64], kind: u32, offset: u64) {
        self.text(name);
        self.u32(u32::try_from(sides.len()).unwrap());
        for side in sides {
            self.length(*side);
        }
        self.u32(kind);
        self.u64(offset);
    }

    fn data(mut self, len: usize) -> Vec<u8> {
        let start = self.bytes.len().next_multiple_of(32);
        self.bytes.resize(start + len, 0);
        self.bytes
    }
}

fn file(version: u32, big: bool) -> Vec<u8> {
    let mut writer = Writer::new(version, big, 1, 4);
    writer.text("tokenizer.ggml.tokens");
    writer.u32(9);
    writer.u32(8);
    writer.length(2);
    writer.text("a");
    writer.text("b");
    writer.text("general.file_type");
    writer.u32(4);
    writer.u32(1);
    writer.text("tokenizer.chat_template");
    writer.u32(8);
    writer.text("{{ x }}");
    writer.text("general.tags");
    writer.u32(9);
    writer.u32(8);
    writer.length(1);
    writer.text("chat");
    writer.tensor("weight", &[2], 0, 0);
    writer.data(32)
}

fn judged(bytes: &[u8]) -> (Vec<String>, Result<(), Failure>) {
    let (metadata, outcome) = parse(bytes, bytes.len() as u64, Limits::default());
    (metadata.flaws.into_iter().map(|flaw| flaw.what).collect(), outcome)
}

fn tensors(list: &[(&[u64], u32, u64)], data: usize) -> Metadata {
    let mut writer = Writer::new(3, false, list.len() as u64, 0);
    for (index, (sides, kind, offset)) in list.iter().enumerate() {
        writer.tensor(&format!("t{index}"), sides, *kind, *offset);
    }
    let bytes = writer.data(data);
    parse(&bytes, bytes.len() as u64, Limits::default()).0
}

#[test]
fn strings_are_found_with_their_place_in_every_version_and_byte_order() {
    for (version, big) in [(1, false), (2, false), (3, false), (3, true)] {
        let bytes = file(version, big);
        let (metadata, outcome) = parse(&bytes, bytes.len() as u64, Limits::default());
        assert_eq!((outcome, &metadata.flaws), (Ok(()), &vec![]), "{version} {big}");
        let keys: Vec<_> = metadata.strings.iter().map(|text| text.key.as_str()).collect();
        assert_eq!(keys, ["tokenizer.chat_template", "general.tags"]);
        assert_eq!(&bytes[metadata.strings[0].range.clone()], b"{{ x }}");
        assert_eq!((metadata.number("general.file_type"), metadata.parameters()), (Some(1), 2));
        assert_eq!(metadata.tensors[0].range.end, bytes.len() as u64 - 24);
        assert_eq!(metadata.spare.last(), Some(&(bytes.len() as u64 - 24..bytes.len() as u64)));
    }
}

#[test]
fn truncated_files_are_cut_and_not_broken() {
    let bytes = file(3, false);
    for len in 8..bytes.len() {
        let (metadata, outcome) = parse(&bytes[..len], len as u64, Limits::default());
        let whole = outcome.is_ok() && metadata.missing == 0;
        assert_eq!(whole, len >= bytes.len() - 24, "{len}");
        assert!(matches!(outcome, Ok(()) | Err(Failure::Cut)) && metadata.flaws.is_empty(), "{len}: {outcome:?}");
    }
}

#[test]
fn numbers_that_lie_are_flaws() {
    for (list, data, flaw) in [
        (&[(&[8u64][..], 0, 0u64), (&[8], 0, 16)][..], 64, "not aligned"),
        (&[(&[16], 0, 0), (&[8], 0, 32)], 64, "overlaps"),
        (&[(&[8], 0, 1 << 40)], 64, "outside"),
        (&[(&[8], 0, 0), (&[8], 0, 1 << 40)], 64, "outside"),
        (&[(&[31], 2, 0)], 64, "blocks of its type"),
        (&[(&[1 << 50], 0, 0)], 64, "outside"),
    ] {
        let flaws = tensors(list, data).flaws;
        assert!(flaws.iter().any(|found| found.what.contains(flaw)), "{flaw} not in {flaws:?}");
    }
    let cut = tensors(&[(&[8], 0, 0), (&[1 << 20], 0, 32)], 64);
    assert_eq!((cut.flaws.len(), cut.missing), (0, 32 + (4 << 20) - 64));
    // Types of other builds end where the next tensor begins.
    assert_eq!(tensors(&[(&[64], 137, 0), (&[8], 0, 32)], 64).flaws, []);
    let hole = tensors(&[(&[8], 0, 0), (&[8], 0, 64)], 96);
    assert_eq!((hole.flaws.len(), hole.spare.len()), (0, 1 + usize::from(hole.spare.len() > 1)));
}

#[test]
fn headers_that_lie_are_broken() {
    let key = |name: &str, kind: u32, rest: &[u8]| {
        let mut writer = Writer::new(3, false, 0, 1);
        writer.text(name);
        writer.u32(kind);
        writer.bytes.extend(rest);
        writer.bytes
    };
    let long = u64::MAX.to_le_bytes();
    let nested = b"\x09\0\0\0\xff\xff\xff\xff\0\0\0\0".repeat(1000);
    for bytes in [
        Writer::new(3, false, u64::MAX, 0).bytes,
        Writer::new(3, false, 0, u64::MAX).bytes,
        Writer::new(4, false, 0, 0).bytes,
        key("a", 8, &long),
        key("a", 8, &[&900u64.to_le_bytes()[..], b"text\0\0\0\x04"].concat()),
        key("a", 13, b"1234"),
        key("a", 9, &[&[4, 0, 0, 0], &long[..]].concat()),
        key("a", 9, &[&[8, 0, 0, 0], &long[..]].concat()),
        key("a", 9, &[&[99, 0, 0, 0], &[1; 8][..]].concat()),
        key("a", 9, &nested),
        key("general.alignment", 4, &[3, 0, 0, 0]),
        key("general.alignment", 4, &[0, 0, 0, 0]),
    ] {
        let (_, outcome) = judged(&bytes);
        assert!(matches!(outcome, Err(Failure::Broken(_))), "{outcome:?} for {bytes:?}");
    }
    for sides in [&[1; 5][..], &[1 << 40, 1 << 40], &[1 << 62, 4, 0]] {
        let mut writer = Writer::new(3, false, 1, 0);
        writer.tensor("t", sides, 0, 0);
        assert!(matches!(judged(&writer.data(64)).1, Err(Failure::Broken(_))), "{sides:?}");
    }
    assert_eq!(judged(&key("a", 7, &[2])).0, ["`a` is neither true nor false"]);
}

#[test]
fn names_that_are_there_twice_are_flaws() {
    let mut writer = Writer::new(3, false, 2, 2);
    for _ in 0..2 {
        writer.text("general.name");
        writer.u32(8);
        writer.text("x");
    }
    writer.tensor("t", &[8], 0, 0);
    writer.tensor("t", &[8], 0, 32);
    let (flaws, outcome) = judged(&writer.data(64));
    assert_eq!((flaws.len(), outcome), (2, Ok(())));
}
