//! Numbers and strings as the three versions write them, in both byte orders.

use std::ops::Range;

use super::Failure;
use crate::cursor::Cursor;

pub(super) struct Reader<'a> {
    cursor: Cursor<'a>,
    bytes: &'a [u8],
    pub(super) big: bool,
    pub(super) version: u32,
}

impl<'a> Reader<'a> {
    /// Reads the magic number and the version, which tells the byte order.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Failure> {
        let mut cursor = Cursor::new(bytes, 0);
        if cursor.take(4) != Some(b"GGUF") {
            return Err(Failure::Broken("it does not start like GGUF"));
        }
        let version = cursor.u32().ok_or(Failure::Cut)?;
        let (version, big) = match (version, version.swap_bytes()) {
            (1..=3, _) => (version, false),
            (_, 1..=3) => (version.swap_bytes(), true),
            _ => return Err(Failure::Broken("its version is unknown")),
        };
        Ok(Self { cursor, bytes, big, version })
    }

    pub(super) fn at(&self) -> usize {
        self.cursor.at()
    }

    /// Bytes that are still there.
    pub(super) fn rest(&self) -> u64 {
        (self.bytes.len() - self.cursor.at()) as u64
    }

    pub(super) fn u8(&mut self) -> Result<u8, Failure> {
        self.cursor.u8().ok_or(Failure::Cut)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Failure> {
        let value = self.cursor.u16().ok_or(Failure::Cut)?;
        Ok(if self.big { value.swap_bytes() } else { value })
    }

    pub(super) fn u32(&mut self) -> Result<u32, Failure> {
        let value = self.cursor.u32().ok_or(Failure::Cut)?;
        Ok(if self.big { value.swap_bytes() } else { value })
    }

    pub(super) fn u64(&mut self) -> Result<u64, Failure> {
        let value = self.cursor.u64().ok_or(Failure::Cut)?;
        Ok(if self.big { value.swap_bytes() } else { value })
    }

    /// A count or a length: four bytes in the first version, eight since.
    pub(super) fn length(&mut self) -> Result<u64, Failure> {
        if self.version > 1 { self.u64() } else { self.u32().map(u64::from) }
    }

    /// Steps over `len` bytes. A length that no model has is a lie; another that is too long may be a file cut off.
    pub(super) fn skip(&mut self, len: u64) -> Result<Range<usize>, Failure> {
        let start = self.at();
        if len > LONGEST {
            return Err(Failure::Broken("a length in its metadata is longer than any file"));
        }
        self.cursor.take_long(len).ok_or(Failure::Cut)?;
        Ok(start..self.at())
    }

    /// A string, whatever its bytes are.
    pub(super) fn string(&mut self) -> Result<Range<usize>, Failure> {
        let len = self.length()?;
        if len > STRING {
            return Err(Failure::Broken("a string in its metadata is longer than any text"));
        }
        let rest = self.cursor.rest();
        self.skip(len).map_err(|failure| {
            // Where a file ends in a string, the string is text up to there; where the length lies, it runs into numbers.
            let runs_on = memchr::memchr(0, rest).is_some();
            if runs_on { Failure::Broken("the length of a string reaches over what follows it") } else { failure }
        })
    }

    /// A string that is a name.
    pub(super) fn name(&mut self) -> Result<String, Failure> {
        let range = self.string()?;
        Ok(String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default()).into_owned())
    }
}

/// Vocabularies of a few million entries are the largest arrays that there are.
const LONGEST: u64 = 4 << 30;
const STRING: u64 = 256 << 20;
