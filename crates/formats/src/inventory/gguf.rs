//! The tensors of a GGUF file. Source: `docs/gguf.md` and `ggml.h` of ggml.

use super::{Entry, Inventory, Place};
use crate::cursor::Cursor;

pub(super) fn list(bytes: &[u8], most: usize) -> Inventory {
    let mut inventory = Inventory::new("GGUF");
    inventory.gap = read(bytes, most, &mut inventory.entries).err().map(str::to_owned);
    inventory
}

fn read(bytes: &[u8], most: usize, entries: &mut Vec<Entry>) -> Result<(), &'static str> {
    let mut cursor = Cursor::new(bytes, 4);
    let version = cursor.u32().ok_or(SHORT)?;
    if !matches!(version, 2 | 3) {
        return Err("its version is not listed, or its byte order is reversed");
    }
    let (tensors, keys) = (cursor.u64().ok_or(SHORT)?, cursor.u64().ok_or(SHORT)?);
    let mut alignment = 32;
    for _ in 0..keys {
        let key = text(&mut cursor).ok_or(SHORT)?;
        let kind = cursor.u32().ok_or(SHORT)?;
        if key == b"general.alignment" && kind == 4 {
            alignment = u64::from(cursor.u32().ok_or(SHORT)?);
        } else {
            skip(&mut cursor, kind, DEPTH).ok_or(SHORT)?;
        }
    }
    let mut offsets = Vec::new();
    for _ in 0..tensors {
        if entries.len() >= most {
            return Err("it has too many tensors");
        }
        let (entry, offset) = tensor(&mut cursor).ok_or(SHORT)?;
        entries.push(entry);
        offsets.push(offset);
    }
    if !alignment.is_power_of_two() || alignment > 1 << 20 {
        return Err("its alignment is no power of two");
    }
    let data = (cursor.at() as u64).next_multiple_of(alignment);
    for (entry, offset) in entries.iter_mut().zip(offsets) {
        let start = data.checked_add(offset);
        let end = start.zip(entry.bytes).and_then(|(start, len)| start.checked_add(len));
        let range = start.zip(end).filter(|(_, end)| *end <= bytes.len() as u64);
        let range = range.and_then(|(start, end)| Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?));
        entry.place = range.map_or(Place::Unknown, Place::Range);
    }
    Ok(())
}

fn tensor(cursor: &mut Cursor<'_>) -> Option<(Entry, u64)> {
    let name = String::from_utf8_lossy(text(cursor)?).into_owned();
    let sides = cursor.u32().filter(|sides| *sides <= 8)?;
    let mut shape: Vec<u64> = (0..sides).map(|_| cursor.u64()).collect::<Option<_>>()?;
    // ggml names the side that varies fastest first.
    shape.reverse();
    let (kind, offset) = (cursor.u32()?, cursor.u64()?);
    let row = TYPES.iter().find(|row| row.0 == kind);
    let count = shape.iter().try_fold(1u64, |count, side| count.checked_mul(*side));
    let bytes = row.zip(count).and_then(|(row, count)| count.div_ceil(row.2).checked_mul(row.3));
    let dtype = row.map_or_else(|| format!("type {kind}"), |row| row.1.to_owned());
    Some((Entry { name, dtype, shape, bytes, place: Place::Unknown }, offset))
}

fn text<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    let len = cursor.u64()?;
    cursor.take_long(len)
}

fn skip(cursor: &mut Cursor<'_>, kind: u32, depth: usize) -> Option<()> {
    match kind {
        8 => text(cursor).map(drop),
        9 if depth > 0 => {
            let (kind, count) = (cursor.u32()?, cursor.u64()?);
            match scalar(kind) {
                Some(size) => cursor.take_long(count.checked_mul(size)?).map(drop),
                None => (0..count).try_for_each(|_| skip(cursor, kind, depth - 1)),
            }
        }
        _ => cursor.take_long(scalar(kind)?).map(drop),
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

const DEPTH: usize = 4;
const SHORT: &str = "it ends in the middle of its metadata, or has a value of an unknown type";
/// Number of the type, its name, items and bytes of a block.
const TYPES: &[(u32, &str, u64, u64)] = &[
    (0, "F32", 1, 4),
    (1, "F16", 1, 2),
    (2, "Q4_0", 32, 18),
    (3, "Q4_1", 32, 20),
    (6, "Q5_0", 32, 22),
    (7, "Q5_1", 32, 24),
    (8, "Q8_0", 32, 34),
    (9, "Q8_1", 32, 36),
    (10, "Q2_K", 256, 84),
    (11, "Q3_K", 256, 110),
    (12, "Q4_K", 256, 144),
    (13, "Q5_K", 256, 176),
    (14, "Q6_K", 256, 210),
    (15, "Q8_K", 256, 292),
    (16, "IQ2_XXS", 256, 66),
    (17, "IQ2_XS", 256, 74),
    (18, "IQ3_XXS", 256, 98),
    (19, "IQ1_S", 256, 50),
    (20, "IQ4_NL", 32, 18),
    (21, "IQ3_S", 256, 110),
    (22, "IQ2_S", 256, 82),
    (23, "IQ4_XS", 256, 136),
    (24, "I8", 1, 1),
    (25, "I16", 1, 2),
    (26, "I32", 1, 4),
    (27, "I64", 1, 8),
    (28, "F64", 1, 8),
    (29, "IQ1_M", 256, 56),
    (30, "BF16", 1, 2),
    (34, "TQ1_0", 256, 54),
    (35, "TQ2_0", 256, 66),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn put(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }

    fn file() -> Vec<u8> {
        let mut bytes = b"GGUF\x03\0\0\0\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0".to_vec();
        put(&mut bytes, "tokens");
        bytes.extend(b"\x09\0\0\0\x08\0\0\0\x01\0\0\0\0\0\0\0");
        put(&mut bytes, "a");
        for (name, kind, offset) in [("first", 0u32, 0u64), ("second", 2, 64)] {
            put(&mut bytes, name);
            bytes.extend(2u32.to_le_bytes());
            bytes.extend([32u64, 2].map(u64::to_le_bytes).concat());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
        }
        bytes.resize(bytes.len().next_multiple_of(32) + 256, 0);
        bytes
    }

    #[test]
    fn tensors_are_listed_with_their_blocks() {
        let bytes = file();
        let inventory = list(&bytes, 10);
        let seen: Vec<_> =
            inventory.entries.iter().map(|entry| (entry.name.as_str(), entry.dtype.as_str(), entry.bytes)).collect();
        assert_eq!(seen, [("first", "F32", Some(256)), ("second", "Q4_0", Some(36))]);
        assert_eq!((inventory.entries[0].shape.as_slice(), inventory.gap), (&[2, 32][..], None));
        assert_eq!(inventory.entries[0].offset(), Some(bytes.len() as u64 - 256));
        assert!(list(&bytes, 1).gap.is_some());
    }

    #[test]
    fn truncated_files_say_so() {
        let bytes = file();
        for len in 4..bytes.len() {
            let inventory = list(&bytes[..len], 10);
            let whole = inventory.gap.is_none() && inventory.entries.iter().all(|entry| entry.offset().is_some());
            assert!(!whole, "{len}");
        }
    }
}
