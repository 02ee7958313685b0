//! Proofs over the tree (RFC 9162 sections 2.1.3 and 2.1.4): which subtrees a proof consists of, and how it is checked.

use std::ops::Range;

use crate::Hash;

/// Why a proof shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The leaf is not in a tree of that size.
    #[error("record {index} is not among the {size} of the checkpoint")]
    Outside {
        /// The number of the leaf, from 0.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("the older checkpoint has {old} records and the newer one {new}")]
    Shrunk {
        /// Leaves of the older tree.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
    /// A proof for this place has another length.
    #[error("the proof has {found} hashes where {expected} belong")]
    Length {
        /// Hashes in the proof.
        found: usize,
        /// Hashes that a proof for this place has.
        expected: usize,
    },
    /// The hashes do not lead to the root.
    #[error("the hashes do not lead to the root of the checkpoint")]
    Root,
    /// The hashes do not lead to the root of the older tree.
    #[error("the hashes do not lead to the root of the older checkpoint")]
    OldRoot,
}

/// The subtrees whose roots prove leaf `index` in a tree of `size` leaves, from the leaf up. Empty if there is no such leaf.
pub fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if index >= size {
        return ranges;
    }
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = tree.start + split(tree.end - tree.start);
        if index < middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The subtrees whose roots prove that a tree of `old` leaves begins one of `new` leaves, in the order of the proof. Empty if
/// one of them is empty, both are the same, or the older is larger.
pub fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if old == 0 || old >= new {
        return ranges;
    }
    let mut tree = 0..new;
    while tree.end != old {
        let middle = tree.start + split(tree.end - tree.start);
        if old <= middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    // A subtree that is the whole older tree is known to whoever checks.
    if tree.start > 0 {
        ranges.push(tree);
    }
    ranges.reverse();
    ranges
}

/// Checks that `leaf` is number `index` in the tree of `size` leaves with this root.
pub fn check_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), PathError> {
    if index >= size {
        return Err(PathError::Outside { index, size });
    }
    let ranges = inclusion_ranges(index, size);
    has_length(proof, &ranges)?;
    let found = ranges.iter().zip(proof).fold(leaf, |below, (range, beside)| {
        if range.start > index { Hash::of_node(&below, beside) } else { Hash::of_node(beside, &below) }
    });
    if found == *root { Ok(()) } else { Err(PathError::Root) }
}

/// Checks that the tree of `old` leaves with root `old_root` is the beginning of the tree of `new` leaves with root `new_root`.
pub fn check_consistency(
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), PathError> {
    if old > new {
        return Err(PathError::Shrunk { old, new });
    }
    let ranges = consistency_ranges(old, new);
    has_length(proof, &ranges)?;
    if old == 0 {
        return if *old_root == Hash::of_empty_tree() { Ok(()) } else { Err(PathError::OldRoot) };
    }
    if old == new {
        return if old_root == new_root { Ok(()) } else { Err(PathError::Root) };
    }
    let mut steps = ranges.iter().zip(proof).peekable();
    // The subtree that ends where the older tree ends: the first hash, or the older tree itself.
    let mut begun = *old_root;
    if let Some((_, first)) = steps.next_if(|(range, _)| range.end == old) {
        begun = *first;
    }
    let (mut of_old, mut of_new) = (begun, begun);
    for (range, beside) in steps {
        if range.start >= old {
            of_new = Hash::of_node(&of_new, beside);
        } else {
            of_old = Hash::of_node(beside, &of_old);
            of_new = Hash::of_node(beside, &of_new);
        }
    }
    if of_old != *old_root {
        return Err(PathError::OldRoot);
    }
    if of_new == *new_root { Ok(()) } else { Err(PathError::Root) }
}

fn has_length(proof: &[Hash], ranges: &[Range<u64>]) -> Result<(), PathError> {
    let (found, expected) = (proof.len(), ranges.len());
    if found == expected { Ok(()) } else { Err(PathError::Length { found, expected }) }
}

/// Where a tree of `size` leaves, at least two, is cut: the largest power of two below it.
fn split(size: u64) -> u64 {
    1 << (size.saturating_sub(1)).checked_ilog2().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Frontier;

    fn leaf(number: u64) -> Hash {
        Hash::of_leaf(&number.to_le_bytes())
    }

    fn root(range: Range<u64>) -> Hash {
        let mut tree = Frontier::default();
        tree.extend(range.map(leaf));
        tree.root()
    }

    fn proof(ranges: &[Range<u64>]) -> Vec<Hash> {
        ranges.iter().cloned().map(root).collect()
    }

    /// The examples of RFC 9162 section 2.1.5: seven leaves.
    #[test]
    fn the_examples_of_the_standard() {
        assert_eq!(inclusion_ranges(0, 7), [1..2, 2..4, 4..7]);
        assert_eq!(inclusion_ranges(3, 7), [2..3, 0..2, 4..7]);
        assert_eq!(inclusion_ranges(4, 7), [5..6, 6..7, 0..4]);
        assert_eq!(inclusion_ranges(6, 7), [4..6, 0..4]);
        assert_eq!(consistency_ranges(3, 7), [2..3, 3..4, 0..2, 4..7]);
        assert_eq!(consistency_ranges(4, 7), vec![4..7]);
        assert_eq!(consistency_ranges(6, 7), [4..6, 6..7, 0..4]);
    }

    #[test]
    fn every_leaf_of_every_tree_is_proven_and_nothing_else() {
        for size in 1..40 {
            let tree = root(0..size);
            for index in 0..size {
                let hashes = proof(&inclusion_ranges(index, size));
                assert_eq!(check_inclusion(leaf(index), index, size, &hashes, &tree), Ok(()));
                assert_eq!(check_inclusion(leaf(index + 1), index, size, &hashes, &tree), Err(PathError::Root));
                for other in (0..size).filter(|other| *other != index) {
                    assert!(check_inclusion(leaf(index), other, size, &hashes, &tree).is_err(), "{index} as {other}");
                }
                for place in 0..hashes.len() {
                    let mut wrong = hashes.clone();
                    wrong[place].0[7] ^= 1;
                    assert_eq!(check_inclusion(leaf(index), index, size, &wrong, &tree), Err(PathError::Root));
                    wrong.remove(place);
                    assert!(check_inclusion(leaf(index), index, size, &wrong, &tree).is_err());
                }
            }
            assert!(check_inclusion(leaf(size), size, size, &[], &tree).is_err());
        }
    }

    #[test]
    fn every_tree_begins_every_larger_one() {
        for new in 0..40 {
            let tree = root(0..new);
            for old in 0..=new {
                let (before, hashes) = (root(0..old), proof(&consistency_ranges(old, new)));
                assert_eq!(check_consistency((old, &before), (new, &tree), &hashes), Ok(()), "{old} {new}");
                let wrong = leaf(99);
                assert!(check_consistency((old, &wrong), (new, &tree), &hashes).is_err(), "{old} {new}");
                assert!(old == 0 || check_consistency((old, &before), (new, &wrong), &hashes).is_err(), "{old} {new}");
                for place in 0..hashes.len() {
                    let mut wrong = hashes.clone();
                    wrong[place].0[7] ^= 1;
                    assert!(check_consistency((old, &before), (new, &tree), &wrong).is_err());
                }
            }
            assert!(check_consistency((new + 1, &tree), (new, &tree), &[]).is_err());
        }
    }

    #[test]
    fn sizes_at_the_edge_end() {
        assert_eq!(inclusion_ranges(u64::MAX - 1, u64::MAX).len(), 63);
        assert!(consistency_ranges(u64::MAX - 1, u64::MAX).len() <= 65);
        assert!(check_inclusion(leaf(0), u64::MAX, u64::MAX, &[], &leaf(0)).is_err());
    }
}
