//! A line on the terminal that says how far a long scan is: files and bytes, how fast, and the large file that is being read.

use std::{
    io::{self, IsTerminal},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use palisade_scan::Watch;

/// Shows files and bytes judged so far; silent unless stderr is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    bytes: AtomicU64,
    /// The large files that are being read, each with how far and how long: one a thread at most.
    reading: Mutex<Vec<(String, u64, u64)>>,
}

impl Progress {
    /// `wanted` is false under `--no-progress`.
    pub(crate) fn start(wanted: bool) -> Self {
        // Ticking takes a thread, and a scan of one small file less time than to start it.
        let shown = wanted && io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if shown {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, started: Instant::now(), bytes: AtomicU64::new(0), reading: Mutex::default() }
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

    fn show(&self, latest: &str) {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = self.bytes.load(Ordering::Relaxed) + reading.iter().map(|(_, done, _)| done).sum::<u64>();
        let counts = counts(self.bar.position(), bytes, self.started.elapsed());
        let now = match reading.first() {
            Some((name, done, len)) => format!("{} of {} of {name}", HumanBytes(*done), HumanBytes(*len)),
            None => latest.to_owned(),
        };
        self.bar.set_message(format!("{counts}: {now}"));
    }
}

impl Watch for Progress {
    fn judged(&self, shown: &str, bytes: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let shown = safe(shown);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.bar.inc(1);
        self.reading.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, ..)| *name != shown);
        self.show(&shown);
    }

    fn reading(&self, shown: &str, done: u64, len: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let shown = safe(shown);
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        match reading.iter_mut().find(|(name, ..)| *name == shown) {
            Some(known) => *known = (shown, done.max(known.1), len),
            None => reading.push((shown, done, len)),
        }
        drop(reading);
        self.show("");
    }
}

/// `1200 files, 300/s, 2.00 GiB, 512.00 MiB/s`; rates as soon as they mean something.
fn counts(files: u64, bytes: u64, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let noun = if files == 1 { "file" } else { "files" };
    let total = HumanBytes(bytes);
    if millis < 500 {
        return format!("{files} {noun}, {total}");
    }
    let a_second = |count: u64| count.saturating_mul(1000) / millis;
    format!("{files} {noun}, {}/s, {total}, {}/s", a_second(files), HumanBytes(a_second(bytes)))
}

/// A name that cannot move the cursor or change the direction of text.
fn safe(shown: &str) -> String {
    let hidden = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    shown.chars().map(|c| if hidden(c) { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_wait_until_they_mean_something() {
        assert_eq!(counts(1, 1024, Duration::from_millis(20)), "1 file, 1.00 KiB");
        let counts = counts(1200, 2 << 30, Duration::from_secs(4));
        assert_eq!(counts, "1200 files, 300/s, 2.00 GiB, 512.00 MiB/s");
    }

    #[test]
    fn nothing_is_shown_without_a_terminal() {
        let progress = Progress::start(false);
        progress.reading("big", 1, 2);
        progress.judged("a\u{1b}[2J\u{202e}", 3);
        assert_eq!((progress.bar.message().as_str(), safe("a\u{1b}\u{202e}b")), ("", "a??b".to_owned()));
    }
}
