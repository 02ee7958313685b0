//! What no opener could read although it is part of the system, or is made to be read: it is said, never passed over.

use palisade_base::Component;

use crate::{Engine, File};

/// Says what was not read of a file. `is_model` tells whether it was opened as one.
pub(super) fn note(file: &File<'_>, is_model: bool, engine: &mut Engine) {
    let Some((component, reason)) = reason(file, is_model) else { return };
    engine.unscanned(file.artifact.clone(), component, reason);
}

fn reason(file: &File<'_>, is_model: bool) -> Option<(Option<Component>, &'static str)> {
    let name = file.name();
    // What is packed is called like what is in it.
    let stem = PACKED.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let extension = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    let has = |extensions: &[&str]| extensions.contains(&extension);
    let declared = || file.facts.component_at(file.project_path);
    // Others have some of these extensions too, for text most of all.
    let binary = || has(BINARY) || extension == "bin" && name.contains("model");
    let by_name = (has(MODELS) || binary() && file.text().is_none()).then_some(Component::Model);
    if file.bytes.starts_with(b"version https://git-lfs.github.com/") {
        return Some((declared().or(by_name), "a pointer of Git LFS: the file itself is not here"));
    }
    if file.whole.is_empty() && (by_name.is_some() || is_declared_model(file)) {
        return Some((Some(Component::Model), "it is empty: there is no model in it"));
    }
    // Models of text, such as the settings of a tokenizer with its template, are judged as text.
    if !is_model && (by_name.is_some() || file.text().is_none() && is_declared_model(file)) {
        return Some((Some(Component::Model), "not a model in a format that palisade reads"));
    }
    if file.text().is_none() {
        // Tables say it themselves.
        if !has(TABLES) && declared() == Some(Component::Data) {
            return Some((Some(Component::Data), "its records are not read: it is neither text nor a table of text"));
        }
        let marked = file.bytes.starts_with(b"\xff\xfe") || file.bytes.starts_with(b"\xfe\xff");
        let text = has(TEXTS) || file.name().starts_with(".env");
        let reason = "not text in UTF-8: it is in another encoding, or has bytes that no text has";
        return (!is_model && (text || marked && !has(TABLES))).then(|| (declared(), reason));
    }
    // Parsers say it themselves.
    let cut = !file.is_whole() && !is_model && !has(PARSED) && !has(TABLES);
    cut.then(|| (declared(), "larger than the budget: only its beginning was searched"))
}

/// Whether a file is called like a model, for what is left out and therefore never opened.
pub(crate) fn is_called_like_a_model(name: &str) -> bool {
    let name = name.to_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    MODELS.contains(&extension)
        || ALSO_MODELS.contains(&extension)
        || extension == "bin" && (name.contains("model") || name.contains("weights"))
}

fn is_declared_model(file: &File<'_>) -> bool {
    let models = file.facts.system.map(|system| system.model.as_slice()).unwrap_or_default();
    let paths = models.iter().filter_map(|model| model.get_ref().path.as_ref());
    paths.into_iter().any(|path| path.get_ref().trim_start_matches("./") == file.project_path)
}

/// Extensions that only models have.
const MODELS: &[&str] = &[
    "safetensors",
    "gguf",
    "onnx",
    "keras",
    "tflite",
    "pkl",
    "pickle",
    "joblib",
    "pt",
    "pth",
    "ckpt",
    "skops",
    "bst",
    "cbm",
    "msgpack",
    "ort",
    "pte",
    "rknn",
    "t7",
    "ubj",
    "npy",
    "npz",
    "h5",
    "hdf5",
    "dill",
    "mar",
    "nemo",
    "ptl",
    "pt2",
    "pdmodel",
    "pdparams",
    "pdiparams",
    "mlmodel",
    "caffemodel",
    "cmf",
    "llamafile",
    "pmml",
];
/// Further extensions of models, which other files have as well.
const ALSO_MODELS: &[&str] = &["pb", "engine", "rds", "params"];
/// Extensions that models have when they are binary.
const BINARY: &[&str] = &[
    "th", "ot", "params", "weights", "model", "rda", "rds", "rdata", "dnn", "sav", "engine", "plan", "trt", "tar",
    "zip",
];
/// Ends of names that say how a file is packed.
const PACKED: &[&str] = &[".gz", ".bz2", ".xz", ".lzma", ".lz4", ".zst", ".z"];
/// Text that some check looks into.
const TEXTS: &[&str] =
    &["py", "pyw", "ipynb", "yaml", "yml", "toml", "env", "sh", "js", "ts", "jinja", "jinja2", "ini", "cfg"];
const TABLES: &[&str] = &["csv", "tsv", "jsonl", "ndjson"];
const PARSED: &[&str] = &["py", "pyw", "ipynb"];

#[cfg(test)]
mod tests {
    use palisade_base::{Artifact, system::System};

    use super::*;
    use crate::{Facts, testing::observe};

    fn gaps(name: &str, bytes: &[u8], system: Option<&System>) -> Vec<(Option<Component>, String)> {
        let unscanned = observe(name, bytes, system).unscanned;
        unscanned.into_iter().map(|gap| (gap.component, gap.reason.into_owned())).collect()
    }

    #[test]
    fn what_is_made_to_be_read_and_cannot_be_is_said() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
        for (name, bytes, count) in [
            ("settings.yaml", &b"\xff\xfea\0:\0"[..], 1),
            ("notes", b"\xff\xfea\0", 1),
            ("a.py", b"import os\0\n", 1),
            ("weights.safetensors", pointer, 1),
            ("weights.pt", b"what is this\0", 1),
            ("weights.pt", b"", 1),
            ("a.py", b"import os\n", 0),
            ("photo.jpg", b"\xff\xd8\0", 0),
            ("app.bin", b"\0\0", 0),
            ("legacy.pkl", b"\x80\x04K\x01.", 0),
        ] {
            assert_eq!(gaps(name, bytes, None).len(), count, "{name}: {:?}", gaps(name, bytes, None));
        }
    }

    #[test]
    fn declared_artifacts_in_other_formats_stay_unknown() {
        let manifest =
            "system.name = 's'\n[[model]]\nname = 'm'\npath = 'm/graph.pb'\n[[data]]\nname = 'd'\npath = 'd'\n";
        let system: System = toml::from_str(manifest).unwrap();
        for (name, bytes, component) in [
            ("m/graph.pb", &b"\0graph"[..], Some(Component::Model)),
            ("d/train.parquet", b"PAR1\0", Some(Component::Data)),
            ("d/page.html", b"<p>", None),
            ("other/train.parquet", b"PAR1\0", None),
        ] {
            let gaps = gaps(name, bytes, Some(&system));
            assert_eq!(gaps.first().and_then(|(component, _)| *component), component, "{name}: {gaps:?}");
            assert_eq!(gaps.len(), usize::from(component.is_some()), "{name}: {gaps:?}");
        }
    }

    #[test]
    fn text_over_the_budget_is_searched_in_part_and_says_so() {
        let mut engine = Engine::default();
        engine.file(&File {
            artifact: Artifact::file("huge.log"),
            project_path: "huge.log",
            disk: std::path::Path::new("huge.log"),
            bytes: b"a line\n",
            whole: b"a line\nand more",
            behind: &(),
            facts: Facts::default(),
        });
        assert_eq!(engine.finish().unscanned.len(), 1);
    }
}
