//! Judges files on several threads: one walks, the others judge, and a bounded queue between them keeps memory flat however
//! large the tree is. A file on which something goes wrong is recorded, and the next one is judged.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread,
    time::Instant,
};

use palisade_base::{Artifact, Observed, Unscanned, reason};

use crate::{
    Behind, Engine, Facts, File, Options, Root,
    content::Content,
    walk::{Found, Walker},
};

/// Is told how far a scan is. Called from several threads.
pub trait Watch: Sync {
    /// One more file of `bytes` bytes has been judged.
    fn judged(&self, shown: &str, bytes: u64);

    /// A pass over a large file has come to byte `done` of `len`.
    fn reading(&self, _shown: &str, _done: u64, _len: u64) {}
}

impl Watch for () {
    fn judged(&self, _: &str, _: u64) {}
}

/// Scans every file under `roots`.
pub fn scan(roots: &[Root], options: &Options, facts: Facts<'_>, watch: &dyn Watch) -> Observed {
    let started = Instant::now();
    let most = options.worker_threads();
    let (sender, receiver) = mpsc::sync_channel::<Found>(QUEUE);
    let mut queue = Queue::New(receiver);
    let mut observed = Observed::default();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        let mut send = |found| {
            // No more workers than files: a thread takes longer to start than a small file to judge.
            if workers.len() < most
                && let Some(queue) = queue.join()
            {
                workers.push(scope.spawn(move || Worker::new(options, facts, watch).work(&queue)));
            }
            sender.send(found).is_ok()
        };
        (observed.unscanned, observed.left_out) = Walker { options, facts, send: &mut send }.walk(roots);
        drop(sender);
        for worker in workers {
            match worker.join() {
                Ok(seen) => observed.join(seen),
                Err(_) => observed.unscanned.push(Unscanned {
                    artifact: Artifact::file("."),
                    component: None,
                    reason: "palisade failed and lost what it had seen; this is a bug in palisade".into(),
                }),
            }
        }
    });
    observed.stats.elapsed = started.elapsed();
    observed.sort();
    observed
}

/// The receiving end, which only workers keep alive: when the last one is gone, sending fails instead of waiting for ever.
enum Queue {
    New(mpsc::Receiver<Found>),
    Shared(Weak<Mutex<mpsc::Receiver<Found>>>),
}

impl Queue {
    /// For one more worker; `None` if there were some and they are gone.
    fn join(&mut self) -> Option<Arc<Mutex<mpsc::Receiver<Found>>>> {
        match std::mem::replace(self, Self::Shared(Weak::new())) {
            Self::New(receiver) => {
                let shared = Arc::new(Mutex::new(receiver));
                *self = Self::Shared(Arc::downgrade(&shared));
                Some(shared)
            }
            Self::Shared(weak) => {
                let shared = weak.upgrade();
                *self = Self::Shared(weak);
                shared
            }
        }
    }
}

/// Reads and judges files. One a thread.
struct Worker<'a> {
    engine: Engine,
    buffer: Vec<u8>,
    options: &'a Options,
    facts: Facts<'a>,
    watch: &'a dyn Watch,
}

impl<'a> Worker<'a> {
    fn new(options: &'a Options, facts: Facts<'a>, watch: &'a dyn Watch) -> Self {
        Self { engine: Engine::new(options), buffer: Vec::new(), options, facts, watch }
    }

    fn work(mut self, queue: &Mutex<mpsc::Receiver<Found>>) -> Observed {
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(found) = next() {
            if catch_unwind(AssertUnwindSafe(|| self.judge(&found))).is_err() {
                self.unscanned(&found, "palisade failed on this file; this is a bug in palisade".to_owned());
            }
            if self.buffer.capacity() > KEEP {
                self.buffer = Vec::new();
            }
        }
        self.engine.finish()
    }

    fn judge(&mut self, found: &Found) {
        let mut buffer = std::mem::take(&mut self.buffer);
        match Content::open(&found.disk, &mut buffer) {
            Ok(content) => {
                let whole = content.whole();
                let pages = Pages { content: &content, shown: &found.shown, watch: self.watch };
                self.engine.file(&File {
                    artifact: Artifact::file(found.shown.as_str()),
                    project_path: &found.project,
                    disk: &found.disk,
                    bytes: content.bounded(self.options.max_bytes),
                    whole,
                    behind: &pages,
                    facts: self.facts,
                });
                if content.changed() {
                    self.unscanned(found, "it changed while it was read".to_owned());
                }
                self.watch.judged(&found.shown, whole.len() as u64);
            }
            Err(error) => self.unscanned(found, format!("cannot be read: {}", reason(&error))),
        }
        self.buffer = buffer;
    }

    fn unscanned(&mut self, found: &Found, reason: String) {
        let component = self.facts.component_at(&found.project);
        self.engine.unscanned(Artifact::file(found.shown.as_str()), component, reason);
    }
}

/// The memory of a file while it is judged.
struct Pages<'a> {
    content: &'a Content<'a>,
    shown: &'a str,
    watch: &'a dyn Watch,
}

impl Behind for Pages<'_> {
    fn passed(&self, range: Range<usize>) {
        self.watch.reading(self.shown, range.end as u64, self.content.whole().len() as u64);
        self.content.release(range);
    }
}

/// Files waiting to be judged.
const QUEUE: usize = 1024;
/// A buffer larger than this is given back after the file.
const KEEP: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use std::{
        fs,
        sync::atomic::{AtomicU64, Ordering},
    };

    use super::*;

    /// Panics on every file.
    struct Broken(AtomicU64);

    impl Watch for Broken {
        fn judged(&self, _: &str, _: u64) {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic!("on purpose");
        }
    }

    fn folder(files: usize) -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..files {
            fs::write(folder.path().join(number.to_string()), "x\n").unwrap();
        }
        let (disk, none) = (folder.path().to_owned(), String::new());
        let root = Root { disk, shown: none.clone(), project: none, ignored_too: false, skip: Vec::new() };
        (folder, root)
    }

    #[test]
    fn a_failure_costs_one_file() {
        let (_folder, root) = folder(3 * QUEUE);
        let broken = Broken(0.into());
        let observed = scan(&[root], &Options { threads: 2, ..Options::default() }, Facts::default(), &broken);
        assert_eq!(broken.0.into_inner(), 3 * QUEUE as u64);
        assert_eq!((observed.stats.files, observed.unscanned.len()), (3 * QUEUE as u64, 3 * QUEUE));
    }

    #[test]
    fn sending_to_nobody_fails_instead_of_waiting() {
        let (sender, receiver) = mpsc::sync_channel::<Found>(1);
        let mut queue = Queue::New(receiver);
        let workers = [queue.join().unwrap(), queue.join().unwrap()];
        drop(workers);
        assert!(queue.join().is_none());
        let found = Found { disk: "x".into(), shown: "x".to_owned(), project: "x".to_owned() };
        assert!(sender.send(found).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn files_of_any_size_are_judged() {
        use std::io::Write;
        let (folder, root) = folder(0);
        let len = 5u64 << 30;
        let json = format!(r#"{{"w":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{len}]}}}}"#, len / 4);
        let mut file = fs::File::create(folder.path().join("w.safetensors")).unwrap();
        file.write_all(&[&(json.len() as u64).to_le_bytes(), json.as_bytes()].concat()).unwrap();
        file.set_len(8 + json.len() as u64 + len).unwrap();
        let observed = scan(&[root], &Options::default(), Facts::default(), &());
        assert_eq!((observed.stats.judged, observed.unscanned), (1, Vec::new()));
        // Zeros alone are worth a note.
        let rules: Vec<_> = observed.findings.iter().map(|finding| finding.rule.name).collect();
        assert!(rules.contains(&"unsigned-weights") && !rules.contains(&"malformed-model"), "{rules:?}");
    }

    #[test]
    fn there_are_no_more_workers_than_files() {
        let (_folder, root) = folder(1);
        let observed = scan(&[root], &Options { threads: 1000, ..Options::default() }, Facts::default(), &());
        assert_eq!(observed.stats.files, 1);
    }
}
