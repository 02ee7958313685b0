//! `palisade scan`: static checks over files and folders, and what else can be done with a model file that is only read.

mod convert;
mod list;
mod source;

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
    progress::Progress,
    registry,
};

pub(crate) fn run(arguments: &ScanArguments, global: &Global) -> Result<Exit, Failure> {
    if let Some(out) = &arguments.convert {
        return convert::run(arguments, out);
    }
    if arguments.list {
        return list::run(arguments);
    }
    let manifest = match arguments.paths.first().filter(|_| !arguments.no_manifest).and_then(|path| config::find(path))
    {
        Some(path) => Some(config::load(&path, &registry::rule_names())?),
        None => None,
    };
    let system = manifest.as_ref().map(|manifest| &manifest.system);
    let roots = Roots::of_paths(&arguments.paths, manifest.as_ref());
    let options = options(&arguments.walk, system)?;
    let prepared = prepare(&arguments.report, system)?;
    let progress = Progress::start(!global.no_progress);
    let observed = palisade_scan::scan(&roots.found, &options, Facts { system }, &progress);
    progress.finish();
    conclude(
        Inputs { observed, manifest: manifest.as_ref(), roots, whole: false, options: &arguments.report },
        prepared,
    )
}
