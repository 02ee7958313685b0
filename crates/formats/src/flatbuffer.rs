//! `FlatBuffers`, read without generated code: tables with numbered fields, strings and vectors, with their byte ranges.
//!
//! Several model formats are flatbuffers; each of them names the few fields that it cares for. Every offset is checked, and
//! what points outside of the bytes is counted instead of followed. Source: `FlatBuffers` internals documentation.

use std::{cell::Cell, ops::Range};

/// The bytes of one buffer, and what went wrong while reading.
#[derive(Debug)]
pub struct Buffer<'a> {
    bytes: &'a [u8],
    /// How many tables and vector elements may still be looked at: offsets can name one table a million times.
    budget: Cell<u32>,
    broken: Cell<Option<usize>>,
}

/// A table of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Table<'b> {
    buffer: &'b Buffer<'b>,
    at: usize,
    vtable: usize,
    size: usize,
}

/// A vector of a buffer.
#[derive(Clone, Copy, Debug)]
pub struct Vector<'b> {
    buffer: &'b Buffer<'b>,
    start: usize,
    len: usize,
}

/// Whether these bytes begin like a flatbuffer with this file identifier: a root table that lies in them, and its name.
pub fn has_identifier(head: &[u8], identifier: impl Fn(&[u8]) -> bool) -> bool {
    let root = head.get(..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    root >= 8 && root % 2 == 0 && head.get(4..8).is_some_and(identifier)
}

impl<'a> Buffer<'a> {
    /// A buffer of which at most `budget` tables and elements are looked at.
    pub fn new(bytes: &'a [u8], budget: u32) -> Self {
        Self { bytes, budget: Cell::new(budget), broken: Cell::new(None) }
    }

    /// The root table.
    pub fn root(&'a self) -> Option<Table<'a>> {
        let at = self.u32(0)?;
        self.table(at as usize)
    }

    /// The offset of the first pointer that leads outside of the bytes, if there is one.
    pub fn broken(&self) -> Option<usize> {
        self.broken.get()
    }

    /// Whether there was more than the budget allows to look at.
    pub fn is_spent(&self) -> bool {
        self.budget.get() == 0
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let read = at.checked_add(N).and_then(|end| self.bytes.get(at..end)).and_then(|bytes| bytes.try_into().ok());
        read.or_else(|| self.fail(at))
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    fn fail<T>(&self, at: usize) -> Option<T> {
        // What stands there may itself be outside, as a field of a table near the end is.
        self.broken.set(self.broken.get().or(Some(at.min(self.bytes.len()))));
        None
    }

    fn spend(&self) -> Option<()> {
        self.budget.set(self.budget.get().checked_sub(1)?);
        Some(())
    }

    /// Follows the offset that is written at `at`.
    fn follow(&self, at: usize) -> Option<usize> {
        let to = at.checked_add(self.u32(at)? as usize)?;
        if to > self.bytes.len() { self.fail(at) } else { Some(to) }
    }

    fn table(&'a self, at: usize) -> Option<Table<'a>> {
        self.spend()?;
        let back = i64::from(i32::from_le_bytes(self.array(at)?));
        let vtable = i64::try_from(at).ok().and_then(|at| usize::try_from(at - back).ok());
        let Some(vtable) = vtable else { return self.fail(at) };
        let size = usize::from(self.u16(vtable)?);
        if size < 4 || size % 2 != 0 || vtable.checked_add(size).is_none_or(|end| end > self.bytes.len()) {
            return self.fail(at);
        }
        Some(Table { buffer: self, at, vtable, size })
    }

    fn text(&self, at: usize) -> Option<Range<usize>> {
        let len = self.u32(at)? as usize;
        let start = at + 4;
        let range = start..start.checked_add(len)?;
        if range.end > self.bytes.len() { self.fail(at) } else { Some(range) }
    }
}

impl<'b> Table<'b> {
    /// Offset of the table.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Offset of a field's value, if the table has the field.
    fn field(&self, slot: usize) -> Option<usize> {
        let entry = 4 + slot * 2;
        if entry + 2 > self.size {
            return None;
        }
        match usize::from(self.buffer.u16(self.vtable + entry)?) {
            0 => None,
            offset => self.at.checked_add(offset),
        }
    }

    /// A table below this one.
    pub fn table(&self, slot: usize) -> Option<Table<'b>> {
        self.buffer.table(self.buffer.follow(self.field(slot)?)?)
    }

    /// The bytes of a string.
    pub fn string(&self, slot: usize) -> Option<Range<usize>> {
        self.buffer.text(self.buffer.follow(self.field(slot)?)?)
    }

    /// A string as text, as far as a few thousand bytes; empty if there is none. A long one costs more of the budget.
    pub fn text(&self, slot: usize) -> String {
        let bytes = self.string(slot).and_then(|range| self.buffer.bytes.get(range)).unwrap_or_default();
        let bytes = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
        let cost = u32::try_from(bytes.len() / 64).unwrap_or(u32::MAX);
        let left = self.buffer.budget.get().checked_sub(cost);
        self.buffer.budget.set(left.unwrap_or(0));
        left.map_or_else(String::new, |_| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A vector; empty if there is none.
    pub fn vector(&self, slot: usize) -> Vector<'b> {
        let empty = Vector { buffer: self.buffer, start: 0, len: 0 };
        let read = || {
            let at = self.buffer.follow(self.field(slot)?)?;
            Some(Vector { buffer: self.buffer, start: at + 4, len: self.buffer.u32(at)? as usize })
        };
        read().unwrap_or(empty)
    }

    /// A number of one byte, or what it is if it is not written.
    pub fn u8(&self, slot: usize, default: u8) -> u8 {
        self.field(slot).and_then(|at| self.buffer.array(at)).map_or(default, |[byte]| byte)
    }

    /// A number of four bytes, or what it is if it is not written.
    pub fn u32(&self, slot: usize, default: u32) -> u32 {
        self.field(slot).and_then(|at| self.buffer.u32(at)).unwrap_or(default)
    }

    /// A number of eight bytes, or zero if it is not written.
    pub fn u64(&self, slot: usize) -> u64 {
        self.field(slot).and_then(|at| self.buffer.array(at)).map_or(0, u64::from_le_bytes)
    }
}

impl<'b> Vector<'b> {
    /// How many elements it says that it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it says that it has no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes of a vector whose elements have `width` bytes; `None` if they reach past the end.
    pub fn bytes(&self, width: usize) -> Option<Range<usize>> {
        let end = self.len.checked_mul(width).and_then(|len| self.start.checked_add(len));
        match end {
            Some(end) if end <= self.buffer.bytes.len() => Some(self.start..end),
            _ => self.buffer.fail(self.start),
        }
    }

    /// The elements of a vector of tables, as far as the budget of the buffer goes.
    pub fn tables(self) -> impl Iterator<Item = Table<'b>> {
        self.offsets().filter_map(move |at| self.buffer.table(at))
    }

    /// The elements of a vector of strings.
    pub fn strings(self) -> impl Iterator<Item = Range<usize>> {
        self.offsets().filter_map(move |at| self.buffer.text(at))
    }

    /// The elements of a vector of numbers of four bytes.
    pub fn numbers(self) -> impl Iterator<Item = u32> {
        (0..self.len).map_while(move |index| {
            self.buffer.spend()?;
            self.buffer.u32(self.start.checked_add(index.checked_mul(4)?)?)
        })
    }

    fn offsets(self) -> impl Iterator<Item = usize> {
        // The first element that lies outside ends it: the length is a lie then.
        (0..self.len).map_while(move |index| {
            self.buffer.spend()?;
            self.buffer.follow(self.start.checked_add(index.checked_mul(4)?)?)
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// For tests: writes flatbuffers back to front would need a library; this one appends, with padding where it may be.
    pub(crate) enum Made {
        /// A number of four bytes.
        Number(u32),
        /// A number of eight bytes.
        Long(u64),
        Text(&'static str),
        Bytes(Vec<u8>),
        Table(Vec<(usize, Made)>),
        Tables(Vec<Made>),
        Texts(Vec<&'static str>),
    }

    /// A whole file: root offset, identifier, root table.
    pub(crate) fn file(identifier: [u8; 4], root: Made) -> Vec<u8> {
        let mut out = vec![0; 4];
        out.extend(identifier);
        let at = put(&mut out, root);
        out[..4].copy_from_slice(&u32::try_from(at).unwrap().to_le_bytes());
        out
    }

    fn long(out: &mut Vec<u8>, value: usize) {
        out.extend(u32::try_from(value).unwrap().to_le_bytes());
    }

    fn put(out: &mut Vec<u8>, made: Made) -> usize {
        out.resize(out.len().next_multiple_of(4), 0);
        let at = out.len();
        match made {
            Made::Number(number) => out.extend(number.to_le_bytes()),
            Made::Long(number) => out.extend(number.to_le_bytes()),
            Made::Text(text) => {
                long(out, text.len());
                out.extend(text.as_bytes());
                out.push(0);
            }
            Made::Bytes(bytes) => {
                long(out, bytes.len());
                out.extend(bytes);
            }
            Made::Texts(texts) => return put(out, Made::Tables(texts.into_iter().map(Made::Text).collect())),
            Made::Tables(items) => {
                long(out, items.len());
                let slots = out.len();
                out.resize(slots + items.len() * 4, 0);
                for (index, item) in items.into_iter().enumerate() {
                    point(out, slots + index * 4, item);
                }
            }
            Made::Table(fields) => return table(out, fields),
        }
        at
    }

    fn point(out: &mut Vec<u8>, slot: usize, made: Made) {
        let target = put(out, made);
        let offset = u32::try_from(target - slot).unwrap();
        out[slot..slot + 4].copy_from_slice(&offset.to_le_bytes());
    }

    fn table(out: &mut Vec<u8>, fields: Vec<(usize, Made)>) -> usize {
        let slots = fields.iter().map(|(slot, _)| slot + 1).max().unwrap_or(0);
        let vtable = out.len();
        let size = 4 + slots * 2;
        out.resize(vtable + size, 0);
        out[vtable..vtable + 2].copy_from_slice(&u16::try_from(size).unwrap().to_le_bytes());
        out.resize(out.len().next_multiple_of(4), 0);
        let at = out.len();
        long(out, at - vtable);
        let mut places = Vec::new();
        for (slot, made) in fields {
            let offset = u16::try_from(out.len() - at).unwrap();
            out[vtable + 4 + slot * 2..vtable + 6 + slot * 2].copy_from_slice(&offset.to_le_bytes());
            match made {
                Made::Number(number) => long(out, number as usize),
                Made::Long(number) => out.extend(number.to_le_bytes()),
                other => {
                    places.push((out.len(), other));
                    long(out, 0);
                }
            }
        }
        for (place, made) in places {
            point(out, place, made);
        }
        at
    }

    fn sample() -> Vec<u8> {
        let inner = Made::Table(vec![(1, Made::Text("inner"))]);
        file(
            *b"TEST",
            Made::Table(vec![
                (0, Made::Number(7)),
                (2, Made::Tables(vec![inner])),
                (3, Made::Texts(vec!["a", "bc"])),
                (4, Made::Bytes(vec![1, 2, 3])),
            ]),
        )
    }

    #[test]
    fn fields_are_read() {
        let bytes = sample();
        let buffer = Buffer::new(&bytes, 100);
        let root = buffer.root().unwrap();
        assert_eq!((root.u32(0, 0), root.u32(1, 9), root.u32(99, 3)), (7, 9, 3));
        assert_eq!(root.vector(2).tables().map(|table| table.text(1)).collect::<Vec<_>>(), ["inner"]);
        let texts: Vec<_> = root.vector(3).strings().map(|range| &bytes[range]).collect();
        assert_eq!(texts, [&b"a"[..], b"bc"]);
        assert_eq!(&bytes[root.vector(4).bytes(1).unwrap()], [1, 2, 3]);
        assert_eq!(buffer.broken(), None);
        assert!(has_identifier(&bytes, |id| id == b"TEST") && !has_identifier(b"\0\0\0\0TEST", |_| true));
    }

    #[test]
    fn truncated_buffers_are_broken_and_safe() {
        let bytes = sample();
        for end in 0..bytes.len() {
            walk(&bytes[..end]);
        }
    }

    #[test]
    fn the_budget_ends_it() {
        let bytes = file(*b"TEST", Made::Tables(Vec::new()));
        let buffer = Buffer::new(&bytes, 0);
        assert!(buffer.root().is_none() && buffer.is_spent());
    }

    #[test]
    fn long_texts_cost_more() {
        let bytes = file(
            *b"TEST",
            Made::Table(vec![(
                0,
                Made::Text("a text of more than sixty-four bytes: 0123456789abcdefghijklmnopqrstuvwxyz"),
            )]),
        );
        for (budget, read) in [(1, false), (3, true)] {
            let buffer = Buffer::new(&bytes, budget);
            assert_eq!((!buffer.root().unwrap().text(0).is_empty(), buffer.is_spent()), (read, !read));
        }
    }

    #[test]
    fn what_is_broken_lies_in_the_bytes() {
        let bytes = b"\x08\0\0\0TEST\0\0\0\xe9";
        let buffer = Buffer::new(bytes, 10);
        assert!(buffer.root().is_none());
        assert_eq!(buffer.broken(), Some(bytes.len()));
    }

    fn walk(bytes: &[u8]) {
        let buffer = Buffer::new(bytes, 1000);
        let root = buffer.root();
        assert!(buffer.broken().is_none_or(|at| at <= bytes.len()));
        let Some(root) = root else { return };
        for slot in 0..6 {
            root.text(slot);
            root.table(slot);
            let vector = root.vector(slot);
            vector.bytes(1);
            assert!(vector.strings().all(|range| bytes.get(range).is_some()));
            vector.tables().for_each(|table| drop(table.text(1)));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(at in 0usize..200, value: u8) {
            let mut bytes = sample();
            let at = at % bytes.len();
            bytes[at] = value;
            walk(&bytes);
        }
    }
}
