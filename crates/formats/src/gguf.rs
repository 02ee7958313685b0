//! GGUF: the metadata of a model, and whether its tensors lie inside the file. Source: `docs/gguf.md` of ggml.

use std::ops::Range;

use crate::cursor::Cursor;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Format version.
    pub version: u32,
    /// The string values and where they stand; other values are stepped over.
    pub strings: Vec<Text>,
    /// Number of tensors.
    pub tensors: u64,
    /// Where the tensor data begins and how far the tensors reach as far as their types are known.
    pub data: Option<Range<u64>>,
    /// What is wrong with it.
    pub flaws: Vec<&'static str>,
}

/// A string value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The key.
    pub key: String,
    /// The bytes of the value in the file.
    pub range: Range<usize>,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most keys, and the most tensors.
    pub entries: u64,
    /// How deep arrays may lie in arrays.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 200_000, depth: 4 }
    }
}

/// Reads the metadata from the head of a file of `len` bytes. What was read before an error is kept in the result.
pub fn parse(head: &[u8], len: u64, limits: Limits) -> (Metadata, Result<(), &'static str>) {
    let mut metadata = Metadata::default();
    let outcome = read(head, len, limits, &mut metadata);
    (metadata, outcome)
}

fn read(head: &[u8], len: u64, limits: Limits, metadata: &mut Metadata) -> Result<(), &'static str> {
    let mut cursor = Cursor::new(head, 0);
    if cursor.take(4) != Some(b"GGUF") {
        return Err("it does not start like GGUF");
    }
    metadata.version = cursor.u32().ok_or(SHORT)?;
    if !matches!(metadata.version, 1..=3) {
        return Err("its version is unknown, or its byte order is reversed");
    }
    let wide = metadata.version > 1;
    metadata.tensors = length(&mut cursor, wide).ok_or(SHORT)?;
    let keys = length(&mut cursor, wide).ok_or(SHORT)?;
    if keys > limits.entries || metadata.tensors > limits.entries {
        return Err("it claims more entries than any model has");
    }
    let mut alignment = 32;
    for _ in 0..keys {
        let key = string(&mut cursor, wide).ok_or(SHORT)?;
        let key = String::from_utf8_lossy(head.get(key).unwrap_or_default()).into_owned();
        let kind = cursor.u32().ok_or(SHORT)?;
        if kind == STRING {
            let range = string(&mut cursor, wide).ok_or(SHORT)?;
            metadata.strings.push(Text { key, range });
        } else if key == "general.alignment" && kind == 4 {
            alignment = u64::from(cursor.u32().ok_or(SHORT)?);
        } else {
            skip(&mut cursor, kind, wide, limits.depth)?;
        }
    }
    if !alignment.is_power_of_two() || alignment > 1 << 20 {
        return Err("its alignment is no power of two");
    }
    let mut ends: Vec<(u64, Option<u64>)> = Vec::new();
    for _ in 0..metadata.tensors {
        ends.push(tensor(&mut cursor, wide)?);
    }
    let start = (cursor.at() as u64).next_multiple_of(alignment);
    let mut reach = start;
    for (offset, size) in ends {
        let end = start.checked_add(offset).and_then(|at| at.checked_add(size.unwrap_or(0)));
        match end {
            Some(end) if end <= len => reach = if size.is_some() { reach.max(end) } else { len },
            _ => return Err("a tensor lies outside of the file"),
        }
    }
    let reach = reach.next_multiple_of(alignment);
    metadata.data = Some(start..reach);
    Ok(())
}

/// Offset and length of a tensor; no length if its type is not known here.
fn tensor(cursor: &mut Cursor<'_>, wide: bool) -> Result<(u64, Option<u64>), &'static str> {
    string(cursor, wide).ok_or(SHORT)?;
    let sides = cursor.u32().ok_or(SHORT)?;
    if sides > 4 {
        return Err("a tensor has more than four sides");
    }
    let mut count = 1u64;
    for _ in 0..sides {
        let side = length(cursor, wide).ok_or(SHORT)?;
        count = count.checked_mul(side).ok_or("a tensor is larger than any memory")?;
    }
    let kind = cursor.u32().ok_or(SHORT)?;
    let offset = cursor.u64().ok_or(SHORT)?;
    let size = match block(kind) {
        Some((items, bytes)) => {
            Some(count.div_ceil(items).checked_mul(bytes).ok_or("a tensor is larger than any memory")?)
        }
        None => None,
    };
    Ok((offset, size))
}

/// How many items a block of a tensor type has, and how many bytes.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        9 => (32, 36),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        15 => (256, 292),
        24 => (1, 1),
        27 | 28 => (1, 8),
        _ => return None,
    })
}

fn length(cursor: &mut Cursor<'_>, wide: bool) -> Option<u64> {
    if wide { cursor.u64() } else { cursor.u32().map(u64::from) }
}

fn string(cursor: &mut Cursor<'_>, wide: bool) -> Option<Range<usize>> {
    let len = length(cursor, wide)?;
    let start = cursor.at();
    cursor.take_long(len)?;
    Some(start..cursor.at())
}

fn skip(cursor: &mut Cursor<'_>, kind: u32, wide: bool, depth: usize) -> Result<(), &'static str> {
    if let Some(size) = scalar(kind) {
        return cursor.take_long(size).map(drop).ok_or(SHORT);
    }
    match kind {
        STRING => string(cursor, wide).map(drop).ok_or(SHORT),
        ARRAY if depth == 0 => Err("its arrays are nested too deeply"),
        ARRAY => {
            let kind = cursor.u32().ok_or(SHORT)?;
            let count = length(cursor, wide).ok_or(SHORT)?;
            if let Some(size) = scalar(kind) {
                let bytes = count.checked_mul(size).ok_or(SHORT)?;
                return cursor.take_long(bytes).map(drop).ok_or(SHORT);
            }
            // Each item takes at least four bytes, so a count that lies ends at the end of the bytes.
            (0..count).try_for_each(|_| skip(cursor, kind, wide, depth - 1))
        }
        _ => Err("a value has an unknown type"),
    }
}

fn scalar(kind: u32) -> Option<u64> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

const STRING: u32 = 8;
const ARRAY: u32 = 9;
/// Why a file that was cut off cannot be read.
pub const SHORT: &str = "it ends in the middle of its metadata";

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }

    fn file() -> Vec<u8> {
        let mut bytes = b"GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0".to_vec();
        text(&mut bytes, "tokenizer.ggml.tokens");
        bytes.extend(b"\x09\0\0\0\x08\0\0\0\x02\0\0\0\0\0\0\0");
        text(&mut bytes, "a");
        text(&mut bytes, "b");
        text(&mut bytes, "general.file_type");
        bytes.extend(b"\x04\0\0\0\x01\0\0\0");
        text(&mut bytes, "tokenizer.chat_template");
        bytes.extend(b"\x08\0\0\0");
        text(&mut bytes, "{{ x }}");
        text(&mut bytes, "weight");
        bytes.extend(b"\x01\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        bytes.resize(bytes.len().next_multiple_of(32) + 32, 0);
        bytes
    }

    #[test]
    fn templates_are_found_with_their_place() {
        let bytes = file();
        let (metadata, outcome) = parse(&bytes, bytes.len() as u64, Limits::default());
        assert_eq!(outcome, Ok(()));
        assert_eq!(metadata.strings.len(), 1);
        assert_eq!(metadata.strings[0].key, "tokenizer.chat_template");
        assert_eq!(&bytes[metadata.strings[0].range.clone()], b"{{ x }}");
        assert_eq!(metadata.data.unwrap().end, bytes.len() as u64);
    }

    #[test]
    fn truncated_files_are_errors() {
        let bytes = file();
        for len in 0..bytes.len() - 24 {
            assert!(parse(&bytes[..len], len as u64, Limits::default()).1.is_err(), "{len}");
        }
    }

    #[test]
    fn nested_arrays_are_bounded() {
        let mut bytes = b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
        text(&mut bytes, "a");
        bytes.extend(b"\x09\0\0\0");
        bytes.extend(b"\x09\0\0\0\xff\xff\xff\xff\0\0\0\0".repeat(1000));
        assert!(parse(&bytes, bytes.len() as u64, Limits::default()).1.is_err());
    }
}
