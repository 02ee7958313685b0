//! A model in several files: what its index says, against the files.

use std::ops::Range;

use palisade_base::{Artifact, Evidence, Mask};

/// The index of a model whose weights lie in several files.
#[derive(Debug)]
pub struct Shards<'a> {
    /// The index.
    pub artifact: &'a Artifact,
    /// Its content.
    pub text: &'a str,
    /// The files that it names, each once.
    pub shards: Vec<Shard>,
    /// Weights beside it that are numbered like its files and that it does not name.
    pub unlisted: Vec<String>,
}

/// A file that an index names.
#[derive(Debug)]
pub struct Shard {
    /// The path as the index gives it.
    pub path: String,
    /// Where the index names it first.
    pub range: Range<usize>,
    /// What was found there.
    pub state: State,
}

/// What was found where an index says that weights are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The file is there; its tensors agree with the index, or it is in a format whose tensors are not compared.
    Agrees,
    /// The path leads out of the folder of the index.
    Leaves,
    /// There is no such file.
    Missing,
    /// The file lacks tensors that the index places there: how many, and one of them.
    Lacks(usize, String),
}

impl Shards<'_> {
    /// Evidence for a part of the index.
    pub fn evidence(&self, range: Range<usize>, label: impl Into<String>) -> Evidence {
        Evidence::text(self.artifact, self.text, range, Mask::No, label.into())
    }
}
