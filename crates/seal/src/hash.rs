//! SHA-256 values, and the four things that are hashed: a leaf and a node of the tree (RFC 6962 section 2.1, RFC 9162 section
//! 2.1.1), and the two links of the chain. Each has its own prefix, so that none can be taken for another.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// 32 bytes of SHA-256. Shown as Base64, as checkpoints write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; Hash::LEN]);

/// A text that is not 32 bytes of canonical Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a SHA-256 value in Base64")]
pub struct ParseHashError;

impl Hash {
    /// Bytes of a value.
    pub const LEN: usize = 32;

    /// The root of the tree without leaves: the hash of nothing.
    pub fn of_empty_tree() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of a leaf that holds these bytes.
    pub fn of_leaf(record: &[u8]) -> Self {
        Self(Sha256::new().chain_update([LEAF]).chain_update(record).finalize().into())
    }

    /// The hash of the node over two others.
    pub fn of_node(left: &Self, right: &Self) -> Self {
        Self::joined(NODE, &[&left.0, &right.0])
    }

    /// The chain after a record, from the chain before it and the record's leaf.
    pub(crate) fn of_record_link(chain: &Self, leaf: &Self) -> Self {
        Self::joined(RECORD_LINK, &[&chain.0, &leaf.0])
    }

    /// The chain after a commit, from the chain before it and the bytes of the commit.
    pub(crate) fn of_commit_link(chain: &Self, commit: &[u8]) -> Self {
        Self::joined(COMMIT_LINK, &[&chain.0, commit])
    }

    /// The chain before the first record of a log of this name.
    pub(crate) fn of_origin(origin: &str) -> Self {
        Self::joined(ORIGIN_LINK, &[origin.as_bytes()])
    }

    fn joined(prefix: u8, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new().chain_update([prefix]);
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl std::str::FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| ParseHashError)?;
        bytes.try_into().map(Self).map_err(|_| ParseHashError)
    }
}

const LEAF: u8 = 0;
const NODE: u8 = 1;
const RECORD_LINK: u8 = 0x10;
const COMMIT_LINK: u8 = 0x11;
const ORIGIN_LINK: u8 = 0x12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_and_nodes_are_those_of_certificate_transparency() {
        assert_eq!(
            palisade_base::hex(&Hash::of_leaf(b"").0),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let pair = Hash::of_node(&Hash::of_leaf(b""), &Hash::of_leaf(&[0]));
        assert_eq!(palisade_base::hex(&pair.0), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    }

    #[test]
    fn text_leads_back() {
        let hash = Hash::of_leaf(b"x");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in ["", "AAAA", "not base64!", &hash.to_string().replace('=', "")] {
            assert_eq!(wrong.parse::<Hash>(), Err(ParseHashError), "{wrong}");
        }
    }
}
