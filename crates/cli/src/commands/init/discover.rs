//! Finds the models, data sets, code and deployment files of a project by name, and by content where a name says too
//! little. A draft for a person to correct: it may be wrong, so it decides nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    path::Path,
};

use ignore::WalkBuilder;
use palisade_base::system::{Protocol, Role};

/// What a project holds. Paths are relative to it, `/` between the parts.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) models: BTreeSet<String>,
    pub(super) endpoints: BTreeMap<&'static str, Endpoint>,
    pub(super) applications: BTreeSet<String>,
    pub(super) infrastructure: BTreeSet<String>,
    pub(super) data: BTreeMap<String, DataSet>,
}

/// A model that code calls over the network.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) protocol: Protocol,
    pub(super) url: &'static str,
    pub(super) seen_in: String,
}

/// What can be told of a data set from its name and its first line.
#[derive(Debug, Default)]
pub(super) struct DataSet {
    pub(super) role: Option<Role>,
    pub(super) label: Option<String>,
}

pub(super) fn discover(folder: &Path) -> Found {
    let mut found = Found::default();
    let mut deployment: BTreeSet<String> = BTreeSet::new();
    for entry in WalkBuilder::new(folder).require_git(false).build().flatten() {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let Ok(rest) = entry.path().strip_prefix(folder) else { continue };
        let parts: Vec<String> =
            rest.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        let path = parts.join("/");
        let name = parts.last().map(|name| name.to_lowercase()).unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension {
            "py" => application(&mut found, entry.path(), &parts),
            "csv" | "tsv" | "jsonl" | "ndjson" | "parquet" => {
                found.data.insert(path, data_set(entry.path(), &name, extension));
            }
            _ if MODELS.contains(&extension) => drop(found.models.insert(path)),
            "bin" if is_weights_name(&name) => drop(found.models.insert(path)),
            _ if is_deployment(entry.path(), &name, extension) => drop(deployment.insert(path)),
            _ => {}
        }
    }
    found.infrastructure = deployment.iter().map(|path| group(path)).collect();
    found.models.extend(ignored_models(folder));
    found
}

/// Weights are often too large to be committed: models are looked for in what `.gitignore` leaves out as well.
fn ignored_models(folder: &Path) -> BTreeSet<String> {
    let installed = |name: &str| INSTALLED.contains(&name);
    let walk = WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .filter_entry(move |entry| !installed(&entry.file_name().to_string_lossy()))
        .build();
    let files = walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let paths = files.filter_map(|entry| {
        let rest = entry.path().strip_prefix(folder).ok()?.to_owned();
        let extension = rest.extension()?.to_string_lossy().to_lowercase();
        // Ignored arrays and protocol buffers are rather caches than models.
        (MODELS.contains(&extension.as_str()) && extension != "npz" && extension != "pb").then_some(rest)
    });
    let parts = |path: std::path::PathBuf| {
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<Vec<_>>().join("/")
    };
    paths.map(parts).collect()
}

/// Code is declared by its top folder; files in the project's own folder are declared one by one.
fn application(found: &mut Found, disk: &Path, parts: &[String]) {
    let in_tests = parts.iter().any(|part| matches!(part.as_str(), "tests" | "test" | "examples" | "docs"));
    if let (Some(top), false) = (parts.first(), in_tests) {
        found.applications.insert(top.clone());
        let code = head(disk, 1 << 20);
        for (import, protocol, url) in CLIENTS {
            let imported =
                [format!("import {import}"), format!("from {import}")].iter().any(|line| code.contains(line));
            if imported {
                let endpoint = Endpoint { protocol: *protocol, url, seen_in: parts.join("/") };
                found.endpoints.entry(import).or_insert(endpoint);
            }
        }
    }
}

/// A deployment file is declared by its folder, unless it lies in the project's own folder.
fn group(path: &str) -> String {
    path.split_once('/').map_or(path, |(top, _)| top).to_owned()
}

fn is_weights_name(name: &str) -> bool {
    name.starts_with("pytorch_model") || name.starts_with("model") || name.starts_with("adapter_model")
}

fn is_deployment(disk: &Path, name: &str, extension: &str) -> bool {
    let by_name = name == "dockerfile"
        || name.starts_with("dockerfile.")
        || name.ends_with(".dockerfile")
        || name.starts_with("compose.")
        || name.starts_with("docker-compose");
    by_name
        || matches!(extension, "yaml" | "yml") && {
            let text = head(disk, 64 << 10);
            let has = |key: &str| text.lines().any(|line| line.starts_with(key));
            has("apiVersion:") && has("kind:") || has("services:")
        }
}

fn data_set(disk: &Path, name: &str, extension: &str) -> DataSet {
    let has = |word: &str| name.contains(word);
    let role = match () {
        () if has("test") || has("eval") => Some(Role::Test),
        () if has("val") || has("dev") => Some(Role::Validation),
        () if has("train") => Some(Role::Train),
        () if has("knowledge") || has("document") || has("corpus") => Some(Role::Retrieval),
        () => None,
    };
    let text = head(disk, 64 << 10);
    let first = text.lines().next().unwrap_or_default();
    let columns: Vec<String> = match extension {
        "csv" => first.split(',').map(unquoted).collect(),
        "tsv" => first.split('\t').map(unquoted).collect(),
        "parquet" => Vec::new(),
        _ => serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(first)
            .map(|row| row.keys().cloned().collect())
            .unwrap_or_default(),
    };
    let label = LABELS.iter().find_map(|label| columns.iter().find(|column| column.to_lowercase() == **label)).cloned();
    DataSet { role, label }
}

fn unquoted(column: &str) -> String {
    column.trim().trim_matches('"').to_owned()
}

fn head(disk: &Path, limit: u64) -> String {
    let mut bytes = Vec::new();
    // What cannot be read stays out of a draft.
    let _ = fs::File::open(disk).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

const MODELS: &[&str] = &[
    "onnx",
    "safetensors",
    "gguf",
    "ggml",
    "pt",
    "pth",
    "ckpt",
    "pkl",
    "pickle",
    "joblib",
    "h5",
    "hdf5",
    "keras",
    "tflite",
    "pb",
    "mlmodel",
    "npz",
];
/// Folders of installed packages and build outputs.
const INSTALLED: &[&str] = &["node_modules", "target", "venv", "env", "__pycache__", "site-packages", "dist", "build"];
const LABELS: &[&str] = &["label", "labels", "target", "class", "category", "intent", "y"];
const CLIENTS: &[(&str, Protocol, &str)] = &[
    ("openai", Protocol::Openai, "https://api.openai.com/v1"),
    ("anthropic", Protocol::Anthropic, "https://api.anthropic.com"),
    ("google.genai", Protocol::Gemini, "https://generativelanguage.googleapis.com"),
    ("google.generativeai", Protocol::Gemini, "https://generativelanguage.googleapis.com"),
    ("ollama", Protocol::Openai, "http://localhost:11434/v1"),
    ("tritonclient", Protocol::Oip, "http://localhost:8000"),
];
