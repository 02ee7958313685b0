//! The bodies of header messages: types, shapes, layouts, filters, attributes and links.

use std::ops::Range;

use super::{
    Kind,
    source::{Source, terminated},
};
use crate::cursor::Cursor;

/// What elements are, and how many bytes each takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: Kind,
    pub(super) size: u64,
    /// Bytes of one item of a list of any length.
    pub(super) item: u64,
}

/// Reads a datatype. Arrays count as what they are made of.
pub(super) fn datatype(bytes: &[u8]) -> Option<Type> {
    let mut cursor = Cursor::new(bytes, 0);
    let mut whole = None;
    for _ in 0..8 {
        let start = cursor.at();
        let head = cursor.u8()?;
        let bits = cursor.take(3)?.first().copied()?;
        let size = u64::from(cursor.u32()?);
        let size_of_all = *whole.get_or_insert(size);
        let of = |kind| Some(Type { kind, size: size_of_all, item: 1 });
        return match head & 0x0f {
            0 if size == 1 => of(Kind::Bytes),
            3 => of(Kind::Text),
            5 => of(Kind::Opaque),
            6 => of(Kind::Compound),
            9 if bits & 0x0f == 1 => of(Kind::Heap),
            9 => {
                let item = bytes.get(start + 8..).and_then(datatype_of_item)?;
                Some(Type { kind: Kind::Heap, size: size_of_all, item })
            }
            10 => {
                let sides = usize::from(cursor.u8()?);
                let per_side = if head >> 4 < 3 { 8 } else { 4 };
                cursor.take(if head >> 4 < 3 { 3 } else { 0 })?;
                cursor.take(sides * per_side)?;
                continue;
            }
            _ => of(Kind::Numbers),
        };
    }
    None
}

fn datatype_of_item(bytes: &[u8]) -> Option<u64> {
    Cursor::new(bytes, 4).u32().map(u64::from)
}

/// Reads the sides of a data set; none for a single value.
pub(super) fn dataspace(source: Source<'_>, bytes: &[u8]) -> Option<Vec<u64>> {
    let mut cursor = Cursor::new(bytes, 0);
    let (version, rank) = (cursor.u8()?, cursor.u8()?);
    cursor.take(if version == 1 { 6 } else { 2 })?;
    if rank > 32 {
        return None;
    }
    (0..rank).map(|_| source.len(&mut cursor)).collect()
}

/// Where a layout says that the bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// In the header itself.
    Compact(Range<usize>),
    /// In one piece; the length is not always stored.
    Whole(Option<u64>, Option<u64>),
    /// In a tree of chunks of so many sides and one.
    Tree(Option<u64>, u8),
    /// In one chunk, filtered to so many bytes.
    Single(Option<u64>, Option<u64>),
    /// In chunks of so many bytes that an array of fixed length lists.
    Listed(Option<u64>, u64),
    /// In data sets of other files: the list of them lies in a global heap.
    Virtual(u64, u32),
    /// In chunks that are listed in a way that is not followed.
    Other,
}

/// Reads a layout whose body is `range` of the file.
pub(super) fn layout(source: Source<'_>, range: Range<usize>) -> Option<Layout> {
    let mut cursor = Cursor::new(source.bytes.get(..range.end)?, range.start);
    let version = cursor.u8()?;
    if version < 3 {
        let (rank, class) = (cursor.u8()?, cursor.u8()?);
        cursor.take(5)?;
        let at = if class == 0 { None } else { source.address(&mut cursor)?.known() };
        cursor.take(4 * usize::from(rank))?;
        return Some(match class {
            0 => {
                let size = u64::from(cursor.u32()?);
                let start = cursor.at();
                cursor.take_long(size)?;
                Layout::Compact(start..cursor.at())
            }
            1 => Layout::Whole(at, None),
            _ => Layout::Tree(at, rank.saturating_sub(1)),
        });
    }
    match (version, cursor.u8()?) {
        (_, 0) => {
            let size = cursor.u16()?;
            let start = cursor.at();
            cursor.take(usize::from(size))?;
            Some(Layout::Compact(start..cursor.at()))
        }
        (_, 1) => {
            let at = source.address(&mut cursor)?.known();
            Some(Layout::Whole(at, Some(source.len(&mut cursor)?)))
        }
        (3, 2) => {
            let rank = cursor.u8()?;
            Some(Layout::Tree(source.address(&mut cursor)?.known(), rank.saturating_sub(1)))
        }
        (_, 2) => chunked(source, &mut cursor),
        (_, 3) => Some(Layout::Virtual(source.address(&mut cursor)?.known()?, cursor.u32()?)),
        _ => Some(Layout::Other),
    }
}

/// The chunks of version 4: of five ways to list them, the two of data sets that do not grow.
fn chunked(source: Source<'_>, cursor: &mut Cursor<'_>) -> Option<Layout> {
    let (flags, rank, width) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
    let mut chunk = 1u64;
    for _ in 0..rank {
        chunk = chunk.saturating_mul(source.number(cursor, width)?);
    }
    match cursor.u8()? {
        1 => {
            let mut size = None;
            if flags & 2 != 0 {
                size = Some(source.len(cursor)?);
                cursor.u32()?;
            }
            Some(Layout::Single(source.address(cursor)?.known(), size))
        }
        3 => {
            cursor.u8()?;
            Some(Layout::Listed(source.address(cursor)?.known(), chunk))
        }
        _ => Some(Layout::Other),
    }
}

/// The numbers of the filters.
pub(super) fn filters(bytes: &[u8]) -> Option<Vec<u16>> {
    let mut cursor = Cursor::new(bytes, 0);
    let (version, count) = (cursor.u8()?, cursor.u8()?);
    cursor.take(if version == 1 { 6 } else { 0 })?;
    let mut filters = Vec::new();
    for _ in 0..count {
        let number = cursor.u16()?;
        let name = if version > 1 && number < 256 { 0 } else { usize::from(cursor.u16()?) };
        cursor.u16()?;
        let values = usize::from(cursor.u16()?);
        cursor.take(if version == 1 { name.next_multiple_of(8) } else { name })?;
        cursor.take(4 * (if version == 1 { values.next_multiple_of(2) } else { values }))?;
        filters.push(number);
    }
    Some(filters)
}

/// The heap with the names of files that the bytes of a data set lie in, and the offsets of the names.
pub(super) fn external(source: Source<'_>, bytes: &[u8]) -> Option<(u64, Vec<u64>)> {
    let mut cursor = Cursor::new(bytes, 0);
    cursor.take(6)?;
    let used = cursor.u16()?;
    let heap = source.address(&mut cursor)?.known()?;
    let mut names = Vec::new();
    for _ in 0..used {
        names.push(source.len(&mut cursor)?);
        cursor.take(2 * usize::from(source.length))?;
    }
    Some((heap, names))
}

/// An attribute: its name, what it is and where its parts lie.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    /// The type, or where it is shared from.
    pub(super) datatype: Range<usize>,
    pub(super) is_shared: bool,
    pub(super) shape: Vec<u64>,
    pub(super) raw: Range<usize>,
}

pub(super) fn attribute(source: Source<'_>, range: Range<usize>) -> Option<Attribute> {
    let bytes = source.bytes.get(..range.end)?;
    let mut cursor = Cursor::new(bytes, range.start);
    let (version, flags) = (cursor.u8()?, cursor.u8()?);
    let (name_len, type_len, space_len) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    cursor.take(usize::from(version >= 3))?;
    let mut part = |size: u16| {
        let size = usize::from(size);
        let start = cursor.at();
        cursor.take(if version == 1 { size.next_multiple_of(8) } else { size })?;
        Some(start..start + size)
    };
    let [name, datatype, dataspace] = [part(name_len)?, part(type_len)?, part(space_len)?];
    let raw = cursor.at()..range.end;
    Some(Attribute {
        name: terminated(bytes.get(name)?),
        datatype,
        is_shared: flags & 1 != 0 && version > 1,
        shape: self::dataspace(source, bytes.get(dataspace)?)?,
        raw,
    })
}

/// What a link leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum To {
    /// The header of an object.
    Object(u64),
    /// A path in the same file.
    Path(String),
    /// A path in another file.
    File(String, String),
}

/// A link: its name, and what it leads to.
pub(super) fn link(source: Source<'_>, bytes: &[u8]) -> Option<(String, To)> {
    let mut cursor = Cursor::new(bytes, 0);
    let (_, flags) = (cursor.u8()?, cursor.u8()?);
    let kind = if flags & 8 == 0 { 0 } else { cursor.u8()? };
    cursor.take(if flags & 4 == 0 { 0 } else { 8 })?;
    cursor.take(usize::from(flags & 16 != 0))?;
    let len = source.number(&mut cursor, 1 << (flags & 3))?;
    let name = terminated(cursor.take_long(len)?);
    let to = match kind {
        0 => To::Object(source.address(&mut cursor)?.known()?),
        1 => {
            let len = cursor.u16()?;
            To::Path(terminated(cursor.take(usize::from(len))?))
        }
        64 => {
            let len = cursor.u16()?;
            let value = cursor.take(usize::from(len))?.get(1..)?;
            let file = terminated(value);
            let rest = memchr::memchr(0, value).and_then(|end| value.get(end + 1..)).unwrap_or_default();
            To::File(file, terminated(rest))
        }
        _ => return None,
    };
    Some((name, to))
}

/// Addresses of a heap and of the tree that lists what is in it, behind flags and a number that they announce.
pub(super) fn dense(source: Source<'_>, bytes: &[u8], number_width: usize) -> Option<(u64, u64)> {
    let mut cursor = Cursor::new(bytes, 0);
    let (_, flags) = (cursor.u8()?, cursor.u8()?);
    cursor.take(if flags & 1 == 0 { 0 } else { number_width })?;
    Some((source.address(&mut cursor)?.known()?, source.address(&mut cursor)?.known()?))
}

/// Where a message that is shared lies: the header of the object that has it.
pub(super) fn shared(source: Source<'_>, bytes: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(bytes, 0);
    let (version, kind) = (cursor.u8()?, cursor.u8()?);
    if version == 3 && kind != 2 {
        return None;
    }
    cursor.take(if version == 1 { 6 } else { 0 })?;
    source.address(&mut cursor)?.known()
}
