//! The records at the end of an archive: where its directory is, and what else readers may take for it.

use super::Quirk;
use crate::cursor::Cursor;

/// Where a directory is.
#[derive(Debug)]
pub(super) struct Directory {
    /// Its first byte.
    pub(super) at: usize,
    /// Where its entries end.
    pub(super) stop: usize,
    /// Where the records behind it end, with the comment.
    pub(super) end: usize,
    /// What has to be added to stored offsets because of bytes in front of the archive.
    pub(super) shift: usize,
    /// How many members it has, it says.
    pub(super) count: u64,
    /// Whether the count is one of sixteen bits.
    pub(super) narrow: bool,
}

/// Whether bytes hold an end record, so that a file that starts with something else may be an archive too.
pub fn has_end_record(tail: &[u8]) -> bool {
    last(tail).is_some()
}

/// As [`has_end_record`], and nothing follows it but its comment.
pub fn ends_in_end_record(tail: &[u8]) -> bool {
    let comment = |at: usize| Cursor::new(tail, at.checked_add(20)?).u16();
    last(tail).is_some_and(|at| comment(at).is_some_and(|len| at + 22 + usize::from(len) == tail.len()))
}

/// Finds the directory as most readers do: by the last end record, backwards from it.
pub(super) fn find(bytes: &[u8], quirks: &mut Vec<Quirk>) -> Option<Directory> {
    let from = bytes.len().saturating_sub(TAIL);
    let tail = bytes.get(from..).unwrap_or_default();
    let end = from + last(tail)?;
    let mut narrow = narrow(bytes, end)?;
    let wide = wide(bytes, end);
    if let Some(other) = other_end(bytes, from, end) {
        quirks.push(Quirk::TwoEnds { other });
    }
    if narrow.disk || wide.as_ref().is_some_and(|wide| wide.disk) {
        quirks.push(Quirk::Part);
    }
    let mut stop = end;
    if let Some(wide) = &wide {
        if !narrow.agrees(wide) {
            quirks.push(Quirk::TwoSizes);
        }
        stop = wide.record;
        (narrow.size, narrow.offset) = (wide.size, wide.offset);
    }
    let (size, offset) = (clamp(narrow.size), clamp(narrow.offset));
    // Bytes in front of the archive shift everything; loaders work the shift out from where the directory ends.
    let behind = stop.saturating_sub(size);
    let by_offset = bytes.get(offset..).is_some_and(|at| at.starts_with(ENTRY));
    let by_size = size == 0 || bytes.get(behind..).is_some_and(|at| at.starts_with(ENTRY));
    if by_size && by_offset && size > 0 && offset != behind {
        quirks.push(Quirk::TwoDirectories { other: offset });
    }
    let (at, shift) = if by_size || !by_offset { (behind, behind.saturating_sub(offset)) } else { (offset, 0) };
    let comment = narrow.comment.min(bytes.len().saturating_sub(end + LENGTH));
    Some(Directory {
        at,
        stop,
        end: end + LENGTH + comment,
        shift,
        count: wide.as_ref().map_or(u64::from(narrow.count), |wide| wide.count),
        narrow: wide.is_none(),
    })
}

/// An end record as it was written first.
struct Narrow {
    count: u16,
    size: u64,
    offset: u64,
    comment: usize,
    disk: bool,
}

/// The record for sizes of 64 bits.
struct Wide {
    record: usize,
    count: u64,
    size: u64,
    offset: u64,
    disk: bool,
}

impl Narrow {
    /// Whether it says the same as the wide record, or leaves the saying to it.
    fn agrees(&self, wide: &Wide) -> bool {
        let same = |narrow: u64, full: u64, wide: u64| narrow == full || narrow == wide;
        same(self.count.into(), u16::MAX.into(), wide.count)
            && same(self.size, u32::MAX.into(), wide.size)
            && same(self.offset, u32::MAX.into(), wide.offset)
    }
}

fn narrow(bytes: &[u8], end: usize) -> Option<Narrow> {
    let mut cursor = Cursor::new(bytes, end + 4);
    let (disk, first_disk, here, count) = (cursor.u16()?, cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let (size, offset) = (cursor.u32()?, cursor.u32()?);
    let comment = cursor.u16()?;
    let full = u16::MAX;
    let disk = disk != 0 && disk != full || first_disk != 0 && first_disk != full || here != count && here != full;
    Some(Narrow { count, size: size.into(), offset: offset.into(), comment: comment.into(), disk })
}

/// The wide record: where the locator in front of the end record says, or right in front of the locator.
fn wide(bytes: &[u8], end: usize) -> Option<Wide> {
    let locator = end.checked_sub(20)?;
    let mut cursor = Cursor::new(bytes, locator);
    if cursor.take(4)? != b"PK\x06\x07" {
        return None;
    }
    cursor.u32()?;
    let said = clamp(cursor.u64()?);
    [said, locator.saturating_sub(56)].into_iter().find_map(|record| {
        let mut cursor = Cursor::new(bytes, record);
        if record >= locator || cursor.take(4)? != b"PK\x06\x06" {
            return None;
        }
        cursor.take(12)?;
        let disk = cursor.u32()? != 0 || cursor.u32()? != 0;
        cursor.u64()?;
        let (count, size, offset) = (cursor.u64()?, cursor.u64()?, cursor.u64()?);
        Some(Wide { record, count, size, offset, disk })
    })
}

/// The last end record.
fn last(tail: &[u8]) -> Option<usize> {
    memchr::memmem::rfind_iter(tail, MAGIC).find(|at| tail.len() - at >= LENGTH)
}

/// An earlier end record whose comment reaches to the end of the file: readers that check the comment take that one.
fn other_end(bytes: &[u8], from: usize, end: usize) -> Option<usize> {
    let fits = |at: usize| narrow(bytes, at).is_some_and(|record| at + LENGTH + record.comment == bytes.len());
    let before = bytes.get(from..end)?;
    memchr::memmem::rfind_iter(before, MAGIC).map(|at| from + at).take(CANDIDATES).find(|at| fits(*at))
}

fn clamp(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

const MAGIC: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
/// The length of an end record without its comment.
const LENGTH: usize = 22;
/// The end record and the longest comment behind it.
const TAIL: usize = LENGTH + 65_535 + 20;
/// The most end records that are compared.
const CANDIDATES: usize = 64;
