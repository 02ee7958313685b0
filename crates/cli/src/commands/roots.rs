//! From the paths that a user gives to the roots that are walked: no file is walked twice, and each knows its path in
//! the project.

use std::{
    fs,
    path::{Path, PathBuf},
};

use palisade_scan::Root;

use crate::{config::Manifest, paths};

/// The roots of one run.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    /// What is walked.
    pub(crate) found: Vec<Root>,
    /// What was given and does not exist.
    pub(crate) missing: Vec<PathBuf>,
    /// How the paths of the project begin as reports show them; fingerprints leave it out.
    pub(crate) project: String,
}

impl Roots {
    /// The roots of `palisade scan PATH...`.
    pub(crate) fn of_paths(given: &[PathBuf], manifest: Option<&Manifest>) -> Self {
        let mut roots = Self::default();
        let mut real: Vec<(PathBuf, &PathBuf)> = Vec::new();
        for path in given {
            match fs::canonicalize(path) {
                Ok(found) => real.push((found, path)),
                Err(_) => roots.missing.push(path.clone()),
            }
        }
        let covered = |path: &Path, at: usize| {
            real.iter()
                .enumerate()
                .any(|(other, (root, _))| other != at && path.starts_with(root) && (path != root || other < at))
        };
        for (at, (path, given)) in real.iter().enumerate() {
            if !covered(path, at) {
                roots.found.push(root(path, given, manifest));
            }
        }
        roots.project = match (manifest, roots.found.as_slice()) {
            (Some(manifest), _) => paths::shown(&manifest.folder),
            (None, [one]) if one.disk.is_dir() => one.shown.clone(),
            _ => String::new(),
        };
        roots
    }

    /// The roots of `palisade assess`: the project, `artifacts` inside of it without regard to `.gitignore`, and what
    /// the manifest declares elsewhere.
    pub(crate) fn of_project(manifest: &Manifest, artifacts: &[PathBuf], elsewhere: &[PathBuf]) -> Self {
        let mut given = vec![manifest.folder.clone()];
        given.extend_from_slice(elsewhere);
        let mut roots = Self::of_paths(&given, Some(manifest));
        for artifact in outermost(artifacts) {
            if artifact == manifest.folder {
                roots.found.iter_mut().for_each(|root| root.ignored_too = true);
                break;
            }
            let extra = Root { ignored_too: true, ..root(&artifact, &artifact, Some(manifest)) };
            roots.found.iter_mut().for_each(|root| root.skip.push(artifact.clone()));
            roots.found.push(extra);
        }
        roots
    }
}

/// Paths that are not below another of them, each once.
fn outermost(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::new();
    let mut sorted = paths.to_vec();
    sorted.sort();
    for path in sorted {
        if !kept.iter().any(|outer| path.starts_with(outer)) {
            kept.push(path);
        }
    }
    kept
}

fn root(real: &Path, given: &Path, manifest: Option<&Manifest>) -> Root {
    let in_project =
        manifest.and_then(|manifest| real.strip_prefix(&manifest.folder).ok().map(|rest| (manifest, rest)));
    let (disk, shown, project) = match in_project {
        Some((manifest, rest)) => {
            let rest = paths::shown(rest);
            let folder = paths::shown(&manifest.folder);
            let shown = if folder.is_empty() || rest.is_empty() {
                format!("{folder}{rest}")
            } else {
                format!("{folder}/{rest}")
            };
            (real.to_owned(), shown, rest)
        }
        None if given.is_dir() => (given.to_owned(), paths::shown(given), String::new()),
        None => (
            given.to_owned(),
            paths::shown(given),
            given.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        ),
    };
    Root { disk, shown, project, ignored_too: false, skip: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_is_walked_twice() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("a/b")).unwrap();
        let given = [base.join("a/b"), base.join("a"), base.join("a"), base.join("none")];
        let roots = Roots::of_paths(&given, None);
        assert_eq!(roots.found.iter().map(|root| root.disk.clone()).collect::<Vec<_>>(), [base.join("a")]);
        assert_eq!(roots.missing, [base.join("none")]);
    }

    #[test]
    fn inner_artifacts_are_dropped() {
        let paths: Vec<PathBuf> = ["/p/models/x.onnx", "/p/models", "/p/data"].map(PathBuf::from).into();
        assert_eq!(outermost(&paths), ["/p/data", "/p/models"].map(PathBuf::from));
    }
}
