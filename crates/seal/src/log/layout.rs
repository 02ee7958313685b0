//! Where the parts of a log lie in its folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The folder of a log and the names in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    folder: PathBuf,
}

/// A file of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    /// The number of its first record.
    pub(crate) first: u64,
}

impl Layout {
    /// The log in this folder, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The private key, where [`Options::key`](super::Options::key) names no other place.
    pub fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    /// The public key that lies beside the log.
    pub fn public_key(&self) -> PathBuf {
        self.folder.join("key.pub")
    }

    /// The newest signed state.
    pub fn checkpoint(&self) -> PathBuf {
        self.folder.join("checkpoint")
    }

    /// Whether there is nothing of a log in the folder.
    pub fn is_empty(&self) -> bool {
        !self.checkpoint().exists() && !self.segments_folder().exists()
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    pub(crate) fn segments_folder(&self) -> PathBuf {
        self.folder.join("segments")
    }

    pub(crate) fn segment(&self, first: u64) -> Segment {
        Segment { path: self.segments_folder().join(format!("{first:020}.{EXTENSION}")), first }
    }

    /// The segments in the order of their records; none if there is no log. Files of other names are no part of it.
    pub(crate) fn segments(&self) -> io::Result<Vec<Segment>> {
        let entries = match fs::read_dir(self.segments_folder()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut segments = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let first = path.file_name().and_then(|name| name.to_str()).and_then(|name| {
                let digits = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
                (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
            });
            if let Some(first) = first.and_then(|digits| digits.parse().ok()) {
                segments.push(Segment { path, first });
            }
        }
        segments.sort_by_key(|segment| segment.first);
        Ok(segments)
    }
}

const EXTENSION: &str = "segment";
const DIGITS: usize = 20;
