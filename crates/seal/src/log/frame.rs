//! The bytes of a segment: a header that repeats where the log stood, then records and commits, each behind its mark.

use std::iter;

use super::Commit;
use crate::{Hash, tree::Frontier};

/// The first bytes of a segment: what it is, and the version of its form.
pub(crate) const MAGIC: &[u8; 16] = b"palisade log 1\n\0";
/// Stands before a record: then its length in four bytes (little endian), its bytes, and the chain after it.
pub(crate) const RECORD: u8 = b'R';
/// Stands before a commit.
pub(crate) const COMMIT: u8 = b'C';

/// The header of the segment that begins after this commit: the commit itself and the right edge of the tree.
pub(crate) fn header(commit: &Commit, tree: &Frontier) -> Vec<u8> {
    let roots = tree.roots().iter().flat_map(|root| root.0);
    MAGIC.iter().copied().chain(commit.to_bytes()).chain(roots).collect()
}

/// Appends a record's frame. Records over 4 GiB are refused long before.
pub(crate) fn push_record(frames: &mut Vec<u8>, record: &[u8], chain: &Hash) {
    frames.push(RECORD);
    frames.extend(u32::try_from(record.len()).unwrap_or(u32::MAX).to_le_bytes());
    frames.extend(record);
    frames.extend(chain.0);
}

/// Appends a commit's frame.
pub(crate) fn push_commit(frames: &mut Vec<u8>, commit: &Commit) {
    frames.extend(iter::once(COMMIT).chain(commit.to_bytes()));
}

/// Bytes that are read from left to right.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl Fields<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
}
