//! Makes proofs about a log that can be checked without it: by one walk over its records, with memory for one path.

use std::ops::Range;

use super::{
    Layout, LogError,
    scan::{Event, Scan},
    verify::read_checkpoint,
};
use crate::{
    Checkpoint, Hash, Note, PublicKey,
    proof::{ConsistencyProof, RecordProof},
    tree::{Frontier, PathError, check_consistency, check_inclusion, consistency_ranges, inclusion_ranges},
};

/// Why a proof cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError {
    /// The log is not as it was signed, or cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log has no such record.
    #[error("the log has no record {number}: it has {size}, counted from 0")]
    NoRecord {
        /// The number that was asked for.
        number: u64,
        /// The records of the log.
        size: u64,
    },
    /// The hashes do not lead where they should: the log has forked from the older checkpoint.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Proves that a record is in the log, by its newest checkpoint.
pub fn prove_record(layout: &Layout, key: &PublicKey, number: u64) -> Result<RecordProof, ProveError> {
    let (checkpoint, note) = newest(layout, key)?;
    if number >= checkpoint.size {
        return Err(ProveError::NoRecord { number, size: checkpoint.size });
    }
    let ranges = inclusion_ranges(number, checkpoint.size);
    let (hashes, record) = roots(layout, key, &ranges, checkpoint.size, Some(number))?;
    check_inclusion(Hash::of_leaf(&record), number, checkpoint.size, &hashes, &checkpoint.root)?;
    Ok(RecordProof { number, hashes, record: Some(record), checkpoint: note })
}

/// Proves that the log goes on from an older checkpoint: nothing that it covered was changed or removed.
pub fn prove_consistency(layout: &Layout, key: &PublicKey, older: &Checkpoint) -> Result<ConsistencyProof, ProveError> {
    let (checkpoint, note) = newest(layout, key)?;
    let ranges = consistency_ranges(older.size, checkpoint.size);
    let (hashes, _) = roots(layout, key, &ranges, checkpoint.size, None)?;
    check_consistency((older.size, &older.root), (checkpoint.size, &checkpoint.root), &hashes)?;
    Ok(ConsistencyProof { older: older.size, hashes, checkpoint: note })
}

fn newest(layout: &Layout, key: &PublicKey) -> Result<(Checkpoint, Note), LogError> {
    let checkpoint = read_checkpoint(layout, key)?;
    let bytes = std::fs::read(layout.checkpoint()).map_err(|error| LogError::io(&layout.checkpoint(), error))?;
    match Note::parse(&bytes) {
        Ok(note) if note.text() == checkpoint.text() => Ok((checkpoint, note)),
        // The writer has replaced it in between.
        _ => newest(layout, key),
    }
}

/// The roots of these ranges, in their order, and the bytes of one record. The ranges do not overlap.
fn roots(
    layout: &Layout,
    key: &PublicKey,
    ranges: &[Range<u64>],
    size: u64,
    wanted: Option<u64>,
) -> Result<(Vec<Hash>, Vec<u8>), LogError> {
    let segments = layout.segments().map_err(|error| LogError::io(&layout.segments_folder(), error))?;
    let mut scan = Scan::new(segments, key, size);
    let mut trees = vec![Frontier::default(); ranges.len()];
    let mut record = Vec::new();
    // Ranges follow one another in the log, whatever their order in the proof.
    let mut order: Vec<(Range<u64>, usize)> = ranges.iter().cloned().zip(0..).collect();
    order.sort_by_key(|(range, _)| range.start);
    let mut order = order.into_iter().peekable();
    loop {
        match scan.next()? {
            Event::Record { number, leaf, bytes, .. } => {
                if wanted == Some(number) {
                    bytes.clone_into(&mut record);
                }
                while order.next_if(|(range, _)| range.end <= number).is_some() {}
                let tree = order.peek().filter(|(range, _)| range.contains(&number)).map(|(_, place)| *place);
                if let Some(tree) = tree.and_then(|place| trees.get_mut(place)) {
                    tree.push(leaf);
                }
                if number.saturating_add(1) >= size {
                    break;
                }
            }
            Event::Commit(_) => {}
            Event::End => break,
        }
    }
    Ok((trees.iter().map(Frontier::root).collect(), record))
}
