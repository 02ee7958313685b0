//! A line on the terminal that says how far a long scan is.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use palisade_scan::Watch;

/// Shows files and bytes judged so far; silent unless stderr is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    bytes: std::sync::atomic::AtomicU64,
}

impl Progress {
    /// `wanted` is false under `--no-progress`.
    pub(crate) fn start(wanted: bool) -> Self {
        let bytes = 0.into();
        if !wanted || !io::stderr().is_terminal() {
            // Ticking takes a thread, and a scan of one small file less time than to start it.
            return Self { bar: ProgressBar::hidden(), bytes };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} files ({per_sec}) {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, bytes }
    }

    /// What a thread calls that fetches a remote file, with the number of bytes that came so far.
    #[cfg(feature = "http")]
    pub(crate) fn fetching(&self, shown: &str) -> Box<dyn Fn(u64) + Send> {
        let (bar, shown) = (self.bar.clone(), safe(shown));
        Box::new(move |bytes| {
            if !bar.is_hidden() {
                bar.set_message(format!("{} fetched {shown}", HumanBytes(bytes)));
            }
        })
    }

    /// Does something on stderr while the line is away.
    #[cfg(feature = "http")]
    pub(crate) fn aside(&self, what: impl FnOnce()) {
        self.bar.suspend(what);
    }

    /// Takes the line away.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn judged(&self, shown: &str, bytes: u64) {
        let total = self.bytes.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed) + bytes;
        self.bar.inc(1);
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} {}", HumanBytes(total), safe(shown)));
        }
    }

    fn reading(&self, shown: &str, done: u64, len: u64) {
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} of {} of {}", HumanBytes(done), HumanBytes(len), safe(shown)));
        }
    }
}

/// A name that cannot move the cursor.
fn safe(shown: &str) -> String {
    shown.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
