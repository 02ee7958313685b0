//! Whole files, from their name and bytes to findings: nothing panics, and all evidence stands in the file.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use palisade_base::{Artifact, Evidence, Excerpt, View};
use palisade_scan::{Engine, Facts, File, Options};

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let disk = Path::new("/nonexistent").join(name);
    let (artifact, facts) = (Artifact::file(name), Facts::default());
    let full = *first >= 128;
    let mut engine = Engine::new(&Options { full, ..Options::default() });
    engine.file(&File { artifact, project_path: name, disk: &disk, bytes, whole: bytes, behind: &(), facts });
    let observed = engine.finish();
    assert!(observed.unscanned.iter().all(|unscanned| !unscanned.reason.is_empty()));
    for finding in &observed.findings {
        assert!(!finding.message.is_empty() && !finding.evidence.is_empty());
        let _ = finding.fingerprint("");
        finding.evidence.iter().for_each(|evidence| check(evidence, bytes));
    }
});

fn check(evidence: &Evidence, file: &[u8]) {
    let Evidence::Span { at, excerpt, .. } = evidence else { return };
    let place = at.place.as_ref().expect("a span has a place");
    if at.artifact.entry_name().is_none() {
        assert!(place.offset + place.len <= file.len() as u64, "{}: {place:?}", at.artifact);
    }
    match &excerpt.view {
        View::Text { text, .. } => {
            assert!(text.get(excerpt.marked.clone()).is_some());
            assert!(text.lines().count() <= Excerpt::LINES + 1);
        }
        View::Bytes { bytes, .. } => {
            assert!(bytes.get(excerpt.marked.clone()).is_some());
            assert!(bytes.len() <= Excerpt::BYTES);
        }
    }
}

const NAMES: &[&str] = &[
    "a.py",
    "a.ipynb",
    "a.pkl",
    "m.pt",
    "m.onnx",
    "m.gguf",
    "m.safetensors",
    "m.npy",
    "m.tar.gz",
    "t.csv",
    "t.jsonl",
    "t.json",
    "Dockerfile",
    "compose.yaml",
    "k8s.yaml",
    "mcp.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    ".env",
    "README.md",
    "m.keras",
    "m.h5",
    "m.tflite",
    "m.mlmodel",
    "saved_model.pb",
    "m.pbtxt",
    "m.caffemodel",
    "m.prototxt",
    "m.pdmodel",
    "m.cmf",
    "m.cbm",
    "m.ubj",
    "m.rds",
    "m.model",
    "m.t7",
    "m.params",
    "m.msgpack",
    "m.pmml",
    "m.bin",
    "m.zip",
    "m.7z",
    "m.rar",
    "m.joblib",
    "config.json",
    "adapter_config.json",
    "MLmodel",
    "serving.properties",
    "hydra.yaml",
    "m.npz",
    "m.mar",
];
