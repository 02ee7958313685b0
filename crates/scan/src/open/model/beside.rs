//! Python that lies beside the settings which name it: it is code of the model, whatever it is called.

use std::{
    collections::{HashSet, VecDeque},
    fs::{self, File as Disk},
    io::Read,
    path::PathBuf,
};

use palisade_base::Artifact;

use super::{
    name,
    part::Part,
    python::{self, Use},
    source,
};
use crate::{Engine, file::as_text, input::model::When};

/// Whether a file lies beside a part, or below its folder.
pub(super) fn exists(part: &Part<'_>, path: &str) -> bool {
    place(part, path).is_some_and(|at| fs::metadata(at).is_ok_and(|about| about.is_file()))
}

/// Judges the modules that settings name, and those that they import from their own package. Modules that are judged for
/// their name are only followed.
pub(super) fn judge(part: &Part<'_>, named: Vec<String>, engine: &mut Engine) {
    let mut seen: HashSet<String> = HashSet::new();
    let mut open: VecDeque<String> = named.into();
    while let Some(path) = open.pop_front() {
        if seen.len() >= MOST || !seen.insert(path.clone()) {
            continue;
        }
        let Some(bytes) = read(part, &path) else { continue };
        let text = as_text(&bytes);
        open.extend(imports(&text, &path));
        let file = name::file_name(&path);
        if source::is_custom_code(&file) {
            continue;
        }
        let own = part.artifact.path();
        let folder = own.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        let artifact = Artifact::file(format!("{folder}{path}"));
        let inner = Part { artifact: &artifact, name: file, bytes: &bytes, file: None, ..*part };
        let usage = Use { when: When::Load, script: false, builds: false };
        python::judge(&inner, &text, "code that comes with a model", usage, engine);
    }
}

/// The files that a module imports from its own package: `from .x import y`, `from . import x`.
pub(super) fn imports(text: &str, path: &str) -> Vec<String> {
    let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let mut found = Vec::new();
    for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("from .")) {
        let Some((module, names)) = line.split_once("import") else { continue };
        let module = module.trim();
        let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c == '_' || c.is_alphanumeric());
        let names = names.split([',', '(', ')']).map(|name| name.split_whitespace().next().unwrap_or_default());
        let below = if module.is_empty() { names.filter(is_name).collect() } else { vec![module] };
        found.extend(below.into_iter().take(MOST).map(|module| format!("{folder}{}.py", module.replace('.', "/"))));
    }
    found
}

fn read(part: &Part<'_>, path: &str) -> Option<Vec<u8>> {
    let at = place(part, path)?;
    // Never a device or a pipe: reading one may never end.
    if !fs::metadata(&at).is_ok_and(|about| about.is_file()) {
        return None;
    }
    let mut bytes = Vec::new();
    Disk::open(at).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Where a path below the folder of a loose file is.
fn place(part: &Part<'_>, path: &str) -> Option<PathBuf> {
    let folder = part.file?.disk.parent()?;
    (!name::leaves(path)).then(|| folder.join(path))
}

/// The most modules that one file of settings leads to.
const MOST: usize = 64;
/// The most bytes of a module that are read.
const LONGEST: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_the_own_package_are_followed() {
        let text =
            "import os\nfrom .a import (b, c)\n  from . import d, e as f\nfrom torch import nn\nfrom .g.h import *\n";
        assert_eq!(imports(text, "x/y.py"), ["x/a.py", "x/d.py", "x/e.py", "x/g/h.py"]);
    }
}
