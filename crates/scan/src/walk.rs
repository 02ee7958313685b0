//! Finds files and reads them within the budget: one thread walks, the others judge, and a bounded queue between them
//! keeps memory flat however large the tree is. What cannot be read is recorded and never stops the walk.

use std::{
    fs::{self, FileType},
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Instant,
};

use ignore::{WalkBuilder, overrides::OverrideBuilder};
use palisade_base::{Artifact, Observed, Unscanned, reason};

use crate::{Engine, Facts, File, Options};

/// A file or folder to scan, and what its files are called.
#[derive(Clone, Debug)]
pub struct Root {
    /// Where it lies.
    pub disk: PathBuf,
    /// How reports show it, `/` between the parts; empty for the current folder.
    pub shown: String,
    /// Its path relative to the project; empty for the project itself.
    pub project: String,
    /// Read what `.gitignore` leaves out as well: declared models and data are judged even if they are not committed.
    pub ignored_too: bool,
    /// Paths below that are left out, because another root has them.
    pub skip: Vec<PathBuf>,
}

/// Is told about each file that has been judged. Called from several threads.
pub trait Watch: Sync {
    /// One more file of `bytes` bytes has been judged.
    fn judged(&self, shown: &str, bytes: u64);
}

impl Watch for () {
    fn judged(&self, _: &str, _: u64) {}
}

/// Scans every file under `roots`.
pub fn scan(roots: &[Root], options: &Options, facts: Facts<'_>, watch: &dyn Watch) -> Observed {
    let started = Instant::now();
    let (sender, receiver) = mpsc::sync_channel::<Found>(QUEUE);
    let receiver = Mutex::new(receiver);
    let total = Mutex::new(Observed::default());
    thread::scope(|scope| {
        for _ in 0..options.worker_threads() {
            scope.spawn(|| {
                let mut worker = Worker { engine: Engine::default(), buffer: Vec::new(), options, facts, watch };
                while let Ok(found) = next(&receiver) {
                    worker.judge(&found);
                }
                total.lock().unwrap_or_else(PoisonError::into_inner).join(worker.engine.finish());
            });
        }
        let unscanned = Walker { options, facts, sender }.walk(roots);
        total.lock().unwrap_or_else(PoisonError::into_inner).unscanned.extend(unscanned);
    });
    let mut observed = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    observed.stats.elapsed = started.elapsed();
    observed.sort();
    observed
}

/// A file that the walker found.
struct Found {
    disk: PathBuf,
    shown: String,
    project: String,
}

fn next(receiver: &Mutex<mpsc::Receiver<Found>>) -> Result<Found, mpsc::RecvError> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv()
}

/// Walks the roots and queues files.
struct Walker<'a> {
    options: &'a Options,
    facts: Facts<'a>,
    sender: mpsc::SyncSender<Found>,
}

impl Walker<'_> {
    fn walk(&self, roots: &[Root]) -> Vec<Unscanned> {
        let mut unscanned = Vec::new();
        for root in roots {
            let mut miss = |path: &Path, reason: String| {
                let rest = relative(&root.disk, path);
                let component = self.facts.component_at(&join(&root.project, &rest));
                let artifact = Artifact::file(join(&root.shown, &rest));
                unscanned.push(Unscanned { artifact, component, reason: reason.into() });
            };
            for entry in self.builder(root).build() {
                match entry {
                    Ok(entry) => {
                        let Some(kind) = entry.file_type() else { continue };
                        if let Err(reason) = self.entry(root, entry.path(), kind) {
                            miss(entry.path(), reason);
                        }
                    }
                    Err(error) => {
                        let (path, reason) = explain(&error);
                        miss(path.unwrap_or(&root.disk), reason);
                    }
                }
            }
        }
        unscanned
    }

    fn builder(&self, root: &Root) -> WalkBuilder {
        let honour = self.options.honour_ignores && !root.ignored_too;
        let skip = root.skip.clone();
        let mut builder = WalkBuilder::new(&root.disk);
        builder
            .hidden(false)
            .git_ignore(honour)
            .git_exclude(honour)
            .ignore(honour)
            .parents(honour)
            .git_global(false)
            .require_git(false)
            .follow_links(self.options.follow_links)
            .filter_entry(move |entry| {
                (!honour || entry.file_name() != ".git") && !skip.iter().any(|path| path == entry.path())
            });
        let mut overrides = OverrideBuilder::new(&root.disk);
        for pattern in &self.options.exclude {
            // Patterns were checked when the options were read; a bad one excludes nothing.
            let _ = overrides.add(&format!("!{pattern}"));
        }
        if let Ok(overrides) = overrides.build() {
            builder.overrides(overrides);
        }
        builder
    }

    fn entry(&self, root: &Root, path: &Path, kind: FileType) -> Result<(), String> {
        if kind.is_dir() {
            return Ok(());
        }
        if kind.is_symlink() {
            return link(&root.disk, path);
        }
        if !kind.is_file() {
            return Err("not a regular file".to_owned());
        }
        let rest = relative(&root.disk, path);
        let (shown, project) = (join(&root.shown, &rest), join(&root.project, &rest));
        // The receiver outlives the walk; if every worker died there is nobody left to tell.
        let _ = self.sender.send(Found { disk: path.to_owned(), shown, project });
        Ok(())
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

impl Worker<'_> {
    fn judge(&mut self, found: &Found) {
        let artifact = Artifact::file(found.shown.as_str());
        let component = || self.facts.component_at(&found.project);
        let mut buffer = std::mem::take(&mut self.buffer);
        match read(&found.disk, self.options.max_bytes, &mut buffer) {
            Ok(len) => {
                let file = File {
                    artifact: artifact.clone(),
                    project_path: &found.project,
                    disk: &found.disk,
                    bytes: &buffer,
                    len,
                    facts: self.facts,
                };
                let engine = &mut self.engine;
                if catch_unwind(AssertUnwindSafe(|| engine.file(&file))).is_err() {
                    let component = component();
                    self.engine.unscanned(
                        artifact,
                        component,
                        "palisade failed on this file; this is a bug in palisade",
                    );
                }
                self.watch.judged(&found.shown, len);
            }
            Err(error) => {
                let component = component();
                self.engine.unscanned(artifact, component, format!("cannot be read: {}", reason(&error)));
            }
        }
        if buffer.capacity() > KEEP {
            buffer = Vec::new();
        }
        self.buffer = buffer;
    }
}

/// Reads a file into `buffer`, or only its head if it is larger than `max` bytes; returns its full length.
fn read(path: &Path, max: u64, buffer: &mut Vec<u8>) -> io::Result<u64> {
    buffer.clear();
    let file = fs::File::open(path)?;
    let len = file.metadata()?.len();
    let take = if len > max { HEAD.min(max) } else { len };
    let read = file.take(take).read_to_end(buffer)?;
    // A file that shrank while it was read is as long as what was read.
    Ok(if len > max { len } else { read as u64 })
}

/// A link that is not followed: inside the root its target is scanned by itself; anything else is worth saying.
fn link(root: &Path, path: &Path) -> Result<(), String> {
    let target = fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "broken symbolic link".to_owned(),
        _ => format!("symbolic link that leads nowhere: {}", reason(&error)),
    })?;
    let inside = fs::canonicalize(root).is_ok_and(|root| target.starts_with(root));
    let above = path.parent().and_then(|parent| fs::canonicalize(parent).ok()).is_some_and(|p| p.starts_with(&target));
    match (inside, above) {
        (_, true) => Err("symbolic link loop".to_owned()),
        (true, false) => Ok(()),
        (false, false) => Err("symbolic link out of the scanned folder; `--follow` reads it".to_owned()),
    }
}

fn explain(error: &ignore::Error) -> (Option<&Path>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), explain(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => explain(err),
        ignore::Error::Loop { child, .. } => (Some(child), "symbolic link loop".to_owned()),
        ignore::Error::Io(error) => (None, format!("cannot be read: {}", reason(error))),
        other => (None, other.to_string()),
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    rest.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn join(base: &str, rest: &str) -> String {
    match (base, rest) {
        ("", rest) => rest.to_owned(),
        (base, "") => base.to_owned(),
        (base, rest) if base.ends_with('/') => format!("{base}{rest}"),
        (base, rest) => format!("{base}/{rest}"),
    }
}

/// Files waiting to be judged.
const QUEUE: usize = 1024;
/// How much of a file over the budget is read.
const HEAD: u64 = 1 << 20;
/// A buffer larger than this is given back after the file.
const KEEP: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn root(disk: &Path) -> Root {
        let (shown, skip) = ("shown".to_owned(), Vec::new());
        Root { disk: disk.to_owned(), shown, project: String::new(), ignored_too: false, skip }
    }

    fn reasons(observed: &Observed) -> Vec<String> {
        observed.unscanned.iter().map(|u| format!("{}: {}", u.artifact, u.reason)).collect()
    }

    #[test]
    fn ignores_are_honoured_and_hidden_files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in
            [(".gitignore", "out/\n"), (".env", "A=1\n"), ("a.py", "x\n"), ("out/b.py", "x\n"), (".git/config", "x\n")]
        {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let files = |options: &Options| scan(&[root(dir.path())], options, Facts::default(), &()).stats.files;
        assert_eq!(files(&Options::default()), 3);
        assert_eq!(files(&Options { honour_ignores: false, ..Options::default() }), 5);
        assert_eq!(files(&Options { exclude: vec!["*.py".to_owned()], ..Options::default() }), 2);
        let declared = Root { ignored_too: true, ..root(&dir.path().join("out")) };
        let rest = Root { skip: vec![dir.path().join("a.py")], ..root(dir.path()) };
        assert_eq!(scan(&[declared, rest], &Options::default(), Facts::default(), &()).stats.files, 3);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_reported_and_do_not_stop_the_walk() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("x.py"), "x\n").unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.py"), "x\n").unwrap();
        symlink("a.py", dir.path().join("inside")).unwrap();
        symlink("nowhere", dir.path().join("broken")).unwrap();
        symlink(dir.path(), dir.path().join("loop")).unwrap();
        symlink(outside.path(), dir.path().join("out")).unwrap();
        let observed = scan(&[root(dir.path())], &Options::default(), Facts::default(), &());
        assert_eq!(observed.stats.files, 1);
        assert_eq!(
            reasons(&observed),
            [
                "shown/broken: broken symbolic link",
                "shown/loop: symbolic link loop",
                "shown/out: symbolic link out of the scanned folder; `--follow` reads it",
            ]
        );
        let followed = Options { follow_links: true, ..Options::default() };
        let observed = scan(&[root(dir.path())], &followed, Facts::default(), &());
        assert_eq!(observed.stats.files, 3, "a.py twice and x.py");
        assert!(reasons(&observed).contains(&"shown/loop: symbolic link loop".to_owned()), "{:?}", reasons(&observed));
    }

    #[test]
    fn missing_roots_are_reported() {
        let observed = scan(&[root(Path::new("/does/not/exist"))], &Options::default(), Facts::default(), &());
        assert_eq!(reasons(&observed), ["shown: cannot be read: no such file or folder"]);
    }

    #[test]
    fn only_the_head_of_a_large_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big");
        fs::write(&path, vec![b'x'; 5000]).unwrap();
        let mut buffer = Vec::new();
        assert_eq!(read(&path, 1000, &mut buffer).unwrap(), 5000);
        assert_eq!(buffer.len(), 1000);
    }
}
