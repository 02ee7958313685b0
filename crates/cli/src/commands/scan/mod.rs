//! `palisade scan`: static checks over files and folders, and what else can be done with a model file that is only read.

mod convert;
mod list;
mod source;

use std::{collections::BTreeMap, time::Duration};

use palisade_scan::Facts;

use super::{
    roots::Roots,
    verdict::{Inputs, conclude, options, prepare},
};
use crate::{
    Exit,
    args::{Global, ScanArguments},
    config,
    output::Failure,
    paths::are_one_file,
    progress::Progress,
    registry,
    remote::{self, Limits, Remotes},
};

pub(crate) fn run(arguments: &ScanArguments, global: &Global) -> Result<Exit, Failure> {
    for out in [&arguments.report.output, &arguments.report.write_baseline].into_iter().flatten() {
        if let Some(path) = arguments.paths.iter().find(|path| path.is_file() && are_one_file(path, out)) {
            return Err(Failure::usage(format!(
                "`{}` is a file that is scanned, and is never written over",
                path.display()
            ))
            .hint("give the report another name"));
        }
    }
    if let Some(out) = &arguments.convert {
        return convert::run(arguments, out);
    }
    if arguments.list {
        return list::run(arguments);
    }
    let (urls, paths) = remote::split(&arguments.paths);
    let remotes = Remotes::new(&urls, limits(arguments))?;
    let manifest = match paths.first().filter(|_| !arguments.no_manifest).and_then(|path| config::find(path)) {
        Some(path) => Some(config::load(&path, &registry::rule_names())?),
        None => None,
    };
    let system = manifest.as_ref().map(|manifest| &manifest.system);
    let roots = Roots::of_paths(&paths, manifest.as_ref());
    let options = options(&arguments.walk, system)?;
    let prepared = prepare(&arguments.report, arguments.clauses.framework.as_deref(), system)?;
    let progress = Progress::start(!global.no_progress);
    let mut observed = palisade_scan::scan(&roots.found, &options, Facts { system }, &progress);
    // What a manifest says about a project says nothing about a file from somewhere else.
    observed.join(remotes.scan(&options, Facts::default(), &progress));
    progress.finish();
    conclude(
        Inputs {
            observed,
            manifest: manifest.as_ref(),
            roots,
            whole: false,
            options: &arguments.report,
            before: String::new(),
            ruled: BTreeMap::new(),
        },
        prepared,
    )
}

/// What each remote file may cost.
fn limits(arguments: &ScanArguments) -> Limits {
    let time = (arguments.walk.max_time > 0).then(|| Duration::from_secs(arguments.walk.max_time.into()));
    Limits { bytes: arguments.max_fetch, time, full: arguments.walk.full }
}
