//! What a scan is told: budgets, and what the walker leaves out.

use std::time::Duration;

/// What a scan is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Text up to this many bytes is read whole; of longer text only the head is. Models have no such limit.
    pub max_bytes: u64,
    /// The most bytes that are unpacked from one model file, all archives in it together.
    pub max_unpacked: u64,
    /// The longest that one model file may take; `None` for as long as it takes. What was not judged by then is unscanned.
    pub max_time: Option<Duration>,
    /// Also digest every model file, and search all bytes of its tensors.
    pub full: bool,
    /// What is looked at of tensors, unless `full` asks for everything.
    pub tensors: Tensors,
    /// Honour `.gitignore` and `.ignore` files, and leave out hidden folders such as `.git`.
    pub honour_ignores: bool,
    /// Follow symbolic links, also out of the scanned folder.
    pub follow_links: bool,
    /// Further paths to leave out, as `.gitignore` patterns relative to the root.
    pub exclude: Vec<String>,
    /// The same relative to the project, as the manifest asks for it: reports say who left something out.
    pub declared_exclude: Vec<String>,
    /// The number of worker threads; `0` means one for each core.
    pub threads: usize,
}

/// What is looked at of the numbers of tensors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tensors {
    /// Samples.
    #[default]
    Samples,
    /// Nothing: for files that are far away.
    Nothing,
}

/// What one file may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerFile {
    pub(crate) max_unpacked: u64,
    pub(crate) max_time: Option<Duration>,
    pub(crate) full: bool,
    pub(crate) structure_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_unpacked: 256 << 20,
            max_time: Some(Duration::from_mins(10)),
            full: false,
            tensors: Tensors::default(),
            honour_ignores: true,
            follow_links: false,
            exclude: Vec::new(),
            declared_exclude: Vec::new(),
            threads: 0,
        }
    }
}

impl Options {
    pub(crate) fn worker_threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    pub(crate) fn per_file(&self) -> PerFile {
        let structure_only = self.tensors == Tensors::Nothing && !self.full;
        PerFile { max_unpacked: self.max_unpacked, max_time: self.max_time, full: self.full, structure_only }
    }
}
