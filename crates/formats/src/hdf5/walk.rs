//! From the root group to everything that it leads to. No object is read twice, so that loops of links end.

use std::{
    collections::{HashSet, VecDeque},
    ops::Range,
    sync::Arc,
};

use super::{
    Attribute, Chunk, Dataset, File, Kind, Limits, Link, Storage,
    fractal::Heap,
    header::{self, Message},
    heap::{self, GlobalHeaps},
    message::{self, Layout, To, Type},
    source::{Source, Superblock, terminated},
    tree,
};

pub(super) fn walk(bytes: &[u8], limits: Limits) -> Option<File> {
    let superblock = Superblock::read(bytes)?;
    let mut walk = Walk {
        source: superblock.source,
        file: File { start: superblock.source.base, ..File::default() },
        heaps: GlobalHeaps::default(),
        budget: limits.entries,
        room: bytes.len(),
        limits,
        open: VecDeque::from([(superblock.root, Arc::from(""))]),
        met: HashSet::from([superblock.root]),
    };
    walk.file.covered.push(superblock.range);
    // Readers refuse it; but not all of it, nor all of them.
    if superblock.end > bytes.len() as u64 {
        walk.unread("the file ends before it says that it does");
    }
    while let Some((address, path)) = walk.open.pop_front() {
        if walk.budget == 0 {
            walk.unread(MORE);
            break;
        }
        if walk.object(address, &path).is_none() {
            walk.unread("the header of an object cannot be read");
        }
    }
    if walk.budget == 0 {
        walk.unread(MORE);
    }
    let mut file = walk.file;
    file.covered.extend(walk.heaps.covered);
    file.covered = joined(file.covered, bytes.len());
    Some(file)
}

/// Sorts ranges, joins those that touch, and cuts them where the file ends: a checksum may be counted that is not there.
fn joined(mut ranges: Vec<Range<usize>>, len: usize) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        let range = range.start.min(len)..range.end.min(len);
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

struct Walk<'a> {
    source: Source<'a>,
    file: File,
    heaps: GlobalHeaps,
    limits: Limits,
    budget: usize,
    /// Bytes that the strings of further attributes may take. No writer lets two attributes have the same bytes.
    room: usize,
    open: VecDeque<(u64, Arc<str>)>,
    met: HashSet<u64>,
}

/// What the messages of one object say.
#[derive(Default)]
struct Object {
    datatype: Option<Type>,
    shape: Option<Vec<u64>>,
    layout: Option<Layout>,
    filters: Vec<u16>,
    files: Vec<String>,
    is_group: bool,
}

impl<'a> Walk<'a> {
    fn unread(&mut self, reason: &'static str) {
        if !self.file.unread.contains(&reason) {
            self.file.unread.push(reason);
        }
    }

    fn bytes(&self, range: &Range<usize>) -> &'a [u8] {
        self.source.bytes.get(range.clone()).unwrap_or_default()
    }

    fn object(&mut self, address: u64, path: &Arc<str>) -> Option<()> {
        let (messages, covered) = header::messages(self.source, address, &mut self.budget)?;
        let start = covered.first().map_or(0, |range| range.start);
        self.file.covered.extend(covered);
        let mut object = Object::default();
        for message in &messages {
            if self.message(message, path, &mut object).is_none() {
                self.unread("a message in the header of an object cannot be read");
            }
        }
        if let Some(layout) = object.layout.take() {
            self.dataset(start, path, layout, object);
        } else if object.is_group || path.is_empty() {
            self.file.groups.push(path.to_string());
        }
        Some(())
    }

    fn message(&mut self, message: &Message, path: &Arc<str>, object: &mut Object) -> Option<()> {
        let bytes = self.bytes(&message.range);
        match message.kind {
            0x01 => object.shape = Some(message::dataspace(self.source, bytes)?),
            0x02 => {
                object.is_group = true;
                // A group that lists its links in its header has a heap nowhere.
                if let Some((heap, names)) = message::dense(self.source, bytes, 8) {
                    self.dense(heap, names, 4, path, Self::link)?;
                }
            }
            0x03 => object.datatype = Some(self.datatype(bytes, message.shared)?),
            0x06 => {
                object.is_group = true;
                self.link(&message.range, path)?;
            }
            0x07 => {
                let (heap, names) = message::external(self.source, bytes)?;
                let [data, header] = heap::local(self.source, heap)?;
                object.files = names.iter().filter_map(|name| heap::name(self.source, &data, *name)).collect();
                self.file.covered.extend([data, header]);
            }
            0x08 => object.layout = Some(message::layout(self.source, message.range.clone())?),
            0x0b => object.filters = message::filters(bytes)?,
            0x0c if message.shared => self.unread("an attribute is shared with other objects"),
            0x0c => self.attribute(&message.range, path)?,
            0x11 => {
                object.is_group = true;
                self.group(&message.range, path)?;
            }
            0x15 => {
                if let Some((heap, names)) = message::dense(self.source, bytes, 2) {
                    self.dense(heap, names, 0, path, Self::attribute)?;
                }
            }
            _ => {}
        }
        Some(())
    }

    fn datatype(&mut self, bytes: &[u8], shared: bool) -> Option<Type> {
        if !shared {
            return message::datatype(bytes);
        }
        let address = message::shared(self.source, bytes)?;
        let (messages, covered) = header::messages(self.source, address, &mut self.budget)?;
        self.file.covered.extend(covered);
        let named = messages.iter().find(|message| message.kind == 0x03)?;
        message::datatype(self.bytes(&named.range))
    }

    /// What a tree of names lists in a heap. The number of the object stands at `at` of a record.
    fn dense(
        &mut self,
        heap: u64,
        names: u64,
        at: usize,
        path: &Arc<str>,
        each: impl Fn(&mut Self, &Range<usize>, &Arc<str>) -> Option<()>,
    ) -> Option<()> {
        let heap = Heap::read(self.source, heap, &mut self.file.covered)?;
        let records = tree::records(self.source, names, &mut self.file.covered, &mut self.budget)?;
        for record in records {
            let id = (record.start + at).min(record.end)..record.end;
            let object = heap.object(&id, &mut self.file.covered, &mut self.budget)?;
            each(self, &object, path)?;
        }
        Some(())
    }

    fn attribute(&mut self, range: &Range<usize>, path: &Arc<str>) -> Option<()> {
        let attribute = message::attribute(self.source, range.clone())?;
        let datatype = self.datatype(self.bytes(&attribute.datatype), attribute.is_shared)?;
        let count = attribute.shape.iter().try_fold(1u64, |product, side| product.checked_mul(*side))?;
        let raw = attribute.raw;
        let strings = match datatype.kind {
            Kind::Text | Kind::Opaque if datatype.size > 0 => self.texts(&raw, datatype.size, count),
            Kind::Heap => self.values(&raw, datatype, count),
            _ => Vec::new(),
        };
        if self.file.attributes.len() >= self.limits.names {
            self.unread(MORE);
        } else {
            self.file.attributes.push(Attribute { owner: path.clone(), name: attribute.name, strings, raw });
        }
        Some(())
    }

    /// Pays for bytes of strings; `false` if attributes before had all that the file has.
    fn pays(&mut self, len: usize) -> bool {
        let left = self.room.checked_sub(len);
        self.room = left.unwrap_or(self.room);
        if left.is_none() {
            self.unread("its attributes have the same bytes again and again");
        }
        left.is_some()
    }

    fn texts(&mut self, raw: &Range<usize>, size: u64, count: u64) -> Vec<Range<usize>> {
        let mut texts = Vec::new();
        for piece in pieces(raw, size, count) {
            if self.budget == 0 || !self.pays(piece.len()) {
                break;
            }
            self.budget -= 1;
            texts.push(self.trimmed(piece));
        }
        texts
    }

    /// Strings are filled up with zero bytes.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let fill = self.bytes(&range).iter().rev().take_while(|byte| **byte == 0).count();
        range.start..range.end - fill
    }

    fn values(&mut self, raw: &Range<usize>, datatype: Type, count: u64) -> Vec<Range<usize>> {
        let references = pieces(raw, datatype.size, count);
        let mut values = Vec::new();
        for reference in references {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            let reference = self.bytes(&reference);
            let value = self.heaps.value(self.source, reference, datatype.item, &mut self.budget);
            if value.as_ref().is_some_and(|value| !self.pays(value.len())) {
                break;
            }
            values.extend(value);
        }
        values
    }

    fn group(&mut self, range: &Range<usize>, path: &Arc<str>) -> Option<()> {
        let mut cursor = crate::cursor::Cursor::new(self.source.bytes.get(..range.end)?, range.start);
        let (tree, heap) = (self.source.address(&mut cursor)?.known()?, self.source.address(&mut cursor)?.known()?);
        let [data, header] = heap::local(self.source, heap)?;
        self.file.covered.extend([data.clone(), header]);
        for entry in tree::group(self.source, tree, &mut self.file.covered, &mut self.budget)? {
            let name = heap::name(self.source, &data, entry.name).unwrap_or_default();
            match entry.path {
                Some(target) => {
                    let target = heap::name(self.source, &data, target).unwrap_or_default();
                    self.lead(path, name, To::Path(target), range.start);
                }
                None => self.lead(path, name, To::Object(entry.header), range.start),
            }
        }
        Some(())
    }

    fn link(&mut self, range: &Range<usize>, path: &Arc<str>) -> Option<()> {
        let (name, to) = message::link(self.source, self.bytes(range))?;
        self.lead(path, name, to, range.start);
        Some(())
    }

    fn lead(&mut self, path: &Arc<str>, name: String, to: To, at: usize) {
        let path = if path.len() < LONGEST_PATH { format!("{path}/{name}") } else { name };
        let (file, target) = match to {
            To::Object(header) => {
                if self.met.len() >= self.limits.objects {
                    self.unread(MORE);
                } else if self.met.insert(header) {
                    self.open.push_back((header, path.into()));
                }
                return;
            }
            To::Path(target) => (None, target),
            To::File(file, target) => (Some(file), target),
        };
        if self.file.links.len() >= self.limits.names {
            self.unread(MORE);
        } else {
            self.file.links.push(Link { path, file, target, at });
        }
    }

    fn dataset(&mut self, header: usize, path: &Arc<str>, layout: Layout, object: Object) {
        let datatype = object.datatype.unwrap_or_default();
        let shape = object.shape.unwrap_or_default();
        let mut files = object.files;
        let claimed = shape.iter().try_fold(datatype.size, |product, side| product.checked_mul(*side));
        let storage = match layout {
            Layout::Compact(range) => Storage::Whole(range),
            Layout::Whole(Some(at), len) if files.is_empty() => {
                let range = self.source.range(at, len.or(claimed).unwrap_or(u64::MAX));
                self.file.covered.push(range.clone());
                Storage::Whole(range)
            }
            Layout::Tree(Some(at), sides) => {
                match tree::chunks(self.source, at, sides, &mut self.file.covered, &mut self.budget) {
                    Some(chunks) => Storage::Chunks(chunks),
                    None => Storage::Unknown,
                }
            }
            Layout::Listed(Some(at), size) => {
                match tree::listed(self.source, at, size, &mut self.file.covered, &mut self.budget) {
                    Some(chunks) => Storage::Chunks(chunks),
                    None => Storage::Unknown,
                }
            }
            Layout::Single(Some(at), len) => {
                let range = self.source.range(at, len.or(claimed).unwrap_or(u64::MAX));
                self.file.covered.push(range.clone());
                Storage::Chunks(vec![Chunk { range, skipped: 0 }])
            }
            Layout::Virtual(heap, number) => {
                let list = self.heaps.object(self.source, heap, number, &mut self.budget);
                // A version, the number of sources, and the name of the first file.
                let first = list.map(|list| list.start + 1 + usize::from(self.source.length)..list.end);
                let name = first.map(|name| terminated(self.bytes(&name))).unwrap_or_default();
                files.extend((!name.is_empty() && name != ".").then_some(name));
                Storage::Nowhere
            }
            Layout::Other => Storage::Unknown,
            _ => Storage::Nowhere,
        };
        self.file.datasets.push(Dataset {
            path: path.clone(),
            header,
            kind: datatype.kind,
            element: datatype.size,
            shape,
            storage,
            filters: object.filters,
            files,
        });
    }
}

/// The pieces of one size that a range is made of, at most `count`.
fn pieces(range: &Range<usize>, size: u64, count: u64) -> impl Iterator<Item = Range<usize>> + use<> {
    let (start, end) = (range.start, range.end);
    let size = usize::try_from(size).unwrap_or(usize::MAX).max(1);
    let count = usize::try_from(count).unwrap_or(usize::MAX).min((end - start) / size);
    (0..count).map(move |number| start + number * size..start + (number + 1) * size)
}

/// Paths longer than this are cut: what is deeper keeps its name alone.
const LONGEST_PATH: usize = 240;
const MORE: &str = "it has more objects than are read";
