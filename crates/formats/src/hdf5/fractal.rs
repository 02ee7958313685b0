//! Fractal heaps: where new groups keep many links and many or long attributes.

use std::ops::Range;

use super::{source::Source, tree};
use crate::cursor::Cursor;

/// The header of a heap.
pub(super) struct Heap<'a> {
    source: Source<'a>,
    /// The tree that lists objects that are too long for the blocks.
    huge: Option<u64>,
    width: u64,
    start: u64,
    longest: u64,
    offset_width: u8,
    len_width: u8,
    root: Option<u64>,
    rows: u16,
    filtered: bool,
}

impl<'a> Heap<'a> {
    pub(super) fn read(source: Source<'a>, address: u64, covered: &mut Vec<Range<usize>>) -> Option<Self> {
        let mut cursor = source.at(address)?;
        let at = cursor.at();
        if cursor.take(7)?.get(..4) != Some(b"FRHP") {
            return None;
        }
        let filtered = cursor.u16()? > 0;
        cursor.u8()?;
        let longest_object = u64::from(cursor.u32()?);
        source.len(&mut cursor)?;
        let huge = source.address(&mut cursor)?.known();
        source.len(&mut cursor)?;
        source.address(&mut cursor)?;
        cursor.take(8 * usize::from(source.length))?;
        let width = u64::from(cursor.u16()?);
        let (start, longest) = (source.len(&mut cursor)?, source.len(&mut cursor)?);
        let bits = cursor.u16()?;
        cursor.u16()?;
        let root = source.address(&mut cursor)?.known();
        let rows = cursor.u16()?;
        covered.push(at..cursor.at() + 4);
        let offset_width = u8::try_from(bits.div_ceil(8)).ok().filter(|width| *width <= 8)?;
        let len_width = tree::width_of(longest).min(tree::width_of(longest_object));
        let sane = width > 0 && width <= 1024 && start.is_power_of_two() && longest.is_power_of_two();
        sane.then_some(Self { source, huge, width, start, longest, offset_width, len_width, root, rows, filtered })
    }

    /// The bytes of an object, by the number that a tree lists it under.
    pub(super) fn object(
        &self,
        id: &Range<usize>,
        covered: &mut Vec<Range<usize>>,
        budget: &mut usize,
    ) -> Option<Range<usize>> {
        let bytes = self.source.bytes.get(id.clone())?;
        let first = *bytes.first()?;
        match first >> 4 & 3 {
            0 => {
                let mut cursor = Cursor::new(self.source.bytes.get(..id.end)?, id.start + 1);
                let offset = self.source.number(&mut cursor, self.offset_width)?;
                let len = self.source.number(&mut cursor, self.len_width)?;
                let (block, begins, size) = self.block(offset, covered)?;
                covered.push(self.source.range(block, size));
                Some(self.source.range(block.checked_add(offset - begins)?, len.min(size)))
            }
            1 => {
                let mut cursor = Cursor::new(self.source.bytes.get(..id.end)?, id.start + 1);
                let key = self.source.len(&mut cursor)?;
                self.huge(key, covered, budget)
            }
            2 => {
                let len = usize::from(first & 0x0f) + 1;
                (len < bytes.len()).then(|| id.start + 1..id.start + 1 + len)
            }
            _ => None,
        }
    }

    /// The direct block that holds an offset of the heap: its address, the offset that it begins at, its size.
    fn block(&self, offset: u64, covered: &mut Vec<Range<usize>>) -> Option<(u64, u64, u64)> {
        let (mut at, mut rows, mut begins) = (self.root.filter(|_| !self.filtered)?, u64::from(self.rows), 0u64);
        if rows == 0 {
            return Some((at, 0, self.start));
        }
        let direct_rows = u64::from(self.longest.ilog2().checked_sub(self.start.ilog2())?) + 2;
        for _ in 0..16 {
            let mut cursor = self.source.at(at)?;
            let from = cursor.at();
            if cursor.take(5)?.get(..4) != Some(b"FHIB") {
                return None;
            }
            cursor.take(usize::from(self.source.offset) + usize::from(self.offset_width))?;
            let (row, column, size, start) = self.place(offset, begins, rows)?;
            let number = row * self.width + column;
            cursor.take_long(number.checked_mul(u64::from(self.source.offset))?)?;
            let child = self.source.address(&mut cursor)?.known()?;
            covered.push(from..cursor.at());
            if row < direct_rows {
                return Some((child, start, size));
            }
            rows = u64::from(size.ilog2().checked_sub((self.start * self.width).ilog2())?) + 1;
            (at, begins) = (child, start);
        }
        None
    }

    /// Row, column, size and first offset of the child that holds an offset.
    fn place(&self, offset: u64, begins: u64, rows: u64) -> Option<(u64, u64, u64, u64)> {
        let mut first = begins;
        for row in 0..rows.min(64) {
            let size = self.start.checked_shl(u32::try_from(row.saturating_sub(1)).ok()?)?;
            let end = first.checked_add(size.checked_mul(self.width)?)?;
            if offset < end {
                let column = offset.checked_sub(first)?.checked_div(size)?;
                return Some((row, column, size, first + column * size));
            }
            first = end;
        }
        None
    }

    fn huge(&self, key: u64, covered: &mut Vec<Range<usize>>, budget: &mut usize) -> Option<Range<usize>> {
        let records = tree::records(self.source, self.huge?, covered, budget)?;
        records.into_iter().find_map(|record| {
            let mut cursor = Cursor::new(self.source.bytes.get(..record.end)?, record.start);
            let address = self.source.address(&mut cursor)?.known()?;
            let len = self.source.len(&mut cursor)?;
            (self.source.len(&mut cursor)? == key).then(|| self.source.range(address, len))
        })
    }
}
