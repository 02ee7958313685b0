//! `palisade assess`: everything that the manifest declares, as one report over four components.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ignore::WalkBuilder;
use palisade_base::{Artifact, Component, Unscanned};
use palisade_scan::Facts;

use super::{
    roots::Roots,
    verdict::{Inputs, conclude, options, prepare},
};
use crate::{
    Exit,
    args::{AssessArguments, Global},
    config::{self, Manifest, Problem},
    output::{self, Failure},
    paths,
    progress::Progress,
    registry,
};

pub(crate) fn run(arguments: &AssessArguments, global: &Global) -> Result<Exit, Failure> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(Failure::usage(format!("`{}` is not a folder", folder.display())));
    }
    let path = config::find(folder).ok_or_else(|| {
        Failure::usage(format!("no palisade.toml in `{}` or a folder above it", folder.display()))
            .hint(format!("`palisade init {}` finds what is there and writes one", folder.display()))
            .hint("`palisade scan` checks files without one")
    })?;
    let manifest = config::load(&path, &registry::rule_names())?;
    let declared = Declared::of(&manifest, arguments.walk.follow);
    let roots = Roots::of_project(&manifest, &declared.artifacts, &declared.elsewhere);
    let options = options(&arguments.walk, Some(&manifest.system))?;
    let prepared = prepare(&arguments.report, arguments.clauses.framework.as_deref(), Some(&manifest.system))?;
    let progress = Progress::start(!global.no_progress);
    let mut observed = palisade_scan::scan(&roots.found, &options, Facts { system: Some(&manifest.system) }, &progress);
    progress.finish();
    observed.unscanned.extend(declared.missing);
    let inputs = Inputs {
        observed,
        manifest: Some(&manifest),
        roots,
        whole: true,
        options: &arguments.report,
        before: String::new(),
        ruled: BTreeMap::new(),
    };
    conclude(inputs, prepared)
}

/// Where the declared paths lie.
#[derive(Default)]
struct Declared {
    /// Models and data inside of the project, and whatever else is declared and ignored: judged even if they are not
    /// committed.
    artifacts: Vec<PathBuf>,
    /// Anything that lies outside of the project, if it is to be read.
    elsewhere: Vec<PathBuf>,
    /// What does not exist, or is not to be read: said on stderr, and unknown.
    missing: Vec<Unscanned>,
}

impl Declared {
    /// A manifest may come from somebody else: it does not decide what is read outside of its folder, by path or by link.
    fn of(manifest: &Manifest, follow: bool) -> Self {
        let mut declared = Self::default();
        let mut problems = Vec::new();
        for (component, path, span) in manifest.system.paths() {
            let disk = manifest.folder.join(path);
            let mut miss = |what: &str, reason: &'static str| {
                problems.push(Problem::new(format!("`{path}` {what}"), span.clone()));
                let artifact = Artifact::file(paths::shown(&disk));
                declared.missing.push(Unscanned { artifact, component: Some(component), reason: reason.into() });
            };
            match disk.canonicalize() {
                Ok(real) if !real.starts_with(&manifest.folder) && follow => declared.elsewhere.push(real),
                Ok(real) if !real.starts_with(&manifest.folder) => miss(
                    "lies outside of the project",
                    "declared in palisade.toml, but it lies outside of the project; `--follow` reads it",
                ),
                Ok(real)
                    if matches!(component, Component::Model | Component::Data)
                        || is_ignored(&manifest.folder, &real) =>
                {
                    declared.artifacts.push(real);
                }
                Ok(_) => {}
                Err(_) => miss("does not exist", "declared in palisade.toml, but it does not exist"),
            }
        }
        if !problems.is_empty() {
            output::note(&manifest.warnings(&problems));
        }
        declared
    }
}

/// Whether the walk through `project` would pass over `path` because an ignore file says so.
fn is_ignored(project: &Path, path: &Path) -> bool {
    let wanted = path.to_owned();
    let mut walk = WalkBuilder::new(project);
    walk.hidden(false).git_global(false).require_git(false);
    let way = walk.filter_entry(move |entry| wanted.starts_with(entry.path())).build();
    !way.flatten().any(|entry| entry.path() == path)
}
