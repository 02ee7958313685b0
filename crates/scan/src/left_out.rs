//! What a walk leaves out because an ignore file, the manifest or the user says so, counted by who said it. A download brings
//! its own ignore files, so nothing may disappear without a word.
//!
//! Rules of `.gitignore`: <https://git-scm.com/docs/gitignore>; `.ignore` has the same and counts before it.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use palisade_base::{Artifact, LeftOut, LeftOutBy};

use crate::{
    Options, Root,
    open::is_called_like_a_model,
    walk::{join, relative},
};

/// Decides for each entry of one walk, in the order of the walk, whether it is looked at.
pub(crate) struct Gate {
    root: Root,
    /// The root with every link on the way followed: what ignore files above it are about.
    real: PathBuf,
    honour: bool,
    excluded: Vec<(LeftOutBy, Gitignore)>,
    /// Ignore files of the folders above the root, outermost first, then of the root and of the folders down to the entry.
    folders: Vec<Folder>,
    /// How many of them are above the root.
    above: usize,
    tally: Arc<Mutex<Tally>>,
}

/// What one folder ignores.
#[derive(Default)]
struct Folder {
    plain: Option<IgnoreFile>,
    git: Option<IgnoreFile>,
    git_exclude: Option<IgnoreFile>,
    is_repository: bool,
}

struct IgnoreFile {
    shown: Arc<str>,
    patterns: Gitignore,
}

impl Gate {
    pub(crate) fn new(root: &Root, options: &Options, tally: Arc<Mutex<Tally>>) -> Self {
        let real = fs::canonicalize(&root.disk).unwrap_or_else(|_| root.disk.clone());
        // The manifest speaks of paths in its project, the user of those in what is scanned.
        let depth = root.project.split('/').filter(|part| !part.is_empty()).count();
        let project = real.ancestors().nth(depth).unwrap_or(&real);
        let excluded = [
            (LeftOutBy::Argument, &options.exclude, real.as_path()),
            (LeftOutBy::Manifest, &options.declared_exclude, project),
        ];
        let excluded = excluded.into_iter().filter(|(_, patterns, _)| !patterns.is_empty());
        let honour = options.honour_ignores && !root.ignored_too;
        let mut gate = Self {
            root: root.clone(),
            honour,
            excluded: excluded
                .map(|(by, patterns, folder)| (by, compiled(folder, patterns.iter().map(String::as_str))))
                .collect(),
            folders: Vec::new(),
            above: 0,
            tally,
            real: real.clone(),
        };
        if honour && real.is_dir() {
            let mut outer: Vec<&Path> = real.ancestors().skip(1).collect();
            outer.reverse();
            gate.folders = outer.into_iter().map(|folder| Folder::read(folder, &folder.to_string_lossy())).collect();
            gate.above = gate.folders.len();
            gate.folders.push(Folder::read(&real, &root.shown));
        }
        gate
    }

    /// Whether the walk goes on with an entry `depth` folders under the root; what stays outside is counted.
    pub(crate) fn lets_in(&mut self, path: &Path, depth: usize, is_folder: bool) -> bool {
        if self.root.skip.iter().any(|skipped| skipped == path) {
            return false;
        }
        let rest = relative(&self.root.disk, path);
        let real = self.real.join(&rest);
        self.folders.truncate(self.above + depth);
        if let Some(by) = self.left_out_by(&real, is_folder) {
            let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
            tally.count(by, path, is_folder, &self.root);
            return false;
        }
        if self.honour && is_folder {
            self.folders.push(Folder::read(&real, &join(&self.root.shown, &rest)));
        }
        true
    }

    fn left_out_by(&self, path: &Path, is_folder: bool) -> Option<LeftOutBy> {
        let excluded = self.excluded.iter().find(|(_, patterns)| patterns.matched(path, is_folder).is_ignore());
        if let Some((by, _)) = excluded {
            return Some(by.clone());
        }
        if !self.honour {
            return None;
        }
        if path.file_name().is_some_and(|name| name == ".git") {
            return Some(LeftOutBy::Git);
        }
        // The innermost file that has a word on it decides; those of git end at the root of the repository.
        let outside = self.folders.iter().rposition(|folder| folder.is_repository).unwrap_or(0);
        let repository = self.folders.get(outside..).unwrap_or_default();
        let kinds: [(&[Folder], fn(&Folder) -> Option<&IgnoreFile>); 3] = [
            (&self.folders, |folder| folder.plain.as_ref()),
            (repository, |folder| folder.git.as_ref()),
            (repository, |folder| folder.git_exclude.as_ref()),
        ];
        for (folders, file) in kinds {
            for file in folders.iter().rev().filter_map(file) {
                match file.patterns.matched(path, is_folder) {
                    ignore::Match::Ignore(_) => return Some(LeftOutBy::IgnoreFile(Arc::clone(&file.shown))),
                    ignore::Match::Whitelist(_) => return None,
                    ignore::Match::None => {}
                }
            }
        }
        None
    }
}

impl Folder {
    fn read(folder: &Path, shown: &str) -> Self {
        let file = |name: &str| IgnoreFile::read(folder, name, shown);
        let git = folder.join(".git");
        let is_repository = git.symlink_metadata().is_ok();
        Self {
            plain: file(".ignore"),
            git: file(".gitignore"),
            git_exclude: is_repository.then(|| file(".git/info/exclude")).flatten(),
            is_repository,
        }
    }
}

impl IgnoreFile {
    /// Reads an ignore file as far as people write them: a longer one would cost more than it saves, and ignores nothing.
    fn read(folder: &Path, name: &str, shown: &str) -> Option<Self> {
        let file = palisade_map::open_regular(&folder.join(name)).ok()?;
        let mut text = String::new();
        file.take(LONGEST + 1).read_to_string(&mut text).ok()?;
        if text.len() as u64 > LONGEST {
            return None;
        }
        let patterns = compiled(folder, text.trim_start_matches('\u{feff}').lines());
        (!patterns.is_empty()).then(|| Self { shown: join(shown, name).into(), patterns })
    }
}

/// Patterns about what lies in `folder`; those that cannot be read leave nothing out.
fn compiled<'p>(folder: &Path, patterns: impl Iterator<Item = &'p str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    for pattern in patterns {
        let _ = builder.add_line(None, pattern);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// What was left out of all roots of a run.
#[derive(Default)]
pub(crate) struct Tally {
    left_out: Vec<LeftOut>,
    counted: u64,
}

impl Tally {
    pub(crate) fn take(&mut self) -> Vec<LeftOut> {
        std::mem::take(&mut self.left_out).into_iter().filter(|left_out| left_out.files > 0 || left_out.more).collect()
    }

    /// Counts a file, or the files under a folder, without opening any. Links are not followed.
    fn count(&mut self, by: LeftOutBy, path: &Path, is_folder: bool, root: &Root) {
        let entry = self.entry(by);
        if !is_folder {
            self.add(entry, path, root);
            return;
        }
        let mut folders = vec![path.to_owned()];
        while let Some(folder) = folders.pop() {
            for inside in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let (path, kind) = (inside.path(), inside.file_type());
                if root.skip.contains(&path) {
                    continue;
                }
                self.counted += 1;
                if self.counted > COUNTED {
                    if let Some(entry) = self.left_out.get_mut(entry) {
                        entry.more = true;
                    }
                    return;
                }
                match kind {
                    Ok(kind) if kind.is_dir() => folders.push(path),
                    Ok(kind) if kind.is_file() => self.add(entry, &path, root),
                    _ => {}
                }
            }
        }
    }

    fn entry(&mut self, by: LeftOutBy) -> usize {
        let known = |by: &LeftOutBy, all: &[LeftOut]| all.iter().position(|left_out| left_out.by == *by);
        let full = self.left_out.len() >= SAYERS;
        let by = if full && known(&by, &self.left_out).is_none() {
            LeftOutBy::IgnoreFile("other ignore files".into())
        } else {
            by
        };
        known(&by, &self.left_out).unwrap_or_else(|| {
            self.left_out.push(LeftOut { by, files: 0, more: false, models: 0, examples: Vec::new() });
            self.left_out.len() - 1
        })
    }

    fn add(&mut self, entry: usize, path: &Path, root: &Root) {
        let Some(entry) = self.left_out.get_mut(entry) else { return };
        entry.files += 1;
        if path.file_name().is_some_and(|name| is_called_like_a_model(&name.to_string_lossy())) {
            entry.models += 1;
            entry.examples.push(Artifact::file(join(&root.shown, &relative(&root.disk, path))));
            entry.examples.sort();
            entry.examples.truncate(EXAMPLES);
        }
    }
}

/// The longest ignore file, in bytes.
const LONGEST: u64 = 256 << 10;
/// The most entries that are counted under folders that are left out.
const COUNTED: u64 = 200_000;
/// The most ignore files that are told apart.
const SAYERS: usize = 100;
/// The most models that are named for each.
const EXAMPLES: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn walked(folder: &Path, options: &Options) -> (Vec<String>, Vec<String>) {
        let root = Root {
            disk: folder.to_owned(),
            shown: String::new(),
            project: String::new(),
            ignored_too: false,
            skip: Vec::new(),
        };
        let listing = list(&[root], options);
        let files = listing.files.iter().map(|path| relative(folder, path)).collect();
        let left_out = listing.left_out.iter().map(|left_out| {
            let examples: Vec<_> = left_out.examples.iter().map(ToString::to_string).collect();
            format!("{:?} {} {} {}", left_out.by, left_out.files, left_out.models, examples.join(" "))
        });
        let mut left_out: Vec<_> = left_out.collect();
        left_out.sort();
        (files, left_out)
    }

    #[test]
    fn everyone_who_leaves_something_out_is_named() {
        let folder = tree(&[
            (".gitignore", "*.pkl\n!kept.pkl\nbuild/\n"),
            (".ignore", "notes.md\n"),
            (".git/info/exclude", "local.txt\n"),
            (".git/objects/ab", ""),
            ("a.pkl", ""),
            ("kept.pkl", ""),
            ("build/deep/w.safetensors", ""),
            ("build/x.o", ""),
            ("notes.md", ""),
            ("local.txt", ""),
            ("sub/.gitignore", "!b.pkl\n/c.txt\n"),
            ("sub/b.pkl", ""),
            ("sub/c.txt", ""),
            ("c.txt", ""),
            ("vendor/v.py", ""),
            ("mine/m.py", ""),
        ]);
        let options = Options {
            exclude: vec!["/mine".to_owned()],
            declared_exclude: vec!["vendor/".to_owned()],
            ..Options::default()
        };
        let (files, left_out) = walked(folder.path(), &options);
        assert_eq!(files, [".gitignore", ".ignore", "c.txt", "kept.pkl", "sub/.gitignore", "sub/b.pkl"]);
        assert_eq!(
            left_out,
            [
                "Argument 1 0 ",
                "Git 2 0 ",
                r#"IgnoreFile(".git/info/exclude") 1 0 "#,
                r#"IgnoreFile(".gitignore") 3 2 a.pkl build/deep/w.safetensors"#,
                r#"IgnoreFile(".ignore") 1 0 "#,
                r#"IgnoreFile("sub/.gitignore") 1 0 "#,
                "Manifest 1 0 ",
            ]
        );
        let (files, left_out) = walked(folder.path(), &Options { honour_ignores: false, ..Options::default() });
        assert_eq!((files.len(), left_out), (16, Vec::new()));
    }

    #[test]
    fn ignore_files_above_count_up_to_the_root_of_the_repository() {
        let folder = tree(&[
            (".gitignore", "*.txt\n"),
            (".ignore", "*.md\n"),
            ("repo/.git/HEAD", ""),
            ("repo/.gitignore", "/in/a.py\n"),
            ("repo/in/a.py", ""),
            ("repo/in/a.txt", ""),
            ("repo/in/a.md", ""),
        ]);
        let (files, left_out) = walked(&folder.path().join("repo/in"), &Options::default());
        assert_eq!(files, ["a.txt"]);
        assert_eq!(left_out.len(), 2, "{left_out:?}");
    }

    #[cfg(unix)]
    #[test]
    fn odd_ignore_files_leave_nothing_out_and_are_not_waited_for() {
        let folder = tree(&[("a.py", ""), ("deep/a.py", ""), ("long/a.py", "")]);
        std::process::Command::new("mkfifo").arg(folder.path().join(".gitignore")).status().unwrap();
        fs::write(folder.path().join("deep/.gitignore"), b"a.py\xff\n").unwrap();
        fs::write(folder.path().join("long/.gitignore"), "*\n".repeat(200_000)).unwrap();
        let (files, left_out) = walked(folder.path(), &Options::default());
        assert_eq!(files, ["a.py", "deep/.gitignore", "deep/a.py", "long/.gitignore", "long/a.py"]);
        assert_eq!(left_out, Vec::<String>::new());
    }
}
