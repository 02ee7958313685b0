//! What a scan is told: budgets, and what the walker leaves out.

/// What a scan is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files up to this many bytes are read whole; of larger ones only the head is read, and formats that can be read
    /// in parts are.
    pub max_bytes: u64,
    /// Honour `.gitignore` and `.ignore` files, and leave out hidden folders such as `.git`.
    pub honour_ignores: bool,
    /// Follow symbolic links, also out of the scanned folder.
    pub follow_links: bool,
    /// Further paths to leave out, as `.gitignore` patterns relative to the project.
    pub exclude: Vec<String>,
    /// The number of worker threads; `0` means one for each core.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_bytes: 64 << 20, honour_ignores: true, follow_links: false, exclude: Vec::new(), threads: 0 }
    }
}

impl Options {
    pub(crate) fn worker_threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }
}
