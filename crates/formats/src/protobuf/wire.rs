//! The wire format of protobuf messages, read without a schema: fields with their numbers and byte ranges.
//!
//! Source: Protocol Buffers documentation, "Encoding".

use std::ops::Range;

use crate::cursor::Cursor;

/// One field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its number; 0 if the tag could not be read.
    pub number: u64,
    /// How its value is written.
    pub wire: Wire,
    /// The bytes of the value, without the length in front of it.
    pub range: Range<usize>,
    /// Whether the message ends in the middle of it; it is the last one then, and reaches to the end.
    pub cut: bool,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A number of variable length, and the number.
    Varint(u64),
    /// Four or eight bytes.
    Fixed,
    /// Bytes, text, a message, or packed numbers.
    Delimited,
    /// A group, which no model format uses, or a wire type that does not exist.
    Unknown,
}

/// The fields of one message, in the order of the file.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    cursor: Cursor<'a>,
    end: usize,
}

impl<'a> Fields<'a> {
    /// The fields of the message that lies in this range of `bytes`.
    pub fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        let end = range.end.min(bytes.len());
        Self { cursor: Cursor::new(bytes.get(..end).unwrap_or_default(), range.start), end }
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.cursor.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// The rest of the message, as a field that is cut.
    fn rest(&mut self, number: u64, wire: Wire) -> Option<Field> {
        let start = self.cursor.at();
        self.cursor.seek(self.end)?;
        Some(Field { number, wire, range: start..self.end, cut: true })
    }
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        if self.cursor.at() >= self.end {
            return None;
        }
        let Some(tag) = self.varint() else { return self.rest(0, Wire::Unknown) };
        let (number, start) = (tag >> 3, self.cursor.at());
        let wire = match tag & 7 {
            0 => match self.varint() {
                Some(value) => Wire::Varint(value),
                None => return self.rest(number, Wire::Unknown),
            },
            kind @ (1 | 5) => match self.cursor.take(if kind == 1 { 8 } else { 4 }) {
                Some(_) => Wire::Fixed,
                None => return self.rest(number, Wire::Fixed),
            },
            2 => {
                let Some(len) = self.varint() else { return self.rest(number, Wire::Delimited) };
                let start = self.cursor.at();
                if self.cursor.take_long(len).is_none() {
                    return self.rest(number, Wire::Delimited);
                }
                let range = start..self.cursor.at();
                return Some(Field { number, wire: Wire::Delimited, range, cut: false });
            }
            _ => return self.rest(number, Wire::Unknown),
        };
        Some(Field { number, wire, range: start..self.cursor.at(), cut: false })
    }
}

/// The text of a field, as far as `most` bytes; what is not UTF-8 is replaced.
pub fn text(bytes: &[u8], range: &Range<usize>, most: usize) -> String {
    let bytes = bytes.get(range.clone()).unwrap_or_default();
    String::from_utf8_lossy(bytes.get(..bytes.len().min(most)).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_have_numbers_and_ranges() {
        let bytes = b"\x08\x96\x01\x12\x02hi\x1d\0\0\x80\x3f";
        let fields: Vec<_> = Fields::new(bytes, 0..bytes.len()).collect();
        assert_eq!(fields.iter().map(|field| field.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(fields[0].wire, Wire::Varint(150));
        assert_eq!((text(bytes, &fields[1].range, 9), fields[2].wire), ("hi".to_owned(), Wire::Fixed));
        assert!(fields.iter().all(|field| !field.cut));
    }

    #[test]
    fn a_field_that_reaches_past_the_end_is_the_last() {
        let bytes = b"\x12\x7fhi";
        let fields: Vec<_> = Fields::new(bytes, 0..bytes.len()).collect();
        assert_eq!(fields, [Field { number: 2, wire: Wire::Delimited, range: 2..4, cut: true }]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let fields: Vec<_> = Fields::new(&bytes, 0..bytes.len()).collect();
            prop_assert!(fields.iter().all(|field| field.range.end <= bytes.len()));
        }
    }
}
