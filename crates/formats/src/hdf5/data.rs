//! The bytes of a data set, unfiltered as far as its filters are known.

use std::ops::Range;

use super::{
    Chunk, Dataset, File, Kind, Storage,
    heap::GlobalHeaps,
    source::{Source, Superblock},
};
use crate::compress::{Codec, End, unpack};

/// Bytes of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// The bytes, as far as they could be read.
    pub bytes: Vec<u8>,
    /// Whether there are more, or the data is broken.
    pub cut: bool,
    /// Where they lie in the file, if they lie there as they are.
    pub at: Option<usize>,
}

/// At most `limit` bytes of a data set; `None` if it lies in a way, or was filtered in a way, that is not read.
pub fn read(bytes: &[u8], dataset: &Dataset, limit: usize) -> Option<Bytes> {
    match &dataset.storage {
        Storage::Whole(range) => {
            let end = range.end.min(range.start.saturating_add(limit));
            let found = bytes.get(range.start..end)?.to_vec();
            Some(Bytes { bytes: found, cut: end < range.end, at: Some(range.start) })
        }
        Storage::Chunks(chunks) => {
            let mut found = Bytes::default();
            for chunk in chunks {
                if found.bytes.len() >= limit {
                    found.cut = true;
                    break;
                }
                let raw = bytes.get(chunk.range.clone())?;
                found.cut |= unfilter(raw, chunk, dataset, limit - found.bytes.len(), &mut found.bytes)?;
            }
            if let ([only], true) = (chunks.as_slice(), dataset.filters.is_empty()) {
                found.at = Some(only.range.start);
            }
            Some(found)
        }
        Storage::Nowhere => Some(Bytes::default()),
        Storage::Unknown => None,
    }
}

/// Undoes the filters of a chunk, last first. Returns whether something is missing.
fn unfilter(raw: &[u8], chunk: &Chunk, dataset: &Dataset, limit: usize, found: &mut Vec<u8>) -> Option<bool> {
    let mut bytes = raw.get(..raw.len().min(limit)).unwrap_or_default().to_vec();
    let mut cut = bytes.len() < raw.len();
    let applied = dataset.filters.iter().enumerate();
    let applied = applied.filter(|(number, _)| *number > 31 || chunk.skipped >> number & 1 == 0);
    for (_, filter) in applied.rev() {
        match filter {
            1 => {
                let inflated = unpack(Codec::Zlib, &bytes, limit);
                cut = inflated.end != End::Whole;
                bytes = inflated.bytes;
            }
            2 => bytes = unshuffled(&bytes, usize::try_from(dataset.element).unwrap_or(1)),
            // A checksum behind the bytes.
            3 => bytes.truncate(bytes.len().saturating_sub(4)),
            _ => return None,
        }
    }
    found.append(&mut bytes);
    Some(cut)
}

/// First bytes of all elements, then second bytes, and so on, back to elements.
fn unshuffled(bytes: &[u8], size: usize) -> Vec<u8> {
    if size < 2 || bytes.len() < size {
        return bytes.to_vec();
    }
    let count = bytes.len() / size;
    let whole = (0..count).flat_map(|element| (0..size).map(move |byte| byte * count + element));
    whole.filter_map(|at| bytes.get(at)).chain(bytes.get(count * size..).unwrap_or_default()).copied().collect()
}

/// The strings or lists of bytes of a data set that holds values of any length, at most `most`.
pub fn strings(bytes: &[u8], file: &File, dataset: &Dataset, most: usize, steps: &mut usize) -> Vec<Range<usize>> {
    let Some(superblock) = Superblock::read(bytes).filter(|_| dataset.kind == Kind::Heap) else { return Vec::new() };
    let source = Source { base: file.start, ..superblock.source };
    let size = usize::try_from(dataset.element).unwrap_or(16).clamp(8, 64);
    let Some(references) = read(bytes, dataset, most.saturating_mul(size)) else { return Vec::new() };
    let mut heaps = GlobalHeaps::default();
    references
        .bytes
        .chunks(size)
        .filter_map(|reference| heaps.value(source, reference, 1, steps))
        .filter(|range| !range.is_empty())
        .collect()
}
