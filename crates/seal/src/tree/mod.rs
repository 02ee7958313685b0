//! The Merkle tree of RFC 6962 and RFC 9162 over hashes alone: growing it, proving a leaf, proving that one tree begins another.

mod frontier;
mod path;

pub use frontier::Frontier;
pub use path::{PathError, check_consistency, check_inclusion, consistency_ranges, inclusion_ranges};
