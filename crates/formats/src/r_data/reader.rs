//! Numbers and texts in the three encodings of serialised objects.

use std::ops::Range;

use super::{SHORT, VERSION};
use crate::cursor::Cursor;

pub(super) type Read<T> = Result<T, &'static str>;

/// A position in a stream of objects.
pub(super) struct Reader<'a> {
    cursor: Cursor<'a>,
    encoding: Encoding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Big-endian.
    Xdr,
    /// Little-endian, as all machines of today are.
    Native,
    /// Words with blanks or line breaks between.
    Ascii,
}

impl<'a> Reader<'a> {
    /// Reads the head of a stream: encoding, versions, and the name of the text encoding.
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Read<Self> {
        let mut cursor = Cursor::new(bytes, at);
        let encoding = match cursor.take(2).ok_or(SHORT)? {
            b"X\n" => Encoding::Xdr,
            b"B\n" => Encoding::Native,
            b"A\n" => Encoding::Ascii,
            _ => return Err(VERSION),
        };
        let mut reader = Self { cursor, encoding };
        let version = reader.int()?;
        if !matches!(version, 2 | 3) {
            return Err(VERSION);
        }
        reader.int()?;
        reader.int()?;
        if version == 3 {
            let len = reader.int()?;
            reader.text(u64::try_from(len).map_err(|_| VERSION)?)?;
        }
        Ok(reader)
    }

    pub(super) fn at(&self) -> usize {
        self.cursor.at()
    }

    pub(super) fn int(&mut self) -> Read<i32> {
        match self.encoding {
            Encoding::Xdr => self.cursor.u32().map(|value| value.swap_bytes().cast_signed()).ok_or(SHORT),
            Encoding::Native => self.cursor.u32().map(u32::cast_signed).ok_or(SHORT),
            Encoding::Ascii => match self.word()? {
                b"NA" => Ok(i32::MIN),
                word => {
                    let text = std::str::from_utf8(word).unwrap_or_default();
                    text.parse().map_err(|_| "a number is none")
                }
            },
        }
    }

    /// The length of a vector; long ones are written in two halves.
    pub(super) fn length(&mut self) -> Read<u64> {
        match self.int()? {
            -1 => {
                let high = u64::from(self.int()?.cast_unsigned());
                let low = u64::from(self.int()?.cast_unsigned());
                Ok(high << 32 | low)
            }
            len => u64::try_from(len).map_err(|_| "a length is negative"),
        }
    }

    /// Steps over numbers of `width` bytes.
    pub(super) fn numbers(&mut self, count: u64, width: u64) -> Read<()> {
        if self.encoding == Encoding::Ascii {
            // Complex numbers are two words; raw bytes and others are one.
            let words = if width == 16 { count.checked_mul(2).ok_or(SHORT)? } else { count };
            for _ in 0..words {
                self.word()?;
            }
            return Ok(());
        }
        let len = count.checked_mul(width).ok_or(SHORT)?;
        self.cursor.take_long(len).map(drop).ok_or(SHORT)
    }

    /// A text of `len` bytes; in ASCII each byte may be escaped.
    pub(super) fn text(&mut self, len: u64) -> Read<Range<usize>> {
        if self.encoding != Encoding::Ascii {
            let start = self.cursor.at();
            self.cursor.take_long(len).ok_or(SHORT)?;
            return Ok(start..self.cursor.at());
        }
        self.blanks();
        let start = self.cursor.at();
        for _ in 0..len {
            if self.cursor.u8().ok_or(SHORT)? == b'\\' {
                let digits = self.cursor.rest().iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                self.cursor.take(digits.max(1)).ok_or(SHORT)?;
            }
        }
        Ok(start..self.cursor.at())
    }

    fn word(&mut self) -> Read<&'a [u8]> {
        self.blanks();
        let len = self.cursor.rest().iter().take(64).take_while(|byte| !byte.is_ascii_whitespace()).count();
        self.cursor.take(len).filter(|word| !word.is_empty()).ok_or(SHORT)
    }

    fn blanks(&mut self) {
        let blanks = self.cursor.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.cursor.take(blanks);
    }
}
