//! `MXNet` parameter files: a list of arrays and their names. Source: `ndarray.cc` of Apache `MXNet`.

use std::ops::Range;

use crate::cursor::Cursor;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// How many arrays it says that it has.
    pub count: u64,
    /// The names of the arrays.
    pub names: Vec<Range<usize>>,
    /// Where it ends.
    pub end: usize,
    /// Why reading ended early, if it did.
    pub flaw: Option<&'static str>,
}

/// What a file begins with: a number of eight bytes, and another that is not used.
pub const MAGIC: &[u8] = b"\x12\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Reads a file. The arrays are stepped over.
pub fn parse(bytes: &[u8]) -> Parameters {
    let mut found = Parameters::default();
    let mut cursor = Cursor::new(bytes, MAGIC.len());
    found.flaw = arrays(&mut cursor, &mut found).and_then(|()| names(&mut cursor, &mut found)).err();
    found.end = cursor.at();
    found
}

fn arrays(cursor: &mut Cursor<'_>, found: &mut Parameters) -> Result<(), &'static str> {
    found.count = cursor.u64().ok_or(SHORT)?;
    for _ in 0..found.count {
        array(cursor)?;
    }
    Ok(())
}

fn array(cursor: &mut Cursor<'_>) -> Result<(), &'static str> {
    let magic = cursor.u32().ok_or(SHORT)?;
    let (dimensions, wide) = match magic {
        V2 | V3 => match cursor.u32().ok_or(SHORT)? {
            u32::MAX | 0 => (cursor.u32().ok_or(SHORT)?, true),
            _ => return Err("it has sparse arrays, which are not read"),
        },
        V1 => (cursor.u32().ok_or(SHORT)?, true),
        // Before there was a magic number, the array began with the number of its dimensions.
        few if few <= 32 => (few, false),
        _ => return Err("an array begins with a number that no version writes"),
    };
    // An array of unknown shape.
    if dimensions == 0 || dimensions == u32::MAX {
        return Ok(());
    }
    if dimensions > 32 {
        return Err("an array has more than 32 dimensions");
    }
    let mut elements = 1u64;
    for _ in 0..dimensions {
        let size = if wide { cursor.u64() } else { cursor.u32().map(u64::from) };
        elements = elements.checked_mul(size.ok_or(SHORT)?).ok_or("the shape of an array overflows")?;
    }
    let _device = cursor.u64().ok_or(SHORT)?;
    let width = match cursor.u32().ok_or(SHORT)? {
        0 | 4 => 4,
        1 | 6 => 8,
        2 | 8 | 9 | 12 => 2,
        3 | 5 | 7 => 1,
        _ => return Err("an array has a type that does not exist"),
    };
    let len = elements.checked_mul(width).ok_or("the shape of an array overflows")?;
    cursor.take_long(len).map(drop).ok_or(SHORT)
}

fn names(cursor: &mut Cursor<'_>, found: &mut Parameters) -> Result<(), &'static str> {
    let count = cursor.u64().ok_or(SHORT)?;
    for _ in 0..count {
        let len = cursor.u64().ok_or(SHORT)?;
        let start = cursor.at();
        cursor.take_long(len).ok_or(SHORT)?;
        found.names.push(start..cursor.at());
    }
    Ok(())
}

/// The reason for files that merely end early.
pub const SHORT: &str = "it ends in the middle of an array or a name";

const V1: u32 = 0xF993_FAC8;
const V2: u32 = 0xF993_FAC9;
const V3: u32 = 0xF993_FACA;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(V2.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(2u64.to_le_bytes());
        bytes.extend([1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 7, 7]);
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(5u64.to_le_bytes());
        bytes.extend(b"arg:w");
        bytes
    }

    #[test]
    fn names_are_found() {
        let bytes = sample();
        let found = parse(&bytes);
        assert_eq!((found.count, found.flaw, found.end), (1, None, bytes.len()));
        assert_eq!(&bytes[found.names[0].clone()], b"arg:w");
    }

    #[test]
    fn truncated_files_are_short() {
        let bytes = sample();
        for end in MAGIC.len()..bytes.len() {
            assert_eq!(parse(&bytes[..end]).flaw, Some(SHORT), "{end}");
        }
    }

    #[test]
    fn shapes_that_overflow_are_said() {
        let mut bytes = sample();
        bytes[32..36].copy_from_slice(&2u32.to_le_bytes());
        bytes[36..44].copy_from_slice(&[0xff; 8]);
        assert_eq!(parse(&bytes).flaw, Some("the shape of an array overflows"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let bytes = [MAGIC, &bytes].concat();
            prop_assert!(parse(&bytes).names.iter().all(|name| bytes.get(name.clone()).is_some()));
        }
    }
}
