//! Addresses and lengths as a superblock defines them.

use std::ops::Range;

use crate::cursor::Cursor;

/// The bytes that every file begins with, at offset 0 or behind a block of the user.
pub const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Where the format begins: at 0, 512, 1024, and so on.
pub fn find(bytes: &[u8]) -> Option<usize> {
    let places = std::iter::successors(Some(512usize), |at| at.checked_mul(2)).take_while(|at| *at < bytes.len());
    std::iter::once(0).chain(places).find(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(SIGNATURE)))
}

/// The file, and how wide its addresses and lengths are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    /// Addresses count from here.
    pub(super) base: usize,
    pub(super) offset: u8,
    pub(super) length: u8,
}

/// An address as it is written: all bits set lead nowhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    value: u64,
    nowhere: bool,
}

impl Address {
    /// Where it leads.
    pub(super) fn known(self) -> Option<u64> {
        (!self.nowhere).then_some(self.value)
    }
}

/// What a superblock says.
pub(super) struct Superblock<'a> {
    pub(super) source: Source<'a>,
    /// Where the header of the root group lies.
    pub(super) root: u64,
    /// Where the file ends, it says.
    pub(super) end: u64,
    /// The bytes of the superblock.
    pub(super) range: Range<usize>,
}

impl<'a> Superblock<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let base = find(bytes)?;
        let mut cursor = Cursor::new(bytes, base + SIGNATURE.len());
        let version = cursor.u8()?;
        let mut source = Source { bytes, base, offset: 8, length: 8 };
        let (end_of_file, root);
        if version < 2 {
            cursor.take(4)?;
            (source.offset, source.length) = (cursor.u8()?, cursor.u8()?);
            cursor.take(if version == 1 { 13 } else { 9 })?;
            // Base, free space, end and driver, then the entry of the root group: its name comes first.
            let [_, _, end, _, _, header] = source.numbers(&mut cursor)?;
            (end_of_file, root) = (end, header);
        } else {
            (source.offset, source.length) = (cursor.u8()?, cursor.u8()?);
            cursor.u8()?;
            let [_, _, end, header] = source.numbers(&mut cursor)?;
            (end_of_file, root) = (end, header);
        }
        let end = (cursor.at() + if version < 2 { 24 } else { 4 }).min(bytes.len());
        let sane = |width| matches!(width, 2 | 4 | 8);
        (sane(source.offset) && sane(source.length)).then_some(Self {
            source,
            root,
            end: end_of_file,
            range: base..end,
        })
    }
}

impl<'a> Source<'a> {
    /// A cursor at an address.
    pub(super) fn at(&self, address: u64) -> Option<Cursor<'a>> {
        let mut cursor = Cursor::new(self.bytes, 0);
        cursor.seek(self.base.checked_add(usize::try_from(address).ok()?)?)?;
        Some(cursor)
    }

    /// The bytes at an address, as far as the file goes; empty for an address outside of it.
    pub(super) fn range(&self, address: u64, len: u64) -> Range<usize> {
        let start = usize::try_from(address).ok().and_then(|at| self.base.checked_add(at));
        let start = start.unwrap_or(usize::MAX).min(self.bytes.len());
        let end = start.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).min(self.bytes.len());
        start..end
    }

    /// A number of so many bytes.
    #[expect(clippy::unused_self, reason = "reads as one family with `address` and `len`")]
    pub(super) fn number(&self, cursor: &mut Cursor<'_>, width: u8) -> Option<u64> {
        let bytes = cursor.take(usize::from(width)).filter(|bytes| bytes.len() <= 8)?;
        Some(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// Several addresses in a row.
    fn numbers<const N: usize>(&self, cursor: &mut Cursor<'_>) -> Option<[u64; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            *number = self.number(cursor, self.offset)?;
        }
        Some(numbers)
    }

    /// An address.
    pub(super) fn address(&self, cursor: &mut Cursor<'_>) -> Option<Address> {
        let value = self.number(cursor, self.offset)?;
        let nowhere = u64::MAX >> (64 - 8 * u32::from(self.offset.clamp(1, 8)));
        Some(Address { value, nowhere: value == nowhere })
    }

    /// A length.
    pub(super) fn len(&self, cursor: &mut Cursor<'_>) -> Option<u64> {
        self.number(cursor, self.length)
    }
}

/// The text up to the next zero byte.
pub(super) fn terminated(bytes: &[u8]) -> String {
    let bytes = bytes.get(..bytes.len().min(LONGEST)).unwrap_or_default();
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

/// The longest name that is kept.
const LONGEST: usize = 512;
