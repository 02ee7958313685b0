//! HDF5: groups, attributes, data sets and where their bytes lie. Nothing is loaded; what a file says is kept as ranges.
//!
//! Reads superblocks 0 to 3, object headers 1 and 2, groups by symbol table, by link messages and by fractal heap. Source:
//! HDF5 File Format Specification, version 3.0.

mod data;
mod fractal;
mod header;
mod heap;
mod message;
#[cfg(test)]
pub(crate) mod sample;
mod source;
mod tree;
mod walk;

use std::{ops::Range, sync::Arc};

pub use data::{Bytes, read, strings};
pub use source::{SIGNATURE, find};

/// What reading may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most objects: groups and data sets.
    pub objects: usize,
    /// The most entries of all structures together: messages, links, chunks, heap objects.
    pub entries: usize,
    /// The most attributes, and the most links, that are kept.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { objects: 100_000, entries: 2 << 20, names: 100_000 }
    }
}

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Where the format begins: after a block that the format leaves to its user.
    pub start: usize,
    /// Attributes of all objects.
    pub attributes: Vec<Attribute>,
    /// Data sets.
    pub datasets: Vec<Dataset>,
    /// Links to other files, and links by name in this one.
    pub links: Vec<Link>,
    /// Names of groups, each with its path.
    pub groups: Vec<String>,
    /// What could not be followed; each reason once.
    pub unread: Vec<&'static str>,
    /// Bytes that belong to something, sorted and joined.
    pub covered: Vec<Range<usize>>,
}

/// A named value of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The path of the object that it belongs to.
    pub owner: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its strings, if it holds strings: where each lies.
    pub strings: Vec<Range<usize>>,
    /// Its raw value in its header.
    pub raw: Range<usize>,
}

/// A data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its path.
    pub path: Arc<str>,
    /// Where its header lies.
    pub header: usize,
    /// What its elements are.
    pub kind: Kind,
    /// Bytes of one element.
    pub element: u64,
    /// Its sides.
    pub shape: Vec<u64>,
    /// Where its bytes lie.
    pub storage: Storage,
    /// Numbers of the filters that were applied when it was written, in that order.
    pub filters: Vec<u16>,
    /// Other files that its bytes lie in.
    pub files: Vec<String>,
}

/// What the elements of a data set are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Integers of one byte.
    Bytes,
    /// Other numbers, truth values, references.
    #[default]
    Numbers,
    /// Strings of one length.
    Text,
    /// Strings of any length, or lists of bytes of any length.
    Heap,
    /// Bytes without a meaning to the format.
    Opaque,
    /// Records of several fields.
    Compound,
}

/// Where the bytes of a data set lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// In one piece.
    Whole(Range<usize>),
    /// In pieces of the same shape.
    Chunks(Vec<Chunk>),
    /// Nowhere: it was never written, or lies in other files.
    #[default]
    Nowhere,
    /// In a way that is not followed.
    Unknown,
}

/// One piece of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its bytes, filtered.
    pub range: Range<usize>,
    /// The filters that were left out for it, one bit each.
    pub skipped: u32,
}

/// A name in a group that leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its path.
    pub path: String,
    /// The other file; `None` for a link in the same file.
    pub file: Option<String>,
    /// The path that it leads to.
    pub target: String,
    /// Where it is written.
    pub at: usize,
}

impl Dataset {
    /// How many bytes it claims to hold; `None` if that overflows.
    pub fn claimed(&self) -> Option<u64> {
        self.shape.iter().try_fold(self.element, |product, side| product.checked_mul(*side))
    }

    /// How many bytes are stored for it in the file.
    pub fn stored(&self) -> u64 {
        match &self.storage {
            Storage::Whole(range) => range.len() as u64,
            Storage::Chunks(chunks) => chunks.iter().map(|chunk| chunk.range.len() as u64).sum(),
            Storage::Nowhere | Storage::Unknown => 0,
        }
    }
}

/// Reads the structure of a file; `None` if there is none.
pub fn parse(bytes: &[u8], limits: Limits) -> Option<File> {
    walk::walk(bytes, limits)
}

/// Whether a file starts with a block of its user, with HDF5 behind it.
pub fn looks_like(head: &[u8]) -> bool {
    find(head.get(..head.len().min(4096)).unwrap_or_default()).is_some_and(|start| start > 0)
}

#[cfg(test)]
mod tests {
    use super::{sample::Sample, *};

    #[test]
    fn attributes_and_data_sets_are_found() {
        let bytes = Sample::new().attribute("keras_version", b"2.1").dataset("blob", b"\x80\x04N.").build();
        let file = parse(&bytes, Limits::default()).unwrap();
        assert_eq!(file.unread, Vec::<&str>::new());
        assert_eq!(file.attributes[0].name, "keras_version");
        assert_eq!(&bytes[file.attributes[0].strings[0].clone()], b"2.1");
        assert_eq!((&*file.datasets[0].path, file.datasets[0].kind), ("/blob", Kind::Bytes));
        assert_eq!(read(&bytes, &file.datasets[0], 100).unwrap().bytes, b"\x80\x04N.");
    }

    #[test]
    fn a_block_in_front_of_the_format_is_stepped_over() {
        let bytes = [vec![b'#'; 512], Sample::new().attribute("a", b"text").build()].concat();
        assert!(looks_like(&bytes) && !looks_like(&bytes[512..]));
        let file = parse(&bytes, Limits::default()).unwrap();
        assert_eq!(&bytes[file.attributes[0].strings[0].clone()], b"text");
    }

    #[test]
    fn links_that_lead_elsewhere_are_kept() {
        let bytes = Sample::new().external("w", "/etc/passwd", "/x").soft("s", "/w").build();
        let links = parse(&bytes, Limits::default()).unwrap().links;
        assert_eq!((links[0].file.as_deref(), links[0].target.as_str()), (Some("/etc/passwd"), "/x"));
        assert_eq!((links[1].file.as_deref(), links[1].target.as_str()), (None, "/w"));
    }

    #[test]
    fn what_belongs_to_nothing_is_not_covered() {
        let mut bytes = Sample::new().dataset("a", b"1234").build();
        let len = bytes.len();
        bytes.extend(b"more than that");
        let covered = parse(&bytes, Limits::default()).unwrap().covered;
        assert!(covered.iter().all(|range| range.end <= len), "{covered:?}");
    }

    #[test]
    fn a_heap_without_its_checksum_is_covered_up_to_the_end() {
        let links = b"\x02\x06\0\0\0\0\x2d\0\x2d\0";
        let bytes = [
            b"\x89HDF\r\n\x1a\n\x03\x02\x02\0\0\0\xff\xff\0\0\x18\0\0\0\0\0OHDR\x02\0\x0a",
            links.as_slice(),
            b"\0\0\0\0FRHP",
            &[0; 48],
        ]
        .concat();
        let covered = parse(&bytes, Limits::default()).unwrap().covered;
        assert!(covered.iter().eq([&(0..bytes.len())]), "{covered:?}");
    }

    #[test]
    fn attributes_cannot_have_the_same_bytes_again_and_again() {
        let heap =
            [b"GCOL\x01\0\0\0\x08\x02\0\0\0\0\0\0\x01\0\x01\0\0\0\0\0\xe8\x01\0\0\0\0\0\0".as_slice(), &[b'x'; 488]];
        let build = |at| {
            let sample = Sample::new().dataset("d", &heap.concat());
            (0..9).fold(sample, |sample, _| sample.distant("a", 488, at)).build()
        };
        let at = build(0).windows(4).position(|bytes| bytes == b"GCOL").unwrap() as u64;
        let bytes = build(at);
        let file = parse(&bytes, Limits::default()).unwrap();
        let texts: Vec<_> = file.attributes.iter().flat_map(|attribute| &attribute.strings).collect();
        assert!(texts.iter().all(|text| bytes[(*text).clone()] == [b'x'; 488]));
        assert_eq!((texts.len(), file.attributes.len()), (bytes.len() / 488, 9));
        assert_eq!(file.unread, ["its attributes have the same bytes again and again"]);
    }

    #[test]
    fn strings_of_attributes_have_a_limit() {
        let bytes = Sample::new().attribute("a", b"text").build();
        let file = parse(&bytes, Limits { entries: 1, ..Limits::default() }).unwrap();
        assert_eq!((file.attributes[0].strings.len(), file.unread), (0, vec!["it has more objects than are read"]));
    }

    #[test]
    fn truncated_and_altered_files_are_safe() {
        let bytes = Sample::new().attribute("a", b"text").dataset("d", b"1234").external("e", "f.h5", "/").build();
        for len in 0..bytes.len() {
            visit(&bytes[..len]);
        }
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut altered = bytes.clone();
                altered[at] = value;
                visit(&altered);
            }
        }
    }

    fn visit(bytes: &[u8]) {
        let Some(file) = parse(bytes, Limits::default()) else { return };
        for dataset in &file.datasets {
            read(bytes, dataset, 1000);
            strings(bytes, &file, dataset, 10, &mut 1000);
        }
        assert!(file.attributes.iter().flat_map(|a| &a.strings).all(|range| bytes.get(range.clone()).is_some()));
        assert!(file.covered.iter().all(|range| range.end <= bytes.len()));
    }
}
