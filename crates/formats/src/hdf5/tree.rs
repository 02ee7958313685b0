//! B-trees of both versions: old groups and chunks by version 1, links and attributes in heaps by version 2.

use std::{collections::HashSet, ops::Range};

use super::{Chunk, source::Source};
use crate::cursor::Cursor;

/// An entry of an old group.
pub(super) struct Entry {
    /// Offset of its name in the heap of the group.
    pub(super) name: u64,
    /// Where the header of the object lies.
    pub(super) header: u64,
    /// For a symbolic link: the offset of its path in the heap of the group.
    pub(super) path: Option<u64>,
}

/// The nodes that a tree of version 1 ends in, lowest level first reached; hands each leaf's cursor on.
struct Walk<'a, 'b> {
    source: Source<'a>,
    covered: &'b mut Vec<Range<usize>>,
    budget: &'b mut usize,
}

impl Walk<'_, '_> {
    /// Visits the children of the lowest nodes; `key` bytes stand before each child.
    fn leaves(&mut self, root: u64, kind: u8, key: usize, mut leaf: impl FnMut(&mut Self, &[u8], u64)) -> Option<()> {
        let mut open = vec![root];
        let mut met = HashSet::new();
        while let Some(address) = open.pop() {
            if !met.insert(address) || *self.budget == 0 {
                continue;
            }
            let mut cursor = self.source.at(address)?;
            let start = cursor.at();
            if cursor.take(4)? != b"TREE" || cursor.u8()? != kind {
                return None;
            }
            let (level, count) = (cursor.u8()?, cursor.u16()?);
            cursor.take(2 * usize::from(self.source.offset))?;
            for _ in 0..count {
                if *self.budget == 0 {
                    break;
                }
                *self.budget -= 1;
                let (Some(key), Some(child)) = (cursor.take(key), self.source.address(&mut cursor)) else { break };
                match child.known() {
                    Some(child) if level == 0 => leaf(self, key, child),
                    Some(child) => open.push(child),
                    None => {}
                }
            }
            let end = cursor.take(key).map_or(cursor.at(), |_| cursor.at());
            self.covered.push(start..end);
        }
        Some(())
    }
}

/// The entries of an old group.
pub(super) fn group(
    source: Source<'_>,
    root: u64,
    covered: &mut Vec<Range<usize>>,
    budget: &mut usize,
) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut walk = Walk { source, covered, budget };
    walk.leaves(root, 0, usize::from(source.length), |walk, _, node| {
        symbols(walk, node, &mut entries);
    })?;
    Some(entries)
}

fn symbols(walk: &mut Walk<'_, '_>, address: u64, entries: &mut Vec<Entry>) -> Option<()> {
    let source = walk.source;
    let mut cursor = source.at(address)?;
    let start = cursor.at();
    if cursor.take(6)?.get(..4) != Some(b"SNOD") {
        return None;
    }
    let count = cursor.u16()?;
    for _ in 0..count {
        if *walk.budget == 0 {
            break;
        }
        *walk.budget -= 1;
        let name = source.number(&mut cursor, source.offset)?;
        let header = source.number(&mut cursor, source.offset)?;
        let kind = cursor.u32()?;
        cursor.take(4)?;
        let scratch = cursor.take(16)?;
        let path = if kind == 2 { Cursor::new(scratch, 0).u32().map(u64::from) } else { None };
        entries.push(Entry { name, header, path });
    }
    walk.covered.push(start..cursor.at());
    Some(())
}

/// The chunks of a data set of so many sides, in the order of their places.
pub(super) fn chunks(
    source: Source<'_>,
    root: u64,
    sides: u8,
    covered: &mut Vec<Range<usize>>,
    budget: &mut usize,
) -> Option<Vec<Chunk>> {
    let mut chunks = Vec::new();
    let mut walk = Walk { source, covered, budget };
    walk.leaves(root, 1, 8 + 8 * (usize::from(sides) + 1), |walk, key, child| {
        let mut cursor = Cursor::new(key, 0);
        if let (Some(size), Some(skipped)) = (cursor.u32(), cursor.u32()) {
            let place: Vec<u64> = (0..sides).map_while(|_| cursor.u64()).collect();
            let range = walk.source.range(child, size.into());
            walk.covered.push(range.clone());
            chunks.push((place, Chunk { range, skipped }));
        }
    })?;
    chunks.sort_by(|(one, _), (other, _)| one.cmp(other));
    Some(chunks.into_iter().map(|(_, chunk)| chunk).collect())
}

/// The chunks that an array of fixed length lists, each of `size` bytes unless it is filtered. Arrays in pages are not read.
pub(super) fn listed(
    source: Source<'_>,
    header: u64,
    size: u64,
    covered: &mut Vec<Range<usize>>,
    budget: &mut usize,
) -> Option<Vec<Chunk>> {
    let mut cursor = source.at(header)?;
    let start = cursor.at();
    if cursor.take(5)?.get(..4) != Some(b"FAHD") {
        return None;
    }
    let (filtered, width, page) = (cursor.u8()? == 1, cursor.u8()?, cursor.u8()?);
    let count = source.len(&mut cursor)?;
    let Some(block) = source.address(&mut cursor)?.known() else { return Some(Vec::new()) };
    covered.push(start..cursor.at() + 4);
    if count > 1u64.checked_shl(page.into())? {
        return None;
    }
    let mut cursor = source.at(block)?;
    let start = cursor.at();
    cursor.take(6 + usize::from(source.offset))?;
    let mut chunks = Vec::new();
    for _ in 0..count {
        *budget = budget.checked_sub(1)?;
        let address = source.address(&mut cursor)?.known();
        let (mut len, mut skipped) = (size, 0);
        if filtered {
            len = source.number(&mut cursor, width.checked_sub(source.offset + 4)?)?;
            skipped = cursor.u32()?;
        }
        if let Some(address) = address {
            let range = source.range(address, len);
            covered.push(range.clone());
            chunks.push(Chunk { range, skipped });
        }
    }
    covered.push(start..cursor.at() + 4);
    Some(chunks)
}

/// The records of a tree of version 2.
pub(super) fn records(
    source: Source<'_>,
    header: u64,
    covered: &mut Vec<Range<usize>>,
    budget: &mut usize,
) -> Option<Vec<Range<usize>>> {
    let mut cursor = source.at(header)?;
    let start = cursor.at();
    if cursor.take(6)?.get(..4) != Some(b"BTHD") {
        return None;
    }
    let node = usize::try_from(cursor.u32()?).ok()?;
    let (record, depth) = (usize::from(cursor.u16()?), cursor.u16()?);
    cursor.take(2)?;
    let root = source.address(&mut cursor)?.known();
    let count = usize::from(cursor.u16()?);
    covered.push(start..cursor.at() + usize::from(source.length) + 4);
    if record == 0 || depth > 8 {
        return None;
    }
    let levels = levels(source, node, record, depth)?;
    let mut found = Vec::new();
    let mut met = HashSet::new();
    let mut open: Vec<(u64, usize, u16)> = root.map(|root| (root, count, depth)).into_iter().collect();
    while let Some((address, count, level)) = open.pop() {
        if !met.insert(address) || *budget == 0 {
            continue;
        }
        let mut cursor = source.at(address)?;
        covered.push(source.range(address, node as u64));
        cursor.take(6)?;
        for _ in 0..count {
            if *budget == 0 {
                break;
            }
            *budget -= 1;
            let start = cursor.at();
            cursor.take(record)?;
            found.push(start..cursor.at());
        }
        if level == 0 {
            continue;
        }
        let below = levels.get(usize::from(level) - 1)?;
        for _ in 0..=count {
            let child = source.address(&mut cursor)?.known();
            let records = source.number(&mut cursor, levels.first()?.count_width)?;
            source.number(&mut cursor, below.total_width)?;
            if let (Some(child), Ok(records)) = (child, usize::try_from(records)) {
                open.push((child, records, level - 1));
            }
        }
    }
    Some(found)
}

struct Level {
    /// Bytes in which the number of records of a lowest node is written.
    count_width: u8,
    /// Bytes in which the number of all records below a node of this level is written; none for the lowest.
    total_width: u8,
}

fn levels(source: Source<'_>, node: usize, record: usize, depth: u16) -> Option<Vec<Level>> {
    let most = (node.checked_sub(10)? / record) as u64;
    let count_width = width_of(most);
    let mut levels = vec![Level { count_width, total_width: 0 }];
    let mut total = most;
    for _ in 0..depth {
        let pointer = usize::from(source.offset) + usize::from(count_width) + usize::from(levels.last()?.total_width);
        let own = (node.checked_sub(10 + pointer)? / (record + pointer)) as u64;
        total = own.checked_add(1)?.checked_mul(total)?.checked_add(own)?;
        levels.push(Level { count_width, total_width: width_of(total) });
    }
    Some(levels)
}

/// How many bytes a number up to `most` takes.
pub(super) fn width_of(most: u64) -> u8 {
    u8::try_from(most.checked_ilog2().unwrap_or(0) / 8 + 1).unwrap_or(8)
}
