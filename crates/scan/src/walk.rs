//! Finds files under the roots. What cannot be read is recorded and never stops the walk.

use std::{
    fs::{self, FileType},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ignore::{Walk, WalkBuilder};
use palisade_base::{Artifact, LeftOut, Unscanned, reason};

use crate::{
    Facts, Options,
    left_out::{Gate, Tally},
};

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

/// A file that the walker found.
pub(crate) struct Found {
    pub(crate) disk: PathBuf,
    pub(crate) shown: String,
    pub(crate) project: String,
}

/// The files under some roots.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Where they lie, in order.
    pub files: Vec<PathBuf>,
    /// What cannot be read.
    pub unscanned: Vec<Unscanned>,
    /// What is left out, and why.
    pub left_out: Vec<LeftOut>,
}

/// Lists the files that a scan of `roots` would judge.
pub fn list(roots: &[Root], options: &Options) -> Listing {
    let mut files = Vec::new();
    let mut send = |found: Found| {
        files.push(found.disk);
        true
    };
    let (unscanned, left_out) = Walker { options, facts: Facts::default(), send: &mut send }.walk(roots);
    files.sort();
    Listing { files, unscanned, left_out }
}

/// Walks the roots and hands files on.
pub(crate) struct Walker<'a> {
    pub(crate) options: &'a Options,
    pub(crate) facts: Facts<'a>,
    /// Takes a file; `false` if there is nobody left to judge it.
    pub(crate) send: &'a mut dyn FnMut(Found) -> bool,
}

impl Walker<'_> {
    /// Walks to the end, and returns what could not be read and what was left out on the way.
    pub(crate) fn walk(&mut self, roots: &[Root]) -> (Vec<Unscanned>, Vec<LeftOut>) {
        let mut unscanned = Vec::new();
        let tally = Arc::new(Mutex::new(Tally::default()));
        'roots: for root in roots {
            let facts = self.facts;
            let mut miss = |path: &Path, reason: String| {
                let rest = relative(&root.disk, path);
                let component = facts.component_at(&join(&root.project, &rest));
                let artifact = Artifact::file(join(&root.shown, &rest));
                unscanned.push(Unscanned { artifact, component, reason: reason.into() });
            };
            for entry in self.entries(root, &tally) {
                match entry {
                    Ok(entry) => {
                        let Some(kind) = entry.file_type() else { continue };
                        let taken = match found(root, entry.path(), kind) {
                            Ok(found) => found.is_none_or(|found| (self.send)(found)),
                            Err(reason) => {
                                miss(entry.path(), reason);
                                true
                            }
                        };
                        if !taken {
                            miss(&root.disk, "palisade failed before all of it was judged; this is a bug".to_owned());
                            break 'roots;
                        }
                    }
                    Err(error) => {
                        let (path, reason) = explain(&error);
                        miss(path.unwrap_or(&root.disk), reason);
                    }
                }
            }
        }
        let left_out = tally.lock().unwrap_or_else(PoisonError::into_inner).take();
        (unscanned, left_out)
    }

    /// The walk itself passes over nothing: what is left out is decided, and counted, by the gate.
    fn entries(&self, root: &Root, tally: &Arc<Mutex<Tally>>) -> Walk {
        let gate = Mutex::new(Gate::new(root, self.options, Arc::clone(tally)));
        let mut builder = WalkBuilder::new(&root.disk);
        builder.standard_filters(false).follow_links(self.options.follow_links).filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            gate.lock().unwrap_or_else(PoisonError::into_inner).lets_in(entry.path(), entry.depth(), is_folder)
        });
        builder.build()
    }
}

/// What is to be judged at a path, if anything is.
fn found(root: &Root, path: &Path, kind: FileType) -> Result<Option<Found>, String> {
    if kind.is_dir() {
        return Ok(None);
    }
    if kind.is_symlink() {
        return link(&root.disk, path).map(|()| None);
    }
    if !kind.is_file() {
        return Err("not a regular file".to_owned());
    }
    let rest = relative(&root.disk, path);
    let (shown, project) = (join(&root.shown, &rest), join(&root.project, &rest));
    Ok(Some(Found { disk: path.to_owned(), shown, project }))
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

pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    rest.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

pub(crate) fn join(base: &str, rest: &str) -> String {
    match (base, rest) {
        ("", rest) => rest.to_owned(),
        (base, "") => base.to_owned(),
        (base, rest) if base.ends_with('/') => format!("{base}{rest}"),
        (base, rest) => format!("{base}/{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use palisade_base::Observed;

    use super::*;
    use crate::scan;

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
}
