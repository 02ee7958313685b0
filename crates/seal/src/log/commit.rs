//! A commit: the signed state of the log after some records, as it stands among them. Its signature is that of a checkpoint.

use super::frame::Fields;
use crate::{Checkpoint, Hash, Note, NoteError, PrivateKey, PublicKey};

/// The signed state of a log after its first `size` records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    /// When it was made, in milliseconds since 1970 by the writer's clock.
    pub time: u64,
    /// The number of records before it.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// The chain over every record and commit before it.
    pub chain: Hash,
    /// The Ed25519 signature of the checkpoint.
    pub(crate) signature: [u8; 64],
}

impl Commit {
    /// Bytes of a commit.
    pub(crate) const LEN: usize = 8 + 8 + Hash::LEN + Hash::LEN + 64;

    pub(crate) fn sign(time: u64, size: u64, root: Hash, chain: Hash, key: &PrivateKey) -> Self {
        let unsigned = Self { time, size, root, chain, signature: [0; 64] };
        let signature = key.sign(unsigned.checkpoint(key.public().name()).text().as_bytes());
        Self { signature, ..unsigned }
    }

    /// The same as a checkpoint of C2SP; time and chain are its further lines.
    pub fn checkpoint(&self, origin: &str) -> Checkpoint {
        let extensions = vec![format!("{TIME}{}", self.time), format!("{CHAIN}{}", self.chain)];
        Checkpoint { origin: origin.to_owned(), size: self.size, root: self.root, extensions }
    }

    /// The signed note of that checkpoint.
    pub fn note(&self, key: &PublicKey) -> Result<Note, NoteError> {
        Note::from_parts(self.checkpoint(key.name()).text(), key, &self.signature)
    }

    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(self.checkpoint(key.name()).text().as_bytes(), &self.signature)
    }

    /// The chain after this commit.
    pub(crate) fn link(&self) -> Hash {
        Hash::of_commit_link(&self.chain, &self.to_bytes())
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let parts: [&[u8]; 5] =
            [&self.time.to_le_bytes(), &self.size.to_le_bytes(), &self.root.0, &self.chain.0, &self.signature];
        let mut bytes = [0; Self::LEN];
        bytes.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut fields = Fields(bytes);
        Some(Self {
            time: fields.number()?,
            size: fields.number()?,
            root: Hash(fields.take()?),
            chain: Hash(fields.take()?),
            signature: fields.take()?,
        })
    }
}

const TIME: &str = "time ";
const CHAIN: &str = "chain ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_a_checkpoint() {
        let key = PrivateKey::from_seed("a/log", &[3; 32]).unwrap();
        let commit = Commit::sign(1_700_000_000_123, 9, Hash::of_leaf(b"r"), Hash::of_leaf(b"c"), &key);
        assert_eq!(Commit::from_bytes(&commit.to_bytes()), Some(commit));
        let note = commit.note(key.public()).unwrap().to_string();
        let checkpoint = Checkpoint::open(note.as_bytes(), key.public()).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), (commit.size, commit.root));
        assert!(note.contains("\ntime 1700000000123\nchain "), "{note}");
    }
}
