//! Proofs as text that is checked with the public key alone: a record by C2SP tlog-proof, and that one checkpoint goes on from
//! another in the form in which C2SP tlog-witness sends that.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    Checkpoint, CheckpointError, Hash, Note, NoteError, PublicKey,
    checkpoint::decimal,
    tree::{PathError, check_consistency, check_inclusion},
};

/// That a record is in a log (C2SP tlog-proof). The record itself is its extra data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProof {
    /// The number of the record, from 0.
    pub number: u64,
    /// The roots beside the path from the record to the root.
    pub hashes: Vec<Hash>,
    /// The bytes of the record, if the proof carries them.
    pub record: Option<Vec<u8>>,
    /// The signed state of the log.
    pub checkpoint: Note,
}

/// That a log goes on from an older checkpoint, which is not part of it (C2SP tlog-witness, "add-checkpoint").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Records of the older checkpoint.
    pub older: u64,
    /// The roots that lead from the older tree to the newer.
    pub hashes: Vec<Hash>,
    /// The newer checkpoint.
    pub checkpoint: Note,
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The text is no proof of that kind.
    #[error("it is no proof: {0}")]
    Form(&'static str),
    /// The checkpoint in it is malformed.
    #[error("its checkpoint is wrong: {0}")]
    Note(#[from] NoteError),
    /// The checkpoint in it is not of the log.
    #[error("its checkpoint is wrong: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead to the root.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It proves something about another checkpoint than the one that was kept.
    #[error("it begins at {found} records, and the older checkpoint has {expected}")]
    Older {
        /// Records that the proof begins at.
        found: u64,
        /// Records of the checkpoint that was kept.
        expected: u64,
    },
    /// The record is not part of the proof, and was not given.
    #[error("the proof does not carry the record, so there is nothing to check")]
    NoRecord,
}

impl RecordProof {
    /// Bytes of the longest proof that is read: the longest record in Base64, and some.
    pub const LONGEST: usize = (16 << 20) / 3 * 4 + (128 << 10);

    /// Reads a proof. Nothing is checked yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > Self::LONGEST {
            return Err(ProofError::Form("it is too long"));
        }
        let (head, checkpoint) = parts(bytes)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(ProofError::Form("it does not begin with `c2sp.org/tlog-proof@v1`"));
        }
        let record = lines.next_if(|line| line.starts_with(EXTRA)).and_then(|line| line.strip_prefix(EXTRA));
        let record = record.map(|extra| BASE64_STANDARD.decode(extra)).transpose();
        let record = record.map_err(|_| ProofError::Form("its extra data is not Base64"))?;
        let number = lines.next().and_then(|line| decimal(line.strip_prefix(INDEX)?));
        let number = number.ok_or(ProofError::Form("the number of the record is missing"))?;
        Ok(Self { number, hashes: hashes(lines)?, record, checkpoint })
    }

    /// Checks that the record is in the log of this key, and gives the state of the log that says so.
    pub fn check(&self, key: &PublicKey) -> Result<Checkpoint, ProofError> {
        self.check_record(self.record.as_deref().ok_or(ProofError::NoRecord)?, key)
    }

    /// The same for a record that the proof does not carry.
    pub fn check_record(&self, record: &[u8], key: &PublicKey) -> Result<Checkpoint, ProofError> {
        let checkpoint = open(&self.checkpoint, key)?;
        check_inclusion(Hash::of_leaf(record), self.number, checkpoint.size, &self.hashes, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl ConsistencyProof {
    /// Reads a proof. Nothing is checked yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > Note::LONGEST {
            return Err(ProofError::Form("it is too long"));
        }
        let (head, checkpoint) = parts(bytes)?;
        let mut lines = head.split('\n');
        let older = lines.next().and_then(|line| decimal(line.strip_prefix(OLDER)?));
        let older = older.ok_or(ProofError::Form("it does not begin with `old` and a number of records"))?;
        Ok(Self { older, hashes: hashes(lines)?, checkpoint })
    }

    /// Checks that the log goes on from the checkpoint that was kept, and gives its newer state.
    pub fn check(&self, older: &Checkpoint, key: &PublicKey) -> Result<Checkpoint, ProofError> {
        if self.older != older.size {
            return Err(ProofError::Older { found: self.older, expected: older.size });
        }
        let newer = open(&self.checkpoint, key)?;
        check_consistency((older.size, &older.root), (newer.size, &newer.root), &self.hashes)?;
        Ok(newer)
    }
}

impl fmt::Display for RecordProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        if let Some(record) = &self.record {
            writeln!(f, "{EXTRA}{}", BASE64_STANDARD.encode(record))?;
        }
        writeln!(f, "{INDEX}{}", self.number)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl fmt::Display for ConsistencyProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{OLDER}{}", self.older)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// The lines before the first blank one, and the note after it.
fn parts(bytes: &[u8]) -> Result<(&str, Note), ProofError> {
    let text = str::from_utf8(bytes).map_err(|_| ProofError::Form("it is not UTF-8"))?;
    let (head, note) = text.split_once("\n\n").ok_or(ProofError::Form("its checkpoint is missing"))?;
    Ok((head, Note::parse(note.as_bytes())?))
}

fn hashes<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Vec<Hash>, ProofError> {
    let hashes: Vec<Hash> = lines
        .take(MOST_HASHES + 1)
        .map(|line| line.parse().map_err(|_| ProofError::Form("a line is not a hash")))
        .collect::<Result<_, _>>()?;
    if hashes.len() > MOST_HASHES { Err(ProofError::Form("it has too many hashes")) } else { Ok(hashes) }
}

fn open(note: &Note, key: &PublicKey) -> Result<Checkpoint, ProofError> {
    let checkpoint = Checkpoint::parse(note.verify(key)?)?;
    if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(CheckpointError::Origin.into()) }
}

const HEAD: &str = "c2sp.org/tlog-proof@v1";
const EXTRA: &str = "extra ";
const INDEX: &str = "index ";
const OLDER: &str = "old ";
/// A tree of 2^63 records has paths of 63.
const MOST_HASHES: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        PrivateKey,
        tree::{Frontier, consistency_ranges, inclusion_ranges},
    };

    fn root(range: std::ops::Range<u64>) -> Hash {
        let mut tree = Frontier::default();
        tree.extend(range.map(|number| Hash::of_leaf(&number.to_le_bytes())));
        tree.root()
    }

    fn key() -> PrivateKey {
        PrivateKey::from_seed("a/log", &[5; 32]).unwrap()
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint { origin: "a/log".to_owned(), size, root: root(0..size), extensions: vec!["time 1".to_owned()] }
    }

    fn record_proof(number: u64, size: u64) -> RecordProof {
        let hashes = inclusion_ranges(number, size).into_iter().map(root).collect();
        let checkpoint = checkpoint(size).sign(&key()).unwrap();
        RecordProof { number, hashes, record: Some(number.to_le_bytes().to_vec()), checkpoint }
    }

    fn consistency_proof(older: u64, newer: u64) -> ConsistencyProof {
        let hashes = consistency_ranges(older, newer).into_iter().map(root).collect();
        ConsistencyProof { older, hashes, checkpoint: checkpoint(newer).sign(&key()).unwrap() }
    }

    #[test]
    fn text_leads_back_and_checks() {
        let proof = record_proof(3, 11);
        let again = RecordProof::parse(proof.to_string().as_bytes()).unwrap();
        assert_eq!((&again, again.check(key().public())), (&proof, Ok(checkpoint(11))));
        let bare = RecordProof { record: None, ..again };
        let again = RecordProof::parse(bare.to_string().as_bytes()).unwrap();
        assert_eq!(again.check(key().public()), Err(ProofError::NoRecord));
        assert!(again.check_record(&3_u64.to_le_bytes(), key().public()).is_ok());
        let proof = consistency_proof(5, 11);
        let again = ConsistencyProof::parse(proof.to_string().as_bytes()).unwrap();
        assert_eq!((&again, again.check(&checkpoint(5), key().public())), (&proof, Ok(checkpoint(11))));
        assert!(again.check(&checkpoint(6), key().public()).is_err());
    }

    /// The page promises that its proof is real.
    #[test]
    fn the_proof_of_the_documentation_is_real() {
        let page = include_str!("../../../docs/log.md");
        let proof = page.split("$ cat record.proof\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let key = page.split("`key.pub` (`").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
        let proof = RecordProof::parse(proof.as_bytes()).unwrap();
        assert_eq!(proof.check(&key.parse().unwrap()).unwrap().size, 24);
        assert_eq!(proof.record.as_deref(), Some(b"record 5 of this run".as_slice()));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_of_a_proof_is_found() {
        let (key, kept) = (key(), checkpoint(5));
        let record = |bytes: &[u8]| RecordProof::parse(bytes).is_ok_and(|proof| proof.check(key.public()).is_ok());
        let grown =
            |bytes: &[u8]| ConsistencyProof::parse(bytes).is_ok_and(|proof| proof.check(&kept, key.public()).is_ok());
        let texts = [record_proof(3, 11).to_string(), consistency_proof(5, 11).to_string()];
        for (text, checks) in texts.iter().zip([&record as &dyn Fn(&[u8]) -> bool, &grown]) {
            assert!(checks(text.as_bytes()));
            for len in 0..text.len() {
                assert!(!checks(&text.as_bytes()[..len]), "cut at {len}: {text}");
            }
            for bit in 0..text.len() * 8 {
                let mut bytes = text.clone().into_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(!checks(&bytes), "bit {bit}: {}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}
