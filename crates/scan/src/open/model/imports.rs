//! Which Python files run because the code of a model imports them: followed from the modules that loaders import, through
//! what lies in their folder and below it.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use palisade_formats::python::{Field, Id, Kind, Limits, Module};

use super::source::is_custom_code;
use crate::File;

/// For each folder with code of a model: the files that run with it.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    run: HashMap<PathBuf, Arc<HashSet<PathBuf>>>,
}

impl Imports {
    /// Whether a file is imported by the code of a model in its folder or in one around it.
    pub(super) fn run(&mut self, file: &File<'_>) -> bool {
        let own = file.disk.to_owned();
        let inside = file.project_path.matches('/').count().min(ABOVE);
        let folders: Vec<&Path> = own.ancestors().skip(1).take(inside + 1).collect();
        folders.into_iter().any(|folder| self.of(folder).contains(&own))
    }

    fn of(&mut self, folder: &Path) -> Arc<HashSet<PathBuf>> {
        if let Some(run) = self.run.get(folder) {
            return Arc::clone(run);
        }
        if self.run.len() >= FOLDERS {
            self.run.clear();
        }
        let run = Arc::new(followed(folder));
        self.run.insert(folder.to_owned(), Arc::clone(&run));
        run
    }
}

/// The modules of a folder that loaders import, and every file that those import.
fn followed(folder: &Path) -> HashSet<PathBuf> {
    let mut open = entries(folder);
    let mut seen: HashSet<PathBuf> = open.iter().cloned().collect();
    let mut run = seen.clone();
    // A module of a package has the package imported first.
    if !open.is_empty() {
        add(folder.join("__init__.py"), &mut seen, &mut open, &mut run);
    }
    while let Some(path) = open.pop() {
        let Some(module) = read(&path).and_then(|text| Module::parse(text, Limits::default()).ok()) else { continue };
        let base = path.parent().unwrap_or(folder).to_owned();
        for (level, name) in imported(&module) {
            let mut from = base.as_path();
            for _ in 1..level {
                from = from.parent().unwrap_or(from);
            }
            let roots = if level == 0 { vec![base.as_path(), folder] } else { vec![from] };
            for root in roots.into_iter().filter(|root| root.starts_with(folder)) {
                let mut at = root.to_owned();
                for part in name.split('.').filter(|part| !part.is_empty()).take(PARTS) {
                    at.push(part);
                    add(at.with_extension("py"), &mut seen, &mut open, &mut run);
                    add(at.join("__init__.py"), &mut seen, &mut open, &mut run);
                }
            }
        }
        if run.len() >= MOST {
            break;
        }
    }
    run
}

fn add(path: PathBuf, seen: &mut HashSet<PathBuf>, open: &mut Vec<PathBuf>, run: &mut HashSet<PathBuf>) {
    if !seen.contains(&path) && fs::metadata(&path).is_ok_and(|about| about.is_file()) {
        seen.insert(path.clone());
        run.insert(path.clone());
        open.push(path);
    }
}

/// The modules of a folder that loaders import: by their names, or because the settings beside them say so.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = fs::read_dir(here).into_iter().flatten().take(NAMES);
    let names: Vec<String> = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    let is_python = |name: &&String| Path::new(name).extension().is_some_and(|own| own == "py");
    let modules: Vec<&String> = names.iter().filter(is_python).collect();
    if modules.is_empty() {
        return Vec::new();
    }
    let mut called: HashSet<String> = HashSet::new();
    for settings in names.iter().filter(|name| SETTINGS.contains(&name.as_str())) {
        called.extend(read(&folder.join(settings)).iter().flat_map(|text| words(text)).map(str::to_owned));
    }
    let stem = |name: &str| name.trim_end_matches(".py").to_owned();
    let entry = |name: &&&String| is_custom_code(&name.to_lowercase()) || called.contains(&stem(name));
    modules.iter().filter(entry).take(MOST).map(|name| folder.join(name)).collect()
}

/// The first parts of dotted names in the strings of JSON: `my_net` of `"my_net.Net"`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let strings = text.split('"').skip(1).step_by(2).filter(|string| string.len() < 200 && string.contains('.'));
    strings.filter_map(|string| string.rsplit("--").next()?.split('.').next()).filter(|word| !word.is_empty())
}

/// What a module imports: how many dots stand in front, and the dotted name.
fn imported(module: &Module) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let mut note = |name: &str| {
        let plain = name.trim_start_matches('.');
        names.push((name.len() - plain.len(), plain.to_owned()));
    };
    for id in module.ids() {
        match module.kind(id) {
            Kind::Import => imported_names(module, id).for_each(&mut note),
            Kind::ImportFrom => {
                let from: String = module
                    .child(id, Field::ModuleName)
                    .map_or("", |from| module.text(from))
                    .split_whitespace()
                    .collect();
                let dot = if from.is_empty() || from.ends_with('.') { "" } else { "." };
                note(&from);
                imported_names(module, id).for_each(|name| note(&format!("{from}{dot}{name}")));
            }
            Kind::Call => {
                let path = module.call(id).map_or("", |call| call.path.as_str());
                if path == "__import__" || path.ends_with("import_module") {
                    let name = module.positional(id).next().and_then(|name| module.constant_text(name));
                    if let Some(name) = name {
                        note(&name);
                    }
                }
            }
            _ => {}
        }
    }
    names.truncate(NAMES);
    names
}

fn imported_names(module: &Module, id: Id) -> impl Iterator<Item = &str> {
    let names = module.children(id).filter(|name| module.field(*name) == Field::Name);
    names.map(|name| module.text(module.child(name, Field::Name).unwrap_or(name)))
}

fn read(path: &Path) -> Option<String> {
    // Never a device or a pipe: reading one may never end.
    fs::metadata(path).ok().filter(|about| about.is_file() && about.len() <= BYTES)?;
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Settings of repositories that name code.
const SETTINGS: &[&str] = &[
    "config.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "video_preprocessor_config.json",
    "generation_config.json",
    "modules.json",
    "model_index.json",
    "adapter_config.json",
];
const ABOVE: usize = 4;
const PARTS: usize = 8;
const MOST: usize = 256;
const NAMES: usize = 4096;
const FOLDERS: usize = 4096;
const BYTES: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use crate::testing::in_folder;

    fn found(files: &[(&str, &str)], path: &str) -> bool {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        in_folder(&files, path, None).findings.iter().any(|finding| finding.rule.name == "embedded-code")
    }

    const ACTS: &str = "import os\nos.system('echo x')\n";

    #[test]
    fn what_the_code_of_a_model_imports_is_judged_like_it() {
        for (path, import) in [
            ("m/helper.py", "from . import helper"),
            ("m/helper.py", "from .helper import (\n    f,\n)"),
            ("m/helper.py", "import helper"),
            ("m/helper.py", "import importlib\nimportlib.import_module('.helper', __package__)"),
            ("m/parts/deep.py", "from .parts.deep import f"),
            ("m/parts/__init__.py", "from .parts import f"),
            ("m/__init__.py", "import torch"),
        ] {
            assert!(found(&[("m/modeling_x.py", import), (path, ACTS)], path), "{path} {import}");
        }
        let through = [("m/modeling_x.py", "from . import a"), ("m/a.py", "from .b import c"), ("m/b.py", ACTS)];
        assert!(found(&through, "m/b.py"));
        let named = [
            ("m/config.json", r#"{"auto_map": {"AutoModel": "net.Net"}}"#),
            ("m/net.py", "import tool"),
            ("m/tool.py", ACTS),
        ];
        assert!(found(&named, "m/tool.py") && found(&[named[0], ("m/net.py", ACTS)], "m/net.py"));
    }

    #[test]
    fn what_nothing_of_a_model_imports_is_not() {
        let apart = [("m/modeling_x.py", "import torch, os\nfrom transformers import helper"), ("m/train.py", ACTS)];
        assert!(!found(&apart, "m/train.py"));
        assert!(!found(&[("m/main.py", "import train"), ("m/train.py", ACTS)], "m/train.py"));
        let above = [("a/m/modeling_x.py", "from ..tools import f"), ("a/tools.py", ACTS)];
        assert!(!found(&above, "a/tools.py"));
    }
}
