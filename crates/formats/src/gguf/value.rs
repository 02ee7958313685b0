//! Values behind keys. Strings that are not vocabulary are kept; everything else is checked and stepped over.

use super::{Failure, Limits, Metadata, Text, reader::Reader, shown};

/// Reads a value; returns it if it is a whole number.
pub(super) fn read(
    reader: &mut Reader<'_>,
    key: &str,
    kind: u32,
    limits: Limits,
    metadata: &mut Metadata,
) -> Result<Option<u64>, Failure> {
    let number = match kind {
        UINT8 | INT8 => reader.u8()?.into(),
        UINT16 | INT16 => reader.u16()?.into(),
        UINT32 | INT32 => reader.u32()?.into(),
        UINT64 | INT64 => reader.u64()?,
        BOOL => {
            let at = reader.at();
            let value = reader.u8()?;
            if value > 1 {
                metadata.flaw(at, format!("`{}` is neither true nor false", shown(key)));
            }
            return Ok(None);
        }
        FLOAT32 | FLOAT64 => {
            let size = if kind == FLOAT32 { 4 } else { 8 };
            return reader.skip(size).map(|_| None);
        }
        STRING => {
            let range = reader.string()?;
            keep(key, range, limits, metadata);
            return Ok(None);
        }
        ARRAY => return array(reader, key, limits, limits.depth, metadata).map(|()| None),
        _ => return Err(Failure::Broken("a value has an unknown type")),
    };
    Ok(Some(number))
}

fn array(
    reader: &mut Reader<'_>,
    key: &str,
    limits: Limits,
    depth: usize,
    metadata: &mut Metadata,
) -> Result<(), Failure> {
    if depth == 0 {
        return Err(Failure::Broken("its arrays are nested too deeply"));
    }
    let kind = reader.u32()?;
    let count = reader.length()?;
    if let Some(size) = scalar(kind) {
        let bytes = count.checked_mul(size).ok_or(Failure::Broken("the length of an array overflows"))?;
        return reader.skip(bytes).map(drop);
    }
    match kind {
        STRING | ARRAY => {
            // Each item takes at least as much as its length.
            if count > reader.rest() && count > ITEMS {
                return Err(Failure::Broken("an array claims more items than any vocabulary has"));
            }
            let is_vocabulary = key.starts_with("tokenizer.") && !key.contains("template");
            for _ in 0..count {
                if kind == ARRAY {
                    array(reader, key, limits, depth - 1, metadata)?;
                } else {
                    let range = reader.string()?;
                    if !is_vocabulary {
                        keep(key, range, limits, metadata);
                    }
                }
            }
            Ok(())
        }
        _ => Err(Failure::Broken("an array has an unknown type")),
    }
}

fn keep(key: &str, range: std::ops::Range<usize>, limits: Limits, metadata: &mut Metadata) {
    if metadata.strings.len() < limits.strings {
        metadata.strings.push(Text { key: key.to_owned(), range });
    }
}

fn scalar(kind: u32) -> Option<u64> {
    Some(match kind {
        UINT8 | INT8 | BOOL => 1,
        UINT16 | INT16 => 2,
        UINT32 | INT32 | FLOAT32 => 4,
        UINT64 | INT64 | FLOAT64 => 8,
        _ => return None,
    })
}

const UINT8: u32 = 0;
const INT8: u32 = 1;
const UINT16: u32 = 2;
const INT16: u32 = 3;
const UINT32: u32 = 4;
const INT32: u32 = 5;
const FLOAT32: u32 = 6;
const BOOL: u32 = 7;
const STRING: u32 = 8;
const ARRAY: u32 = 9;
const UINT64: u32 = 10;
const INT64: u32 = 11;
const FLOAT64: u32 = 12;
/// The largest vocabularies have a few million entries.
const ITEMS: u64 = 1 << 27;
