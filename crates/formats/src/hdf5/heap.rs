//! Local heaps, which hold the names of old groups, and global heaps, which hold values of any length.

use std::{collections::HashMap, ops::Range};

use super::source::{Source, terminated};
use crate::cursor::Cursor;

/// The data of the local heap at an address, and the bytes of its header.
pub(super) fn local(source: Source<'_>, address: u64) -> Option<[Range<usize>; 2]> {
    let mut cursor = source.at(address)?;
    let start = cursor.at();
    if cursor.take(8)?.get(..4) != Some(b"HEAP") {
        return None;
    }
    let size = source.len(&mut cursor)?;
    source.len(&mut cursor)?;
    let data = source.address(&mut cursor)?.known()?;
    Some([source.range(data, size), start..cursor.at()])
}

/// The text at an offset of a local heap.
pub(super) fn name(source: Source<'_>, heap: &Range<usize>, offset: u64) -> Option<String> {
    let start = heap.start.checked_add(usize::try_from(offset).ok()?)?;
    source.bytes.get(start..heap.end).map(terminated)
}

/// Global heaps that were read: for each address, its objects by number.
#[derive(Debug, Default)]
pub(super) struct GlobalHeaps {
    read: HashMap<u64, HashMap<u16, Range<usize>>>,
    /// The bytes of the heaps.
    pub(super) covered: Vec<Range<usize>>,
}

impl GlobalHeaps {
    /// An object, by the address of its heap and its number.
    pub(super) fn object(
        &mut self,
        source: Source<'_>,
        address: u64,
        number: u32,
        budget: &mut usize,
    ) -> Option<Range<usize>> {
        let covered = &mut self.covered;
        let heap = self.read.entry(address).or_insert_with(|| {
            let (objects, range) = objects(source, address, budget).unwrap_or_default();
            covered.push(range);
            objects
        });
        heap.get(&u16::try_from(number).ok()?).cloned()
    }

    /// The value that a reference (length, heap, number) stands for.
    pub(super) fn value(
        &mut self,
        source: Source<'_>,
        reference: &[u8],
        width: u64,
        budget: &mut usize,
    ) -> Option<Range<usize>> {
        let mut cursor = Cursor::new(reference, 0);
        let count = u64::from(cursor.u32()?);
        let bytes = cursor.take(usize::from(source.offset))?;
        let address = bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
        let object = self.object(source, address, cursor.u32()?, budget)?;
        let len = usize::try_from(count.checked_mul(width)?).ok()?.min(object.len());
        Some(object.start..object.start + len)
    }
}

type Objects = (HashMap<u16, Range<usize>>, Range<usize>);

fn objects(source: Source<'_>, address: u64, budget: &mut usize) -> Option<Objects> {
    let mut cursor = source.at(address)?;
    let start = cursor.at();
    if cursor.take(8)?.get(..4) != Some(b"GCOL") {
        return None;
    }
    let size = usize::try_from(source.len(&mut cursor)?).ok()?;
    let end = start.saturating_add(size).min(source.bytes.len());
    let mut objects = HashMap::new();
    while cursor.at() < end && *budget > 0 {
        *budget -= 1;
        let (Some(number), Some(_), Some(_)) = (cursor.u16(), cursor.u16(), cursor.u32()) else { break };
        let Some(len) = source.len(&mut cursor) else { break };
        let at = cursor.at();
        // Number 0 is the space that is left.
        if number == 0 {
            break;
        }
        let stop = at.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).min(end);
        objects.insert(number, at..stop);
        if len.checked_next_multiple_of(8).and_then(|len| cursor.take_long(len)).is_none() {
            break;
        }
    }
    Some((objects, start..end))
}
