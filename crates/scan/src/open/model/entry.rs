//! Python that whoever loads, serves or fetches something runs, told by what it is and not only by its name: models of a
//! Triton server, handlers of `SageMaker`, scripts that make a data set, settings of `MMEngine`.

use super::part::Part;
use crate::file::as_text;

/// Whether a Python file is run by a framework because of what it is.
pub(super) fn is_entry(part: &Part<'_>) -> bool {
    let path = part.artifact.entry_name().unwrap_or(part.artifact.path());
    // The member of a member of an archive.
    let path = path.rsplit('!').next().unwrap_or(path);
    if path == "code/inference.py" || path.ends_with("/code/inference.py") {
        return true;
    }
    if part.bytes.len() > LONGEST {
        return false;
    }
    let has = |word: &str| memchr::memmem::find(part.bytes, word.as_bytes()).is_some();
    let served = part.name == "model.py" && has("TritonPythonModel");
    served || has("BasedBuilder") && makes_data(&as_text(part.bytes)) || is_config(part, path, &has)
}

/// Names of members of archives that are looked at for what they are.
pub(super) fn may_be(name: &str) -> bool {
    matches!(name, "inference.py" | "model.py")
}

/// Whether a script makes a data set for the `datasets` library, which runs it by its name.
fn makes_data(text: &str) -> bool {
    let builder = |line: &str| {
        let Some((_, bases)) = line.trim_start().strip_prefix("class ").and_then(|rest| rest.split_once('(')) else {
            return false;
        };
        bases.contains("GeneratorBasedBuilder") || bases.contains("ArrowBasedBuilder")
    };
    let imports = |line: &str| {
        let line = line.trim_start();
        line.starts_with("import datasets")
            || line.starts_with("from datasets")
            || line.starts_with("import") && line.contains(" datasets")
    };
    text.lines().any(builder) && text.lines().any(imports)
}

/// Whether a file is nothing but settings, which `MMEngine` reads by running it.
fn is_config(part: &Part<'_>, path: &str, has: &dyn Fn(&str) -> bool) -> bool {
    let folder = path.split('/').rev().skip(1).any(|folder| matches!(folder, "config" | "configs" | "_base_"));
    folder
        && part.name != "__init__.py"
        && has("dict(")
        && (has("type='") || has("type=\""))
        && as_text(part.bytes).lines().any(|line| {
            let name = line.split(['=', ' ']).next().unwrap_or_default();
            SETTINGS.contains(&name) && line.contains("dict(")
        })
}

/// What settings of models give values to.
const SETTINGS: &[&str] = &[
    "model",
    "optimizer",
    "optim_wrapper",
    "train_dataloader",
    "train_pipeline",
    "data",
    "train_cfg",
    "param_scheduler",
];
/// The most bytes of such a file.
const LONGEST: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::findings;

    const COMMAND: &str = "import os\nos.system('echo x')\n";

    fn worst(name: &str, text: &str) -> Option<Severity> {
        let text = format!("{COMMAND}{text}");
        findings("embedded-code", name, &text).iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn what_frameworks_run_is_judged() {
        for (name, text) in [
            ("m/1/model.py", "class TritonPythonModel: pass\n"),
            ("code/inference.py", ""),
            ("data.py", "import datasets\nclass Data(datasets.GeneratorBasedBuilder): pass\n"),
            ("data.py", "from datasets import GeneratorBasedBuilder\nclass Data(GeneratorBasedBuilder): pass\n"),
            ("configs/net.py", "model = dict(type='ResNet')\n"),
        ] {
            assert_eq!(worst(name, text), Some(Severity::Critical), "{name} {text}");
        }
        for (name, text) in [
            ("m/1/model.py", "class Model: pass\n"),
            ("src/inference.py", ""),
            ("data.py", "import datasets\n# GeneratorBasedBuilder\n"),
            ("configs/net.py", "names = dict(a=1)\n"),
            ("net.py", "model = dict(type='ResNet')\n"),
        ] {
            assert_eq!(worst(name, text), None, "{name} {text}");
        }
    }
}
