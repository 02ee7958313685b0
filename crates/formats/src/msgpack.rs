//! `MessagePack` as Flax and JAX write it: the texts, byte strings and extensions in it; numbers are stepped over.
//!
//! Source: `MessagePack` specification; the extensions are those of `flax.serialization`.

use std::ops::Range;

use crate::cursor::Cursor;

/// What a document holds, as far as security cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Texts, byte strings and extensions, in order.
    pub values: Vec<Value>,
    /// Where the first document ends.
    pub end: usize,
    /// Why reading ended early, if it did.
    pub flaw: Option<Flaw>,
}

/// A text, a byte string or an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The nearest key above it; empty if there is none.
    pub key: Range<usize>,
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A key of a map.
    Key,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// An extension of this type.
    Extension(i8),
}

/// Why reading ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The bytes end before the document does.
    Short,
    /// A length that no file could hold, at this offset.
    Absurd(usize),
    /// Nested deeper than the limit.
    Deep,
    /// A byte that means nothing, at this offset.
    Unknown(usize),
    /// More values than the limit.
    Many,
}

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nesting.
    pub depth: usize,
    /// The most values that are kept.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 512, kept: 200_000 }
    }
}

/// Whether these bytes begin like a map whose first key is a word.
pub fn looks_like(head: &[u8]) -> bool {
    let ([0x81..=0x8f, rest @ ..] | [0xde, _, _, rest @ ..] | [0xdf, _, _, _, _, rest @ ..]) = head else {
        return false;
    };
    let (key, next) = match rest {
        [len @ 0xa1..=0xbf, rest @ ..] => rest.split_at_checked(usize::from(len & 0x1f)).unwrap_or_default(),
        [0xd9, len, rest @ ..] => rest.split_at_checked(usize::from(*len)).unwrap_or_default(),
        _ => return false,
    };
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b' ' | b':');
    !key.is_empty() && key.iter().all(word) && next.first().is_some_and(|byte| *byte != 0xc1)
}

/// Reads the first document. Everything before what cannot be read is kept.
pub fn parse(bytes: &[u8], limits: Limits) -> Document {
    let mut reader = Reader { cursor: Cursor::new(bytes, 0), total: bytes.len(), limits, found: Vec::new() };
    let flaw = reader.walk().err();
    Document { values: reader.found, end: reader.cursor.at(), flaw }
}

/// The array in an extension of type 1 or 3: shape, name of the element type, data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// The product of the shape; `None` if it overflows.
    pub elements: Option<u64>,
    /// The element type, such as `float32`.
    pub dtype: String,
    /// The data, in the file.
    pub data: Range<usize>,
}

/// Reads the array in an extension.
pub fn array(bytes: &[u8], range: &Range<usize>) -> Option<Array> {
    let mut reader = Cursor::new(bytes.get(..range.end)?, range.start);
    if reader.u8()? != 0x93 {
        return None;
    }
    let dimensions = match reader.u8()? {
        byte @ 0x90..=0x9f => u32::from(byte & 0xf),
        _ => return None,
    };
    let mut elements = Some(1u64);
    for _ in 0..dimensions {
        let size = match reader.u8()? {
            byte @ 0..=0x7f => u64::from(byte),
            0xcc => u64::from(reader.u8()?),
            0xcd => big(reader.take(2)?),
            0xce => big(reader.take(4)?),
            0xcf => big(reader.take(8)?),
            _ => return None,
        };
        elements = elements.and_then(|product| product.checked_mul(size));
    }
    let len = match reader.u8()? {
        byte @ 0xa0..=0xbf => usize::from(byte & 0x1f),
        0xd9 => usize::from(reader.u8()?),
        _ => return None,
    };
    let dtype = String::from_utf8_lossy(reader.take(len)?).into_owned();
    let width = match reader.u8()? {
        0xc4 => 1,
        0xc5 => 2,
        0xc6 => 4,
        _ => return None,
    };
    let len = big(reader.take(width)?);
    let start = reader.at();
    reader.take_long(len)?;
    Some(Array { elements, dtype, data: start..reader.at() })
}

fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    total: usize,
    limits: Limits,
    found: Vec<Value>,
}

/// A collection that is being read.
struct Frame {
    /// How many values are still to come; keys count.
    left: u64,
    map: bool,
    key: Range<usize>,
}

impl Reader<'_> {
    fn walk(&mut self) -> Result<(), Flaw> {
        let mut frames = vec![Frame { left: 1, map: false, key: 0..0 }];
        while let Some(frame) = frames.last_mut() {
            if frame.left == 0 {
                frames.pop();
                continue;
            }
            let is_key = frame.map && frame.left % 2 == 0;
            frame.left -= 1;
            let key = frame.key.clone();
            let before = self.found.len();
            if let Some((count, map)) = self.value(key.clone(), is_key)? {
                if frames.len() >= self.limits.depth {
                    return Err(Flaw::Deep);
                }
                frames.push(Frame { left: count, map, key });
            } else if is_key && let Some(found) = self.found.get(before) {
                let range = found.range.clone();
                if let Some(frame) = frames.last_mut() {
                    frame.key = range;
                }
            }
        }
        Ok(())
    }

    /// Reads one value; of a collection only how many values it has, and whether it is a map.
    fn value(&mut self, key: Range<usize>, is_key: bool) -> Result<Option<(u64, bool)>, Flaw> {
        let at = self.cursor.at();
        let first = self.cursor.u8().ok_or(Flaw::Short)?;
        let text = if is_key { Kind::Key } else { Kind::Text };
        match first {
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => {}
            0x80..=0x8f => return Ok(Some((u64::from(first & 0xf) * 2, true))),
            0x90..=0x9f => return Ok(Some((u64::from(first & 0xf), false))),
            0xa0..=0xbf => self.keep(key, u64::from(first & 0x1f), text)?,
            0xc4..=0xc6 => {
                let len = self.number(1 << (first - 0xc4))?;
                self.keep(key, len, Kind::Bytes)?;
            }
            0xc7..=0xc9 => {
                let len = self.number(1 << (first - 0xc7))?;
                self.extension(key, len)?;
            }
            0xca | 0xce | 0xd2 => self.skip(4)?,
            0xcb | 0xcf | 0xd3 => self.skip(8)?,
            0xcc | 0xd0 => self.skip(1)?,
            0xcd | 0xd1 => self.skip(2)?,
            0xd4..=0xd8 => self.extension(key, 1 << (first - 0xd4))?,
            0xd9..=0xdb => {
                let len = self.number(1 << (first - 0xd9))?;
                self.keep(key, len, text)?;
            }
            0xdc | 0xdd => return self.collection(at, if first == 0xdc { 2 } else { 4 }, 1),
            0xde | 0xdf => return self.collection(at, if first == 0xde { 2 } else { 4 }, 2),
            0xc1 => return Err(Flaw::Unknown(at)),
        }
        Ok(None)
    }

    fn collection(&mut self, at: usize, width: usize, each: u64) -> Result<Option<(u64, bool)>, Flaw> {
        let count = self.number(width)?;
        // Every value takes a byte. Loaders reserve memory for the count that is claimed.
        if count >= ABSURD && count > self.total as u64 {
            return Err(Flaw::Absurd(at));
        }
        Ok(Some((count * each, each == 2)))
    }

    fn extension(&mut self, key: Range<usize>, len: u64) -> Result<(), Flaw> {
        let kind = i8::from_ne_bytes([self.cursor.u8().ok_or(Flaw::Short)?]);
        self.keep(key, len, Kind::Extension(kind))
    }

    fn keep(&mut self, key: Range<usize>, len: u64, kind: Kind) -> Result<(), Flaw> {
        let start = self.cursor.at();
        self.cursor.take_long(len).ok_or(Flaw::Short)?;
        if self.found.len() >= self.limits.kept {
            return Err(Flaw::Many);
        }
        self.found.push(Value { key, range: start..self.cursor.at(), kind });
        Ok(())
    }

    fn number(&mut self, width: usize) -> Result<u64, Flaw> {
        self.cursor.take(width).map(big).ok_or(Flaw::Short)
    }

    fn skip(&mut self, len: usize) -> Result<(), Flaw> {
        self.cursor.take(len).map(drop).ok_or(Flaw::Short)
    }
}

/// A count that makes a loader reserve gigabytes.
const ABSURD: u64 = 1 << 27;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `{"params": {"w": ndarray((2,), uint8)}, "note": "hi", "raw": b"\x01", "n": [1.5]}`
    const SAMPLE: &[u8] = b"\x84\xa6params\x81\xa1w\xc7\x0d\x01\x93\x91\x02\xa5uint8\xc4\x02\x07\x07\xa4note\xa2hi\xa3raw\xc4\x01\x01\xa1n\x91\xca\0\0\0\0";

    #[test]
    fn values_have_their_keys() {
        let read = parse(SAMPLE, Limits::default());
        assert_eq!((read.flaw, read.end), (None, SAMPLE.len()));
        let values = read.values.iter().filter(|value| value.kind != Kind::Key);
        let seen: Vec<_> = values.map(|value| (&SAMPLE[value.key.clone()], value.kind)).collect();
        assert_eq!(seen, [(&b"w"[..], Kind::Extension(1)), (b"note", Kind::Text), (b"raw", Kind::Bytes)]);
        let extension = read.values.iter().find(|value| value.kind == Kind::Extension(1)).unwrap();
        let array = array(SAMPLE, &extension.range).unwrap();
        assert_eq!((array.elements, array.dtype.as_str(), array.data.len()), (Some(2), "uint8", 2));
        assert!(looks_like(SAMPLE));
    }

    #[test]
    fn lies_and_depth_are_found() {
        assert!(matches!(parse(b"\xdd\xff\xff\xff\xff\x01", Limits::default()).flaw, Some(Flaw::Absurd(0))));
        assert_eq!(parse(&[0x91; 5000], Limits::default()).flaw, Some(Flaw::Deep));
        assert_eq!(parse(b"\xc1", Limits::default()).flaw, Some(Flaw::Unknown(0)));
    }

    #[test]
    fn truncated_documents_are_short() {
        for end in 0..SAMPLE.len() {
            assert_eq!(parse(&SAMPLE[..end], Limits::default()).flaw, Some(Flaw::Short), "{end}");
            looks_like(&SAMPLE[..end]);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let read = parse(&bytes, Limits { depth: 20, kept: 50 });
            for value in &read.values {
                prop_assert!(bytes.get(value.range.clone()).is_some());
                array(&bytes, &value.range);
            }
        }
    }
}
