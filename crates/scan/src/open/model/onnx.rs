//! Opens ONNX: operators that ONNX does not have, files that tensors are read from, texts.

use std::{fs, path::Path};

use palisade_formats::{
    json,
    onnx::{Limits, Model, Operator, read},
    protobuf::Reading,
    sniff::Format,
    tree,
};

use super::{
    gathered::{Gathered, shown},
    name,
    part::Part,
};
use crate::{
    Engine, Input,
    input::model::{Does, Graph, OddityKind},
};

/// Opens a model in bytes.
pub(super) fn open(part: &Part<'_>, engine: &mut Engine) -> bool {
    judge(part, &Reading::binary(part.bytes, Limits::default().steps), Format::Onnx, engine)
}

/// Opens a model in text or JSON.
pub(super) fn open_text(part: &Part<'_>, engine: &mut Engine) -> bool {
    let steps = Limits::default().steps;
    if !part.bytes.trim_ascii_start().starts_with(b"{") {
        return judge(part, &Reading::text(part.bytes, steps), Format::OnnxText, engine);
    }
    let text = String::from_utf8_lossy(part.bytes);
    let limits = tree::Limits { bytes: JSON, nodes: JSON / 16, ..tree::Limits::default() };
    match json::parse(&text, limits) {
        Ok(document) => judge(part, &Reading::json(text.as_bytes(), &document, steps), Format::OnnxText, engine),
        Err(failure) => {
            part.unscanned(engine, failure.to_string());
            true
        }
    }
}

fn judge(part: &Part<'_>, reading: &Reading<'_>, format: Format, engine: &mut Engine) -> bool {
    let mut gathered = Gathered::new(part);
    let model = read(reading, Limits::default(), &mut |key, value| gathered.text(key, &value));
    // Other protobuf messages begin alike; one without a graph, or with a graph of nothing, is none of ours.
    if !part.has_extension("onnx") && (!model.graph || model.nodes == 0 && model.external.is_empty()) {
        return false;
    }
    if !model.graph {
        part.unscanned(engine, "it is an ONNX model without a graph");
    }
    for operator in &model.foreign {
        if let Some((does, what)) = effect(operator) {
            gathered.operator(operator.range.clone(), does, what);
        }
    }
    for flaw in &model.flaws {
        gathered.oddity(flaw.at, OddityKind::Malformed, flaw.what.clone());
    }
    let folder = part.file.and_then(|file| file.disk.parent());
    let leaving_links = folder.map(|folder| leaving_links(folder, &model)).unwrap_or_default();
    if folder.is_some() && model.external.len() > FILES {
        part.unscanned(engine, format!("only the first {FILES} of its files were looked at"));
    }
    if let Some(folder) = folder {
        reach_past_the_end(folder, &model, &mut gathered);
    }
    engine.judge(&Input::Graph(Graph { artifact: part.artifact, bytes: part.bytes, model: &model, leaving_links }));
    gathered.cut(reading, engine);
    if format == Format::Onnx {
        gathered.finish(format, engine);
    } else {
        gathered.finish_without_weights(format, engine);
    }
    true
}

/// What an operator does that ONNX does not have, and the words for it.
fn effect(operator: &Operator) -> Option<(Does, String)> {
    let (domain, name) = (operator.domain.as_str(), operator.name.as_str());
    let text = |key: &str| operator.texts.iter().find(|(own, _)| own == key).map(|(_, text)| text.as_str());
    let words = |what: &str| format!("{what}: the operator `{}`{}", shown(name), of_domain(domain));
    let python = text("module").zip(text("class_name").or(text("func_name")));
    if PYTHON.contains(&name) || python.is_some() {
        let of = python.map(|(module, class)| format!(", which names `{}` of `{}`", shown(class), shown(module)));
        return Some((
            Does::Executes,
            format!("{}{}", words("calls Python code of the process"), of.unwrap_or_default()),
        ));
    }
    let is_microsoft = domain.starts_with("com.microsoft") || domain.starts_with("com.ms.internal");
    match name {
        "ATen" if text("operator").is_none_or(|operator| operator.starts_with("aten::")) => None,
        "EPContext" if is_microsoft => {
            let path = text("ep_cache_context").filter(|path| path.len() < 4096 && !path.contains('\u{fffd}'))?;
            let leaves = name::leaves(path) && !path.contains(char::is_control);
            leaves.then(|| {
                (Does::Reaches, format!("{}, given `{}`", words("loads a compiled graph from elsewhere"), shown(path)))
            })
        }
        _ if is_microsoft && domain != "com.microsoft.extensions" => None,
        _ if NETWORK.contains(&name) || name.starts_with("Azure") && domain.contains("contrib") => {
            let to = text("model_uri").map(|uri| format!(", at `{}`", shown(uri)));
            Some((Does::Reaches, format!("{}{}", words("asks a service on the network"), to.unwrap_or_default())))
        }
        "ImageReader" => Some((Does::Reaches, words("reads files"))),
        _ if matches!(domain, "ai.onnx.contrib" | "com.microsoft.extensions") && is_extension(name) => None,
        // Plugins that TensorRT brings.
        _ if domain.is_empty() && name.ends_with("_TRT") => None,
        "" => None,
        _ => Some((Does::Custom, words("needs an operator that neither ONNX nor a runtime brings"))),
    }
}

fn of_domain(domain: &str) -> String {
    if domain.is_empty() { String::new() } else { format!(" of the domain `{}`", shown(domain)) }
}

/// Whether the official extensions of ONNX Runtime have an operator of this name.
fn is_extension(name: &str) -> bool {
    ["String", "Ragged", "Segment"].iter().any(|start| name.starts_with(start))
        || ["Tokenizer", "Decoder", "Detokenizer", "Image", "Norm"].iter().any(|end| name.ends_with(end))
        || EXTENSIONS.contains(&name)
}

/// External files that are links out of the folder of the model.
fn leaving_links(folder: &Path, model: &Model) -> Vec<String> {
    let Ok(home) = fs::canonicalize(folder) else { return Vec::new() };
    let mut leaving: Vec<String> = Vec::new();
    for external in model.external.iter().take(FILES) {
        let path = folder.join(&external.location);
        let is_link = fs::symlink_metadata(&path).is_ok_and(|about| about.is_symlink());
        if is_link && fs::canonicalize(&path).is_ok_and(|target| !target.starts_with(&home)) {
            leaving.push(external.location.clone());
        }
    }
    leaving.dedup();
    leaving
}

/// External data that reaches past the end of its file.
fn reach_past_the_end(folder: &Path, model: &Model, gathered: &mut Gathered<'_, '_>) {
    for external in model.external.iter().take(FILES).filter(|external| !name::leaves(&external.location)) {
        let Ok(about) = fs::metadata(folder.join(&external.location)) else { continue };
        let end = external.offset.unwrap_or(0).saturating_add(external.length.unwrap_or(0));
        if about.is_file() && end > about.len() {
            let what = format!("a tensor reaches past the end of `{}`", shown(&external.location));
            gathered.oddity(external.range.start, OddityKind::Malformed, what);
            return;
        }
    }
}

/// Call Python.
const PYTHON: &[&str] =
    &["PyOp", "PythonOp", "PythonOpGrad", "PyFunc", "PyCustomOp", "PyCustomOpDef", "PythonFunction"];
/// Ask a service on the network.
const NETWORK: &[&str] = &["OpenAIAudioToText", "TritonInvoker"];
/// The names that follow no pattern.
const EXTENSIONS: &[&str] = &[
    "BlingFireSentenceBreaker",
    "DrawBoundingBoxes",
    "GaussianBlur",
    "Inverse",
    "MaskedFill",
    "VectorToString",
    "NegPos",
    "HfJsonTokenizer",
    "AddEpsilon",
    "ReplaceZero",
    "StftNorm",
    "SplitSignalSegments",
    "MergeSignalSegments",
    "MurmurHash3",
    "EncodeImage",
    "DecodeImage",
    "GridSample",
    "BertTokenizerDecoder",
    "SentencepieceDecoder",
];
/// The most bytes of a model in JSON.
const JSON: usize = 64 << 20;
/// The most files of one model that are looked at.
const FILES: usize = 1000;

#[cfg(test)]
mod tests {
    use palisade_base::Severity;

    use crate::testing::{findings, in_folder};

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()], body].concat()
    }

    fn attribute(key: &str, value: &str) -> Vec<u8> {
        field(5, &[field(1, key.as_bytes()), field(4, value.as_bytes())].concat())
    }

    fn model(name: &str, domain: &str, attributes: &[u8]) -> Vec<u8> {
        let node = [field(4, name.as_bytes()), attributes.to_vec(), field(7, domain.as_bytes())].concat();
        [b"\x08\x08".to_vec(), field(7, &field(1, &node))].concat()
    }

    fn severities(name: &str, domain: &str, attributes: &[u8]) -> Vec<Severity> {
        findings("unsafe-operator", "m.onnx", model(name, domain, attributes))
            .iter()
            .map(|found| found.severity)
            .collect()
    }

    #[test]
    fn operators_in_python_are_found() {
        assert_eq!(severities("PyOp", "ai.onnx.contrib", b""), [Severity::High]);
        let names = [attribute("module", "mymodule"), attribute("class_name", "Evil")].concat();
        assert_eq!(severities("Custom", "some.domain", &names), [Severity::High]);
    }

    #[test]
    fn operators_that_nobody_brings_are_found() {
        assert_eq!(severities("Exec", "com.example.ops", b""), [Severity::Medium]);
        assert_eq!(severities("NoSuchOperator", "", b""), [Severity::Medium]);
        for (name, domain) in [
            ("MatMul", ""),
            ("FusedMatMul", "com.microsoft"),
            ("SentencepieceTokenizer", "ai.onnx.contrib"),
            ("StringRegexReplace", "ai.onnx.contrib"),
            ("EfficientNMS_TRT", ""),
            ("ZipMap", "ai.onnx.ml"),
        ] {
            assert_eq!(severities(name, domain, b""), [], "{name}");
        }
    }

    #[test]
    fn models_in_json_are_read() {
        let text = r#"{"irVersion": "8", "graph": {"node": [{"opType": "PyOp", "domain": "d"}, {"opType": "Add"}],
            "initializer": [{"externalData": [{"key": "location", "value": "../x"}]}]}}"#;
        assert_eq!(findings("unsafe-operator", "m.json", text).len(), 1);
        assert_eq!(findings("external-weights-path", "m.json", text).len(), 1);
        assert_eq!(findings("disguised-model", "m.json", text).len(), 0);
    }

    #[test]
    fn services_and_files_are_found() {
        assert_eq!(
            severities("AzureTextToText", "ai.onnx.contrib", &attribute("model_uri", "https://x")),
            [Severity::High]
        );
        assert_eq!(
            severities("EPContext", "com.microsoft", &attribute("ep_cache_context", "../../x.bin")),
            [Severity::High]
        );
        assert_eq!(severities("EPContext", "com.microsoft", &attribute("ep_cache_context", "x_ctx.bin")), []);
    }

    #[test]
    fn data_past_the_end_of_its_file_is_found() {
        let entry =
            |key: &str, value: &str| field(13, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat());
        let tensor = |length: &str| field(5, &[entry("location", "w.bin"), entry("length", length)].concat());
        for (length, count) in [("16", 0), ("17", 1)] {
            let graph = [field(1, &field(4, b"Add")), tensor(length)].concat();
            let bytes = [b"\x08\x08".to_vec(), field(7, &graph)].concat();
            let seen = in_folder(&[("m.onnx", &bytes), ("w.bin", &[0; 16])], "m.onnx", None);
            let found = seen.findings.iter().filter(|finding| finding.rule.name == "malformed-model").count();
            assert_eq!(found, count, "{length}");
        }
    }
}
