//! What is written must not be what is read: a report in place of the vault would lose the way back for good.

use std::{fs, path::Path};

use crate::{args::InspectArguments, output::Failure};

/// Fails where a file that is to be written is also an input, the vault, the key, a list or a protected text.
pub(super) fn check(arguments: &InspectArguments) -> Result<(), Failure> {
    let report = &arguments.report;
    let written = [("--output", &report.output), ("--write-baseline", &report.write_baseline)];
    let read = [&arguments.vault, &arguments.redact_key_file, &arguments.topics].into_iter().flatten();
    let read: Vec<&Path> =
        read.chain(&arguments.protect).map(AsRef::as_ref).chain(arguments.inputs.iter().map(Path::new)).collect();
    for (option, written) in written {
        let Some(written) = written else { continue };
        if read.iter().any(|read| same(read, written)) {
            return Err(Failure::usage(format!("`{option} {}` would replace a file that is read", written.display()))
                .hint("what is written needs a file of its own"));
        }
    }
    Ok(())
}

/// Whether two paths lead to one file, also through links and other ways to write it.
fn same(left: &Path, right: &Path) -> bool {
    match (fs::canonicalize(left), fs::canonicalize(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}
