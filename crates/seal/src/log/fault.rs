//! What can be wrong with a log, and where: the first place that is not as it was written.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use palisade_base::reason;

use crate::CheckpointError;

/// Where in a log something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The number of the record that is there or should be, from 0.
    pub record: u64,
    /// The byte in the file at which the record, the commit or the header begins.
    pub byte: u64,
}

/// The first bad place of a log, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{flaw} ({place})")]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub flaw: Flaw,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The file ends within a record, a commit or a header.
    #[error("the file ends in the middle of {what}")]
    Truncated {
        /// What is cut.
        what: &'static str,
    },
    /// Neither a record nor a commit begins here.
    #[error("neither a record nor a commit begins here")]
    Mark,
    /// A record longer than the log takes, or more records without a commit than the writer writes.
    #[error("a length is out of bounds")]
    Length,
    /// A record does not follow from the one before it.
    #[error(
        "this record does not follow from what is before it: it was changed, inserted or moved, or one before it removed"
    )]
    Chain,
    /// A commit does not fit the records before it.
    #[error(
        "this commit does not fit the records before it: records or the commit were changed, inserted, moved or removed"
    )]
    Commit,
    /// A commit is not signed by the key of the log.
    #[error(
        "the signature after records {first} to {last} is wrong: one of them, or the commit, was changed or is of another key"
    )]
    Signature {
        /// The first record since the commit before.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// A segment does not begin where the one before it ends.
    #[error("the segment does not begin where the one before it ends: one was removed, inserted, moved or changed")]
    Header,
    /// Records at the end of a segment that no commit signs, and the log goes on after them.
    #[error("no commit signs the records from here to the end of the segment, and the log goes on after it")]
    Uncommitted,
    /// Fewer records than the checkpoint says.
    #[error("records are missing: the checkpoint has {expected} and {found} are left")]
    Missing {
        /// Records by the checkpoint.
        expected: u64,
        /// Records that are there.
        found: u64,
    },
    /// The file `checkpoint` is gone.
    #[error("the checkpoint was removed")]
    NoCheckpoint,
    /// The file `checkpoint` is no checkpoint of this log.
    #[error("the checkpoint is not what the log signed: {0}")]
    Checkpoint(CheckpointError),
    /// The records are others than those of the checkpoint.
    #[error("the records are not those of the checkpoint of {size} records")]
    Fork {
        /// Records by the checkpoint.
        size: u64,
    },
}

/// Why a log could not be read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A file cannot be read.
    #[error("cannot read `{}`: {}", path.display(), reason(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no log in the folder.
    #[error("there is no log in `{}`", path.display())]
    None {
        /// The folder.
        path: PathBuf,
    },
    /// It is not as it was written.
    #[error(transparent)]
    Tampered(#[from] Box<Fault>),
}

impl LogError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn fault(place: Place, flaw: Flaw) -> Self {
        Self::Tampered(Box::new(Fault { place, flaw }))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        write!(f, "{name}, record {}, byte {}", self.record, self.byte)
    }
}
